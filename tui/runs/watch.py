"""Finds the runs in a thread, and again when one comes or goes, as long as somebody looks."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

from core import folders, runs, summary
from tui.messages import RunsFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from core.runs import Run

SECONDS = 1.0
"""Between two looks at whether something changed: a stat for each folder of runs, no more."""
FIRST_ROWS = 40
"""So many are told as soon as they are read: as many as a tall screen has lines."""
TELL_SECONDS = 0.5
"""After which it is told what more was read."""

Stamp = tuple[int, ...]
"""Of files and folders, as they were: another one when something of them changed."""
Row = dict[str, Any]
"""As in `mnist-tui runs --json`."""


class RunsWatch:
    """One thread, from its first look until it is closed; an ended run is read only once."""

    def __init__(self, save_dir: Path, post: Callable[[RunsFound], object]) -> None:
        self._save_dir, self._post = save_dir, post
        self._known: dict[Path, tuple[Stamp, Row]] = {}
        self._watched: set[Path] = set()
        """What changes when a run comes or goes, and the journals of those that live."""
        self._asked = threading.Event()
        self._looked_at = self._closed = False
        self._thread = threading.Thread(target=self._work, name="runs", daemon=True)

    def look(self) -> None:
        """Find the runs now."""
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
            asked = self._asked.wait(SECONDS if self._looked_at else None)
            self._asked.clear()
            if self._closed:
                return
            if asked or _stamp(self._watched) != before:
                before = self._find()

    def _find(self) -> Stamp:
        """Tell of all runs; returns the stamp of what is watched, as it was before."""
        found = runs.known(self._save_dir)
        live = {run.path for run in found if run.live()}
        self._watched = {self._save_dir, *folders.known(), *(run.path.parent for run in found)}
        self._watched |= {run.journal_path for run in found if run.path in live}
        stamp = _stamp(self._watched)
        rows: list[Row] = []
        told = time.monotonic()
        for run in sorted(found, key=lambda run: run.path not in live):  # they are newest first
            rows.append(self._row(run, live=run.path in live))
            now = time.monotonic()
            if self._closed:
                break
            if len(rows) == FIRST_ROWS or now - told > TELL_SECONDS:
                self._post(RunsFound(list(rows), complete=False))
                told = now
        self._known = {run.path: known for run in found if (known := self._known.get(run.path))}
        self._post(RunsFound(rows, complete=True))
        return stamp

    def _row(self, run: Run, *, live: bool) -> Row:
        stamp = _stamp((run.path, run.journal_path))
        known = self._known.get(run.path)
        if known is not None and known[0] == stamp:
            return known[1]
        row = summary.summary(run)
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
