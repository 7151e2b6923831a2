"""A run in the list, read again only where its files changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.record.outline import Outline
from core.saved import summary
from tui.runs import facts
from tui.runs.order import LIVE

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from core.state import RunState
    from tui.runs.order import Row

Stamp = tuple[int, int, int]
"""Of a file or folder, as it was: its number, when it was changed, its size."""
_GONE: Stamp = (0, 0, 0)


class ListedRun:
    """Its row, and what tells whether that is still true."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.row: Row = {}
        """Empty until it was read."""
        self._folder = self._journal = _GONE
        self._outline: Outline | None = None
        """Of a live run, whose journal grows."""

    @property
    def live(self) -> bool:
        """Whether it was live when it was read; asks if it never was."""
        return self.row["status"] in LIVE if self.row else self.run.live()

    def refresh(self) -> bool:
        """Read it if something changed; whether it, or a checkpoint of it, is another one now."""
        folder, journal = _stamp(self.run.path), _stamp(self.run.journal_path)
        is_known = self.row and (folder, journal) == (self._folder, self._journal)
        # Who was killed wrote nothing down: the lock alone tells it.
        if folder == _GONE or (is_known and not (self.live and not self.run.live())):
            return False
        is_other = folder != self._folder
        row = self._read(self._state(journal), as_before=not is_other)
        is_other = is_other or row != self.row
        self.row, self._folder, self._journal = row, folder, journal
        if not self.live:
            self._outline = None
        return is_other

    def _read(self, state: RunState, *, as_before: bool) -> Row:
        """`as_before`: nothing in its folder has changed."""
        config = self.run.config()
        row = {**summary.line(self.run, state, config), **facts.learning(config, state)}
        if as_before:
            return {**row, "bytes": self.row["bytes"], "test": self.row["test"]}
        num_bytes, is_tested = facts.files(self.run)
        best = self.run.best_checkpoint() if is_tested else None
        return {**row, "bytes": num_bytes, "test": facts.tested(best)}

    def _state(self, journal: Stamp) -> RunState:
        if journal == _GONE:
            return self.run.state()
        if self._outline is None or journal[0] != self._journal[0]:
            self._outline = Outline(self.run.journal_path)
        return self._outline.read()


def _stamp(path: Path) -> Stamp:
    try:
        facts = os.stat(path)  # noqa: PTH116 -- half as long, and there may be thousands
    except OSError:
        return _GONE
    return facts.st_ino, facts.st_mtime_ns, facts.st_size
