"""The panes by number, on terminals too narrow to show them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import format as fmt
from tui.cells import Row, cells
from tui.clean import clean
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.events import Click

    from core.runs import Run

PANES = {
    "config": "Config", "device": "Device", "live": "Live", "runs": "Runs", "digits": "Digits",
    "learn": "Learn",
}  # fmt: skip
"""The panes, in the order of their digits."""


class TabBar(CellWidget, roles=("chosen", "text", "frame", "dim")):
    """`1 Config │ 2 Device │ 3 Live │ …`, and which run is shown where that has room."""

    pane = "live"
    run: Run | None = None

    def show(self, pane: str) -> None:
        """Mark the pane that is shown."""
        self.pane = pane
        self.update()

    def show_run(self, run: Run) -> None:
        """Name the run that is shown."""
        if run != self.run:
            self.run = run
            self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """One line."""
        row: Row = []
        for number, (name, title) in enumerate(PANES.items(), 1):
            chosen = name == self.pane
            row += cells(f" {number} {title} ", "chosen" if chosen else "text")
            row += cells("│", "frame")
        row = row[:-1]
        for name in (fmt.run_name(self.run), clean(self.run.id)) if self.run else ():
            named = cells(f"  {name} ", "dim")
            if len(row) + len(named) <= width:
                return [[*row, *cells(" " * (width - len(row) - len(named))), *named]]
        return [row]

    async def on_click(self, event: Click) -> None:
        """Show the pane under the pointer."""
        end = 0
        for number, (name, title) in enumerate(PANES.items(), 1):
            end += len(f" {number} {title} ") + 1
            if event.x < end:
                await self.run_action(f"screen.pane('{name}')")
                return
