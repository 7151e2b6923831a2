"""What a chart is made of: points and curves, characters and cells, the places of its parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cell(NamedTuple):
    """One character of the chart and what it stands for."""

    char: str
    """A single character, one column wide."""
    role: str
    """Empty for blank, "frame", "text", "note", or the name of a series."""


class Point(NamedTuple):
    """One step, or several steps that share a place on the x axis."""

    x: float
    """Where it is on the x axis."""
    low: float
    """The smallest value; a value that is not finite is a gap in the curve."""
    high: float
    """The largest value; the same as `low` for a single step."""


@dataclass(frozen=True, slots=True)
class Series:
    """One curve."""

    name: str
    """Its name in the legend, which is also the role of its cells."""
    points: Sequence[Point]
    """Sorted by x."""
    dashed: bool
    """Drawn dashed, so that hue is never the only difference."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the chart worth a word."""

    x: float
    """Where it is on the x axis."""
    y: float
    """Where it is on the y axis."""
    text: str
    """What is written beside it."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that a chart is drawn with."""

    braille: bool
    """Curves are braille dots, 2 across and 4 down in each cell, rather than whole characters."""
    ascii_only: bool
    """Titles and labels are reduced to ASCII too."""
    solid: str
    """The character of a curve; not used with braille."""
    dashed: str
    """The character of a dashed curve; not used with braille."""
    solid_sample: str
    """A piece of a curve, for the legend."""
    dashed_sample: str
    """A piece of a dashed curve, for the legend."""
    y_line: str
    """The y axis."""
    y_tick: str
    """The y axis beside a number."""
    x_line: str
    """The x axis."""
    x_tick: str
    """The x axis above a number."""
    corner: str
    """Where the axes meet."""
    mark: str
    """The place of a mark."""
    ellipsis: str
    """Stands for what had to be cut off."""


UNICODE = Glyphs(True, False, "", "", "──", "┄┄", "│", "┤", "─", "┬", "┼", "◆", "…")
ASCII = Glyphs(False, True, "*", ".", "--", "..", "|", "+", "-", "+", "+", "o", "...")

BLANK = Cell(" ", "")
Grid = list[list[Cell]]
_LEAST_PLOT_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Which parts fit into the size, and where."""

    width: int
    height: int
    x_max: float
    gutter: int
    """Columns before the plot area: the numbers and the y axis."""
    header: int
    """Rows above the plot area."""
    rows: int
    """Rows of the plot area."""
    axis: bool
    """There is a row for the x axis."""
    numbers: bool
    """There is a row for the numbers below the x axis."""
    x_label: bool
    """There is a row for the label of the x axis."""

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
        # Rounding may put the end of the axis just beyond it.
        return self.gutter - 1 + min(self.columns, math.ceil(x * self.columns / self.x_max))


def make_layout(width: int, height: int, x_max: float, label_width: int) -> Layout:
    """What fits into a size: the label of the x axis goes first, the plot area last."""
    gutter = label_width + 2
    if width < gutter + _LEAST_PLOT_WIDTH:
        gutter = 1 if width > 1 else 0
    header, axis, numbers, x_label = height >= 4, height >= 3, height >= 5, height >= 8
    rows = height - header - axis - numbers - x_label
    return Layout(width, height, x_max, gutter, int(header), rows, axis, numbers, x_label)


@lru_cache(maxsize=2048)
def cell(char: str, role: str) -> Cell:
    """Return a cell that is shared: the same few make up every chart."""
    return Cell(char, role)
