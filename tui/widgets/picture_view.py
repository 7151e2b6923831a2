"""One picture of 28×28 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.digits.picture import HEIGHT, WIDTH, picture
from tui.widgets.ink_cells import InkCells

if TYPE_CHECKING:
    from tui.cells import Row


class PictureView(InkCells, roles=("text",)):
    """Nothing until it is given one."""

    DEFAULT_CSS = f"PictureView {{ width: {WIDTH}; height: {HEIGHT}; }}"
    ink = b""

    def show(self, ink: bytes) -> None:
        """Show 28×28 bytes of ink; of none, nothing."""
        self.ink = ink
        self.display = bool(ink)
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """Two pixels a cell."""
        rows = picture(self.ink, self.look) if self.ink else []
        return [row[:width] for row in rows[:height]]
