"""A widget whose cells may hold pictures, in shades between the paper and the ink of its theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from tui.base_app import in_ascii
from tui.digits.picture import NUM_SHADES, SHADE, Look, shades
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from rich.color import Color


class InkCells(CellWidget):
    """Draws pictures as the terminal can."""

    @property
    def look(self) -> Look:
        """How pictures are drawn here."""
        app = self.app
        if in_ascii(app):
            return Look.ASCII
        return Look.BLOCKS if app.native_ansi_color or app.no_color else Look.SHADES

    def style_of(self, role: str) -> Style:
        """The look of a role, which may be a pair of shades."""
        if not role.startswith(SHADE):
            return super().style_of(role)
        upper, lower = shades(role)
        return Style(color=self._shade(upper), bgcolor=self._shade(lower))

    def _shade(self, step: int) -> Color:
        _, _, paper, ink = self.colors
        return paper.blend(ink, step / (NUM_SHADES - 1), alpha=1).rich_color
