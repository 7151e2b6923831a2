"""`mnist-tui --plain`: a run in plain lines, for a screen reader, a log, a terminal that draws not.

What the app does with keys, the commands do: train, stop, pause, resume, runs, show, test.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core import runs
from core.errors import MistakeError
from core.exit_codes import FAILED, OK
from core.processes import several
from core.saved import finding
from tui import console
from tui.asked import prepare, save_dir
from tui.foreground import Foreground

if TYPE_CHECKING:
    import argparse

    from core.runs import Run


def plain(options: argparse.Namespace) -> int:
    """Begin a training with --start, else follow the live run; returns the exit code.

    Raises MistakeError where there is nothing to tell of.
    """
    if options.start:
        target, changes = prepare(options)
        return Foreground(
            target,
            changes,
            on_hangup=options.on_hangup,
            num_processes=several.of_run(target, changes),
        ).train(plain=True)
    target = _live_run(options)
    state = console.follow(target, target.live, plain=True)
    return FAILED if state.ended is not None and state.ended.outcome == "failed" else OK


def _live_run(options: argparse.Namespace) -> Run:
    folder = save_dir(options)
    if options.resume:
        path = Path(options.resume)
        reference = str(path.parent) if runs.is_checkpoint(path) else options.resume
        found = [finding.find(reference, folder, prefer_live=True)]
    else:
        found = sorted(finding.known(folder), key=finding.started, reverse=True)
    for run in found:
        if run.live():
            return run
    raise MistakeError(
        "--plain follows a run, and none is live: begin one with `mnist-tui --plain --start`, or "
        "look at the others with `mnist-tui runs` and `mnist-tui show latest`"
    )
