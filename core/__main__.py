"""`python -m core RUN_DIR`: train a run directory, without a terminal."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.control import StopTraining
from core.errors import MistakeError
from core.exit_codes import FAILED, MISTAKE, OK, SIGNALLED
from core.processes import importing, ranks, worker
from core.processes.child import VERSION_VARIABLE, our_version
from core.runs import Run

if TYPE_CHECKING:
    from core.control import Control
    from core.processes.ranks import Ranks

FIRST_SECONDS = 5.0
"""What another process waits at most for the first to say why all of them end."""


def main() -> int:
    """Train; the exit code says how it ended."""
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN_DIR")
    parser.add_argument("--changes", type=json.loads, default={}, metavar="JSON")
    options = parser.parse_args()
    expected = os.environ.get(VERSION_VARIABLE, our_version())
    if expected != our_version():
        return _complain(f"this is mnist-tui {our_version()}, the caller is {expected}")
    if not Run(options.run).config_path.is_file():
        return _complain(f"{options.run}: holds no config.json, so it is not a run directory")
    run = Run(options.run.resolve())
    mine = ranks.of_environment()
    if not mine.first:
        return _work_along(run, options.changes, mine)
    received: list[int] = []
    try:
        ended = worker.work(
            run, options.changes, lambda control: _listen(control, received, mine), mine
        )
    except MistakeError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{options.run}: cannot be trained in: {error}", FAILED)
    if ended.outcome == "failed":
        return importing.exit_code(_complain(ended.reason, FAILED))
    # torchrun takes any other code of a rank for its death, and says so at length.
    by_signal = ended.outcome == "stopped" and received and mine.size == 1
    return importing.exit_code(SIGNALLED + received[0] if by_signal else OK)


def _work_along(run: Run, changes: dict[str, Any], mine: Ranks) -> int:
    """As one of the ranks that write nothing; what ended them, the first rank says."""
    received: list[int] = []
    try:
        worker.work_along(run, changes, lambda control: _listen(control, received, mine), mine)
    except (StopTraining, MistakeError) as error:
        # The first comes to the same, and has a moment to say it: an end before its own would
        # look like a death.
        end = time.monotonic() + FIRST_SECONDS
        while run.live() and time.monotonic() < end:
            time.sleep(0.05)
        return importing.exit_code(OK if isinstance(error, StopTraining) else FAILED)
    except Exception as error:
        if not mine.says_one_is_gone(error):
            traceback.print_exc()
        elif received:  # they stop, each when it can
            return importing.exit_code(OK)
        return importing.exit_code(_complain(f"process {mine.rank}: {error}", FAILED))
    return importing.exit_code(OK)


def _listen(control: Control, received: list[int], mine: Ranks) -> None:
    """Save and stop on the signals that ask a process to end; train on without a terminal."""

    def handle(number: int, _frame: object) -> None:
        received.append(number)
        control.stop_by_signal(signal.Signals(number).name)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, handle)
    # torchrun hands it on, and ends half a minute later who is still there.
    signal.signal(signal.SIGHUP, signal.SIG_IGN if mine.size == 1 else handle)


def _complain(sentence: str, code: int = MISTAKE) -> int:
    with contextlib.suppress(OSError):  # the terminal is gone
        sys.stderr.write(f"mnist-tui: {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
