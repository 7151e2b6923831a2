"""The runs that are being trained now, and what they are trained on. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.record.journal_end import last_start
from core.saved import finding, folders

if TYPE_CHECKING:
    from core.events import RunStarted
    from core.runs import Run


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that somebody trains."""

    run: Run
    started: RunStarted


def live_runs() -> list[LiveRun]:
    """Those in the save folders of this person that have begun to train."""
    live = [run for folder in folders.known() for run in finding.scan(folder) if run.live()]
    found = {run.path: (run, last_start(run.journal_path)) for run in live}
    return [LiveRun(run, started) for run, started in found.values() if started is not None]
