"""Finds the runs in a thread, and what changes in them as long as somebody looks."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.runs import Run
from core.saved import finding, summary
from tui.messages import RunsFound
from tui.runs import facts
from tui.runs.listed import ListedRun
from tui.runs.order import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.runs.order import Row

SECONDS = 1.0
"""Between two looks at whether something changed, where a look takes no time to speak of.

It is a stat for each folder that was searched and two for each run; nothing that is as it was is
opened, but for the journals of live runs, whose locks tell whether they still are.
"""
MOST_SECONDS = 10.0
MOST_SHARE = 0.1
"""Of the time for looking: a save folder may be far away."""
FIRST_ROWS = 40
"""So many are told as soon as they are read: as many as a tall screen has lines."""
TELL_SECONDS = 0.5
"""After which it is told what more was read."""


class RunsWatch:
    """One thread, from its first look until it is closed; what did not change is read only once."""

    def __init__(self, save_dir: Path, post: Callable[[RunsFound], object]) -> None:
        self._save_dir, self._post = save_dir, post
        self._folders: dict[str, int] = {}
        """What was searched, and when it was changed: another time when a run comes or goes."""
        self._listed: list[ListedRun] = []
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
        """Find them now, and from now on tell whatever changes; or not any more."""
        self._looked_at = looked_at
        if looked_at:
            self.look()

    def close(self) -> None:
        """Find nothing more."""
        self._closed = True
        self._asked.set()

    def _work(self) -> None:
        took = 0.0
        while not self._closed:
            self._asked.wait(self._seconds(took))
            self._asked.clear()
            if self._closed:
                return
            if self._folding:
                self._tell()
            began = time.monotonic()
            if self._searching or (self._looked_at and self._lists_changed()):
                took = self._find()
            else:
                self._refresh()
                took = time.monotonic() - began

    def _seconds(self, took: float) -> float | None:
        """Until the next look, after one that took so many seconds; None: only when asked to."""
        if self._looked_at:
            return min(MOST_SECONDS, max(SECONDS, took / MOST_SHARE))
        return MOST_SECONDS if any(listed.live for listed in self._listed) else None

    def _lists_changed(self) -> bool:
        return any(finding.changed_at(path) != at for path, at in self._folders.items())

    def _refresh(self) -> None:
        """Tell of the runs that are known, if something changed in them.

        While nobody looks only of those that live: the top line counts them.
        """
        meant = [listed for listed in self._listed if self._looked_at or listed.live]
        changed = [listed for listed in meant if listed.refresh()]
        if changed:
            self._tell()

    def _find(self) -> float:
        """Tell of all runs; returns how long they were searched for, in seconds."""
        self._searching = False
        began = time.monotonic()
        search = finding.search(self._save_dir)
        searched = told = time.monotonic()
        before = {listed.run.path: listed for listed in self._listed}
        found = [before.get(run.path) or ListedRun(run) for run in search.runs]
        self._listed = []
        for listed in sorted(found, key=lambda listed: not listed.live):  # they are newest first
            listed.refresh()
            self._listed.append(listed)
            now = time.monotonic()
            if self._closed:
                return 0.0
            if len(self._listed) == FIRST_ROWS or self._folding or now - told > TELL_SECONDS:
                self._tell(complete=False)
                told = now
        self._folders, self._listed = search.folders, found
        self._tell()
        return searched - began

    def _tell(self, *, complete: bool = True) -> None:
        self._folding = False
        shown = [listed.row for listed in self._listed if listed.row]
        shown.sort(key=lambda row: row["status"] not in LIVE)
        rows = [self._unfold(row) if row["run"] in self._unfolded else row for row in shown]
        self._post(RunsFound(rows, complete=complete))

    def _unfold(self, row: Row) -> Row:
        folder = Path(row["run"])
        found = summary.checkpoints(Run(folder))
        tested = [{**item, "test": facts.tested(folder / item["file"])} for item in found]
        return {**row, "checkpoints": tested}
