"""The lines of a journal that a list of runs needs: a few of thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.event_lines import IS_BEST, beginnings, from_line
from core.journal import LineReader
from core.state import RunState, fold

if TYPE_CHECKING:
    from pathlib import Path

_NOT_LISTED = beginnings("StepEnded", "StepMeasured", "CheckpointSaved", "Heartbeat", "NoticeGiven")
_EPOCH, _START = beginnings("EpochEnded"), beginnings("RunStarted")


class Outline:
    """A journal folded without what a list does not show; read on as it grows."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._lines = LineReader(journal)
        self._state = RunState()

    def read(self) -> RunState:
        """As far as it was written; the same object where nothing came that a list shows."""
        is_first = self._lines.offset == 0
        lines = _listed(self._lines.read())
        if not is_first and any(line.startswith(_START) for line in lines):
            # It was begun again, maybe before epochs that were left out.
            self._state, self._lines = RunState(), LineReader(self._journal)
            lines = _listed(self._lines.read())
        events = (from_line(line) for line in _needed(lines))
        self._state = fold(self._state, [event for event in events if event is not None])
        return self._state


def _listed(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if not line.startswith(_NOT_LISTED)]


def _needed(lines: list[bytes]) -> list[bytes]:
    """Those that say how far a run came, how it ended and which epoch was its best."""
    # A run that was begun again before its last epoch forgets the epochs after that.
    if sum(line.startswith(_START) for line in lines) > 1:
        return lines
    epochs = [at for at, line in enumerate(lines) if line.startswith(_EPOCH)]
    best = [at for at in epochs if IS_BEST in lines[at]]
    dropped = {*epochs} - {*epochs[-1:], *best[-1:]}
    return [line for at, line in enumerate(lines) if at not in dropped]
