"""Finds the runs in a thread, and again when one comes or goes, as long as somebody looks."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import folders, runs, summary
from core.runs import Run
from tui.messages import RunsFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECONDS = 1.0
"""Between two looks at whether something changed: a stat for each folder of runs, no more."""
FIRST_ROWS = 40
"""So many are told as soon as they are read: as many as a tall screen has lines."""
TELL_SECONDS = 0.5
"""After which it is told what more was read."""

Stamp = tuple[int, ...]
"""Of files and folders, as they were: another one when something of them changed."""
Row = dict[str, Any]
"""As in `mnist-tui runs --json`, with `bytes`, and `checkpoints` only of the runs asked for."""


class RunsWatch:
    """One thread, from its first look until it is closed; an ended run is read only once."""

    def __init__(self, save_dir: Path, post: Callable[[RunsFound], object]) -> None:
        self._save_dir, self._post = save_dir, post
        self._known: dict[Path, tuple[Stamp, Row]] = {}
        self._watched: set[Path] = set()
        """What changes when a run comes or goes, and the journals of those that live."""
        self._rows: list[Row] = []
        """Of the last search, as far as it came."""
        self._unfolded: frozenset[str] = frozenset()
        self._asked = threading.Event()
        self._looked_at = self._closed = self._searching = False
        self._folding = False
        """Whether other checkpoints are wanted than those told last."""
        self._thread = threading.Thread(target=self._work, name="runs", daemon=True)

    def look(self) -> None:
        """Find the runs now."""
        self._searching = True
        self._wake()

    def unfold(self, paths: frozenset[str]) -> None:
        """From now on tell the checkpoints of these runs too."""
        self._unfolded, self._folding = paths, True
        self._wake()

    def _wake(self) -> None:
        if not self._thread.is_alive() and not self._closed:
            self._thread.start()
        self._asked.set()

    def be_looked_at(self, *, looked_at: bool) -> None:
        """From now on find them again whenever something changed; or not any more."""
        if looked_at != self._looked_at:
            self._looked_at = looked_at
            self.look()

    def close(self) -> None:
        """Find nothing more."""
        self._closed = True
        self._asked.set()

    def _work(self) -> None:
        before: Stamp = ()
        while not self._closed:
            self._asked.wait(SECONDS if self._looked_at else None)
            self._asked.clear()
            if self._closed:
                return
            if self._folding:
                self._tell()
            if self._searching or _stamp(self._watched) != before:
                before = self._find()

    def _find(self) -> Stamp:
        """Tell of all runs; returns the stamp of what is watched, as it was before."""
        self._searching = False
        found = runs.known(self._save_dir)
        live = {run.path for run in found if run.live()}
        self._watched = {self._save_dir, *folders.known(), *(run.path.parent for run in found)}
        self._watched |= {run.journal_path for run in found if run.path in live}
        stamp = _stamp(self._watched)
        self._rows = []
        told = time.monotonic()
        for run in sorted(found, key=lambda run: run.path not in live):  # they are newest first
            self._rows.append(self._row(run, live=run.path in live))
            now = time.monotonic()
            if self._closed:
                return stamp
            if len(self._rows) == FIRST_ROWS or self._folding or now - told > TELL_SECONDS:
                self._tell(complete=False)
                told = now
        self._known = {run.path: known for run in found if (known := self._known.get(run.path))}
        self._tell()
        return stamp

    def _tell(self, *, complete: bool = True) -> None:
        self._folding = False
        rows = [self._unfold(row) if row["run"] in self._unfolded else row for row in self._rows]
        self._post(RunsFound(rows, complete=complete))

    def _unfold(self, row: Row) -> Row:
        return {**row, "checkpoints": summary.checkpoints(Run(Path(row["run"])))}

    def _row(self, run: Run, *, live: bool) -> Row:
        stamp = _stamp((run.path, run.journal_path))
        known = self._known.get(run.path)
        if known is not None and known[0] == stamp:
            return known[1]
        row = {**summary.line(run), "bytes": run.num_bytes()}
        if not live:
            self._known[run.path] = stamp, row
        return row


def _stamp(paths: Iterable[Path]) -> Stamp:
    found: list[int] = []
    for path in paths:
        try:
            facts = os.stat(path)  # noqa: PTH116 -- half as long, and there may be thousands
        except OSError:
            found.append(0)
        else:
            found += [facts.st_ino, facts.st_mtime_ns, facts.st_size]
    return tuple(found)
