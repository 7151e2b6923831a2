"""`python -m core RUN_DIR`: train a run directory, without a terminal."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core import importing, worker
from core.child import VERSION_VARIABLE, our_version
from core.errors import MistakeError
from core.runs import Run

if TYPE_CHECKING:
    from core.control import Control

OK, FAILED, MISTAKE = 0, 1, 2


def main() -> int:
    """Train; the exit code says how it ended."""
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN_DIR")
    parser.add_argument("--changes", type=json.loads, default={}, metavar="JSON")
    options = parser.parse_args()
    expected = os.environ.get(VERSION_VARIABLE, our_version())
    if expected != our_version():
        return _complain(f"this is mnist-tui {our_version()}, the caller is {expected}")
    if not (options.run / "config.json").is_file():
        return _complain(f"{options.run}: holds no config.json, so it is not a run directory")
    received: list[int] = []
    try:
        ended = worker.work(
            Run(options.run.resolve()), options.changes, lambda control: _listen(control, received)
        )
    except MistakeError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{options.run}: cannot be trained in: {error}", FAILED)
    if ended.outcome == "failed":
        return _complain(ended.reason, FAILED)
    code = 128 + received[0] if ended.outcome == "stopped" and received else OK
    return importing.exit_code(code)


def _listen(control: Control, received: list[int]) -> None:
    """Save and stop on the signals that ask a process to end."""

    def handle(number: int, _frame: object) -> None:
        received.append(number)
        control.stop_by_signal(signal.Signals(number).name)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, handle)


def _complain(sentence: str, code: int = MISTAKE) -> int:
    sys.stderr.write(f"mnist-tui: {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
