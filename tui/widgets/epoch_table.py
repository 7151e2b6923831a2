"""The epochs that ended, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.state import RunState
from tui import format as fmt
from tui.cells import Row, cells
from tui.clean import clean
from tui.widgets.scrolling import ScrollingCells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.events import EpochEnded

FIRST = ("loss", "val_loss", "val_accuracy")
"""The metrics a beginner looks at, before all others."""
NUMBER_WIDTH = 4


class _Column(NamedTuple):
    heading: str
    width: int
    """The gap before it included."""
    text: Callable[[EpochEnded], str]
    role: str = "text"


class EpochTable(ScrollingCells, roles=("dim", "text", "note", "accent")):
    """As many columns and rows as fit: the most telling ones, the newest epochs first."""

    state: RunState = RunState()
    _top = 0
    """The row below the heading, counted from the newest."""

    def show(self, state: RunState, *, anew: bool = False) -> None:
        """Draw a newer state; `anew` that of another run, from its newest epoch on."""
        before = self.state
        same = state.history is before.history and state.best is before.best
        if anew:
            self._top = 0
        elif same and state.checkpoints is before.checkpoints:
            return
        elif self._top:  # who reads an older row keeps it in view
            self._top = max(0, self._top + len(state.history) - len(before.history))
        self.state = state
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """A heading and the rows that fit."""
        history = self.state.history
        if not history:
            return [cells("each epoch will have a line here", "dim")]
        columns = self._columns(width, list(history[-1].metrics))
        head = "".join(f"{clean(column.heading):>{column.width}}" for column in columns)
        self._top = max(0, min(self._top, len(history) - (height - 1)))
        last = len(history) - self._top
        newest = reversed(history[max(0, last - max(1, height - 1)) : last])
        return [
            cells(head, "accent" if self.has_focus else "dim"),
            *(_line(row, columns) for row in newest),
        ]

    def action_scroll_rows(self, by: int) -> None:
        """Show older epochs, or newer ones."""
        self._top = max(0, self._top + by)
        self.update()

    def _columns(self, width: int, names: list[str]) -> list[_Column]:
        """The most telling columns that fit, in the order they are read in."""
        first = [name for name in FIRST if name in names]
        more = [_metric(name) for name in names if name not in FIRST]
        lr, took, saved = self._others()
        order = [_number(), *map(_metric, first), *more, lr, took, saved]
        kept, room = set[int](), width
        for column in (_number(), *map(_metric, first), took, saved, lr, *more):
            if column.width <= room:
                room -= column.width
                kept.add(_place(order, column))
        return [column for place, column in enumerate(order) if place in kept]

    def _others(self) -> tuple[_Column, _Column, _Column]:
        best = self.state.best.epoch if self.state.best else None
        files = {item.file for item in self.state.checkpoints}

        def saved(row: EpochEnded) -> str:
            is_best, kept = row.epoch == best, f"checkpoint-epoch{row.epoch}.pth" in files
            sign = ("◆" if is_best else "") + ("✓" if kept else "")
            return f"{sign} {'best' if is_best else 'file'}".ljust(7) if sign else ""

        return (
            _Column("lr", 10, lambda row: "?" if row.lr is None else f"{row.lr:.3g}"),
            _Column("time", 11, lambda row: fmt.duration(row.seconds)),
            _Column("saved  ", 9, saved, "note"),
        )


def _number() -> _Column:
    return _Column("#", NUMBER_WIDTH, lambda row: str(row.epoch))


def _metric(name: str) -> _Column:
    width = max(len(name) + 2, fmt.NUMBER_WIDTH + 1)
    return _Column(name, width, lambda row: fmt.number(row.metrics.get(name)))


def _place(order: Iterable[_Column], column: _Column) -> int:
    return next(at for at, item in enumerate(order) if item.heading == column.heading)


def _line(row: EpochEnded, columns: list[_Column]) -> Row:
    line: Row = []
    for column in columns:
        line += cells(f"{column.text(row):>{column.width}}", column.role)
    return line
