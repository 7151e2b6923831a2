"""Where the parts of a chart are, and which of them fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

_LEAST_PLOT_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Which parts fit into the size, and where."""

    width: int
    height: int
    x_min: float
    x_max: float
    gutter: int
    """Columns before the plot area: the numbers and the y axis."""
    header: int
    """Rows above the plot area: title and legend, then the legend of other runs."""
    rows: int
    """Rows of the plot area."""
    axis: bool
    """There is a row for the x axis."""
    numbers: bool
    """There is a row for the numbers below the x axis."""
    footer: bool
    """There is a row for the label of the x axis and what the crosshair reads."""

    @property
    def columns(self) -> int:
        """The columns of the plot area."""
        return self.width - self.gutter

    @property
    def axis_row(self) -> int:
        """The row of the x axis."""
        return self.header + self.rows

    def column_of(self, x: float) -> int:
        """Return the column of the chart for a place on the x axis; 0 is on the y axis itself."""
        share = (x - self.x_min) / (self.x_max - self.x_min)
        # Rounding may put the end of the axis just beyond it.
        return self.gutter - 1 + max(0, min(self.columns, math.ceil(share * self.columns - 1e-9)))

    def x_of(self, column: int) -> float:
        """Return the place on the x axis where a column of the chart ends."""
        share = min(1.0, max(0.0, (column - self.gutter + 1) / max(1, self.columns)))
        return self.x_min + share * (self.x_max - self.x_min)


def make_layout(
    width: int, height: int, x_min: float, x_max: float, label_width: int, *, two_legends: bool
) -> Layout:
    """What fits into a size: the label of the x axis goes first, the plot area last."""
    gutter = label_width + 2
    if width < gutter + _LEAST_PLOT_WIDTH:
        gutter = 1 if width > 1 else 0
    header = (height >= 4) + (two_legends and height >= 9)
    axis, numbers, footer = height >= 3, height >= 5, height >= 8
    rows = height - header - axis - numbers - footer
    return Layout(width, height, x_min, x_max, gutter, header, rows, axis, numbers, footer)
