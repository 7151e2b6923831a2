"""The runs that are being trained now, and what they are trained on. Needs no torch."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import folders, runs
from core.events import RunStarted, from_line

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

_MARK = b'{"kind":"RunStarted"'


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that somebody trains."""

    run: Run
    started: RunStarted


def live_runs() -> list[LiveRun]:
    """Those in the save folders of this person that have begun to train."""
    live = [run for folder in folders.known() for run in runs.scan(folder) if run.live()]
    found = {run.path: (run, last_start(run.journal_path)) for run in live}
    return [LiveRun(run, started) for run, started in found.values() if started is not None]


def last_start(journal: Path) -> RunStarted | None:
    """The last start in a journal, found without reading the events around it."""
    try:
        with (
            journal.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
        ):
            at = text.rfind(_MARK)
            line = b"" if at < 0 else text[at : text.find(b"\n", at)]
    except (OSError, ValueError):  # gone, or empty
        return None
    event = from_line(line) if line else None
    return event if isinstance(event, RunStarted) else None
