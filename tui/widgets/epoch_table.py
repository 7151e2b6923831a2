"""The epochs that ended, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.state import RunState
from tui import format as fmt
from tui.clean import clean
from tui.widgets.cells import CellWidget, Row, cells

if TYPE_CHECKING:
    from core.events import EpochEnded

FIRST = ("loss", "val_loss", "val_accuracy")
"""The metrics a beginner looks at, before all others."""
GAP = 3


class EpochTable(CellWidget, roles=("dim", "text", "note")):
    """As many columns and rows as fit: the most telling ones, the newest epochs."""

    state: RunState = RunState()

    def show(self, state: RunState) -> None:
        """Draw a newer state."""
        if state.history is not self.state.history:
            self.state = state
            self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """A heading and the rows that fit."""
        history = self.state.history
        if not history:
            return [cells("each epoch will have a line here", "dim")]
        names = self._columns(width, list(history[-1].metrics))
        head = f"{'#':>4}" + "".join(f"{clean(name):>{_width(name)}}" for name in names)
        newest = reversed(history[-max(1, height - 1) :])
        return [
            cells(f"{head}{'lr':>11}{'time':>9}", "dim"),
            *(_line(row, names) for row in newest),
        ]

    def _columns(self, width: int, names: list[str]) -> list[str]:
        ordered = [name for name in FIRST if name in names]
        ordered += [name for name in names if name not in FIRST]
        room, kept = width - 4 - 11 - 9 - 9, []
        for name in ordered:
            room -= _width(name)
            if room < 0:
                break
            kept.append(name)
        return kept


def _width(name: str) -> int:
    return max(len(name), 6) + GAP


def _line(row: EpochEnded, names: list[str]) -> Row:
    numbers = "".join(f"{fmt.number(row.metrics.get(name)):>{_width(name)}}" for name in names)
    lr = "?" if row.lr is None else f"{row.lr:.3g}"
    text = f"{row.epoch:>4}{numbers}{lr:>11}{fmt.duration(row.seconds):>9}"
    return cells(text, "text") + (cells("  ◆ best", "note") if row.best else [])
