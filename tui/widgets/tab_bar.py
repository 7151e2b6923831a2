"""The panes by number, on terminals too narrow to show them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.cells import CellWidget, Row, cells

if TYPE_CHECKING:
    from textual.events import Click

PANES = {
    "config": "Config", "device": "Device", "live": "Live", "runs": "Runs", "digits": "Digits",
    "learn": "Learn",
}  # fmt: skip
"""The panes, in the order of their digits."""


class TabBar(CellWidget, roles=("chosen", "text", "frame")):
    """`1 Config │ 2 Device │ 3 Live │ …`."""

    pane = "live"

    def show(self, pane: str) -> None:
        """Mark the pane that is shown."""
        self.pane = pane
        self.update()

    def draw(self, _width: int, _height: int) -> list[Row]:
        """One line."""
        row: Row = []
        for number, (name, title) in enumerate(PANES.items(), 1):
            chosen = name == self.pane
            row += cells(f" {number} {title} ", "chosen" if chosen else "text")
            row += cells("│", "frame")
        return [row[:-1]]

    async def on_click(self, event: Click) -> None:
        """Show the pane under the pointer."""
        end = 0
        for number, (name, title) in enumerate(PANES.items(), 1):
            end += len(f" {number} {title} ") + 1
            if event.x < end:
                await self.run_action(f"screen.pane('{name}')")
                return
