"""The end of the run's log."""

from __future__ import annotations

from tui.clean import clean
from tui.widgets.cells import CellWidget, Row, cells

TIME_WIDTH = len("2026-11-23 14:22:33")


class LogTail(CellWidget, roles=("dim", "text")):
    """The last lines of `train.log` that fit."""

    lines: tuple[str, ...] = ()

    def show(self, lines: tuple[str, ...]) -> None:
        """Draw newer lines."""
        if lines != self.lines:
            self.lines = lines
            self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """The last lines, long ones wrapped."""
        if not self.lines:
            return [cells("the log of the run will be here", "dim")]
        rows: list[Row] = []
        for line in self.lines[-height:]:
            row = cells(clean(line), "text")
            row[:TIME_WIDTH] = (
                cells(line[:TIME_WIDTH], "dim") if line[:2] == "20" else row[:TIME_WIDTH]
            )
            rows += [row[start : start + width] for start in range(0, max(1, len(row)), width)]
        return rows[-height:]
