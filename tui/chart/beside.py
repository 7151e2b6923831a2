"""Runs drawn beside the one that is shown: each read in a thread, and followed while it is live."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.state import RunState
from tui.chart.loss_plot import Other
from tui.clean import clean
from tui.live.follow import FollowThread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.runs import Run
    from tui.messages import RunUpdated

SECONDS = 1.0
"""Between two looks at a live one; it costs a look at the size of its journal."""


class RunsBeside:
    """Keeps them by the words that they are listed under."""

    def __init__(
        self, post: Callable[[RunUpdated], object], wait_seconds: Callable[[], float]
    ) -> None:
        """`post` hears of each newer state; `wait_seconds` is what the screen can take."""
        self._post, self._wait_seconds = post, wait_seconds
        self.drawn: dict[str, Other] = {}
        """Those that were read."""
        self._threads: dict[str, tuple[FollowThread, Other]] = {}
        self._names: dict[str, str] = {}
        """Of the runs without their ids."""
        self._deleted: dict[Path, str] = {}
        """Those that were deleted while they were drawn: where they were, without links."""

    @property
    def labels(self) -> list[str]:
        """All of them, also those still being read."""
        return [*self._threads]

    def add(self, label: str, run: Run, shown: Run | None) -> None:
        """Begin to read a run, beside the one that is shown: a long journal takes a second."""
        thread = FollowThread(run, self._post, lambda: False, self._seconds, log=False)
        self._threads[label] = thread, Other(label, run.path, RunState())
        self._names[label] = clean(run.name())
        self._tell_apart(clean(shown.name()) if shown is not None else "")

    def remove(self, label: str) -> None:
        """Draw it no more."""
        self._threads.pop(label)[0].stop()
        self.drawn.pop(label, None)
        self._names.pop(label)

    def _tell_apart(self, shown: str) -> None:
        """Those whose name no other one in the chart has are called by it alone."""
        number = Counter([shown, *self._names.values()])
        for label, (thread, other) in self._threads.items():
            own = self._names[label]
            name = own if number[own] == 1 else label
            self._threads[label] = thread, other._replace(name=name)
            if label in self.drawn:
                self.drawn[label] = self.drawn[label]._replace(name=name)

    def run_deleted(self, path: Path) -> bool:
        """Draw a run no more until it is taken back; whether it was drawn."""
        real = path.resolve()
        for label, (_, other) in [*self._threads.items()]:
            if other.path.resolve() == real:
                self._deleted[real] = label
                self.remove(label)
        return real in self._deleted

    def taken_back(self, path: Path) -> str | None:
        """Under which words a run that is back was drawn; None if it was not."""
        return self._deleted.pop(path.resolve(), None)

    def update(self, event: RunUpdated) -> bool:
        """Take a newer state; False if it is of a run that was taken away meanwhile."""
        for label, (_, other) in self._threads.items():
            if other.path == event.run.path:
                self.drawn[label] = other._replace(state=event.state)
                return True
        return False

    def stop(self) -> None:
        """Read nothing more."""
        for thread, _ in self._threads.values():
            thread.stop()

    def _seconds(self) -> float:
        return max(SECONDS, self._wait_seconds())
