"""The end after an error that nobody expected: the run is saved, what happened is kept and told."""

from __future__ import annotations

import contextlib
import platform
import sys
import time
import traceback
from typing import TYPE_CHECKING

from core.exit_codes import FAILED
from core.processes.child import our_version
from core.saved.folders import state_home
from tui import say

if TYPE_CHECKING:
    from pathlib import Path

    from core.launch import Worker

PATIENCE_SECONDS = 60.0
"""How long a training may take to save: a step, a validation batch, a slow disk."""


def end(error: BaseException, worker: Worker | None) -> int:
    """Save the run of this process, keep the traceback, tell a person; returns the exit code."""
    story = _story(error)
    kept = _keep(story)
    stopped = worker is not None and worker.alive
    if worker is not None and stopped:
        say.complain("saving the run …")
        worker.stop("an error in the window")
        stopped = worker.join(PATIENCE_SECONDS)
        with contextlib.suppress(OSError), worker.run.log_path.open("a", encoding="utf-8") as log:
            log.write(story)
    sentence = f"something went wrong in the program itself: {_in_a_line(error)}"
    say.complain(f"{sentence}: see {kept}" if kept else sentence)
    if kept is None:
        sys.stderr.write(story)
    if worker is not None and stopped:
        say.complain(f"the run is saved; go on with: mnist-tui train -r {worker.run.path}")
    return FAILED


def _story(error: BaseException) -> str:
    facts = (
        f"mnist-tui {our_version()}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {sys.argv[1:]}",
    )
    return "\n".join(facts) + "\n" + "".join(traceback.format_exception(error))


def _in_a_line(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _keep(story: str) -> Path | None:
    """The file it is kept in; None where nothing can be written."""
    path = state_home() / time.strftime("crash-%Y%m%d-%H%M%S.log")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(story, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path
