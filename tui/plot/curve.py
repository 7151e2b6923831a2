"""From pixel columns to a curve, and the curve into the cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.cells import Cell
from tui.plot.glyphs import Stroke, masks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.plot.columns import Columns
    from tui.plot.glyphs import Glyphs
    from tui.plot.layout import Layout
    from tui.plot.parts import Grid, Series
    from tui.plot.scale import Scale

Span = tuple[int, int, int]
"""A pixel column, and the first and the last pixel that a curve covers in it, from the top."""

_DASHES = {
    Stroke.DASHED: (True, True, False, False),
    Stroke.DOTTED: (True, False, False, False),
    Stroke.LONG_DASHED: (True, True, True, True, True, True, False, False),
    Stroke.DASH_DOTTED: (True, True, True, True, False, False, True, False, False),
}


@dataclass(frozen=True, slots=True)
class Raster:
    """Turns places on the y axis into pixels."""

    glyphs: Glyphs
    high: float
    """The place at the top."""
    pixels_per_unit: float
    """How far down a place lower by 1 is."""
    lowest: int
    """The pixel row at the bottom."""
    count: int
    """Pixel columns."""

    def pixel(self, place: float) -> int:
        """Return the pixel row of a place, the nearest one where it lies outside of the axis."""
        # The slack puts a value that is a tick into the row of that tick despite of rounding.
        row = int((self.high - place) * self.pixels_per_unit + 1e-6)
        if row < 0:
            return 0
        return row if row < self.lowest else self.lowest

    def row(self, place: float) -> int:
        """Return the row of cells of a place, from the top of the plot area."""
        return self.pixel(place) // self.glyphs.down


def make_raster(layout: Layout, scale: Scale, glyphs: Glyphs) -> Raster:
    """The pixels of a plot area under some glyphs."""
    pixels = layout.rows * glyphs.down
    per_unit = pixels / (scale.high - scale.low)
    return Raster(glyphs, scale.high, per_unit, pixels - 1, layout.columns * glyphs.across)


def draw_curves(
    grid: Grid,
    layout: Layout,
    raster: Raster,
    series: Sequence[Series],
    columns: Sequence[Columns],
) -> list[list[int]]:
    """Draw the series one over the other and return the bits of each cell."""
    glyphs = raster.glyphs
    behind = [[0] * layout.width for _ in range(layout.height)]
    front = [[0] * layout.width for _ in range(layout.height)]
    # Those behind come first, with bits of their own: what is drawn over them hides them. Then
    # other runs: a cell that curves share has the colour of the run that is shown.
    order = sorted(
        zip(series, columns, strict=True),
        key=lambda pair: (not pair[0].behind, pair[0].stroke <= Stroke.DASHED),
    )
    for one, found in order:
        spans = _curve(found, raster)
        if glyphs.dashes and one.stroke:
            spans = _dashed(spans, _DASHES[one.stroke], glyphs.down)
        bits = behind if one.behind else front
        _paint(grid, bits, spans, layout, glyphs, _ink(one.role, one.stroke, glyphs))
    if any(one.behind for one in series):
        rows = zip(front, behind, strict=True)
        front = [[a | b for a, b in zip(*pair, strict=True)] for pair in rows]
    return front


def _curve(columns: Columns, raster: Raster) -> Iterator[Span]:
    """Yield the pixels of a curve: its columns, joined to each other except across a gap.

    Only the later of two columns grows until they touch, so that what is drawn stays as it is
    when points come.
    """
    before_top, before_bottom = 0, raster.lowest  # touches everything: nothing to join
    for index, top, bottom, broken in _pieces(columns, raster):
        if not broken and top > before_bottom + 1:
            top = before_bottom + 1
        elif not broken and bottom < before_top - 1:
            bottom = before_top - 1
        yield index, top, bottom
        before_top, before_bottom = top, bottom


def _pieces(columns: Columns, raster: Raster) -> Iterator[tuple[int, int, int, bool]]:
    """Yield the pixels of each column and of the lines between, and whether a line begins there."""
    pixel, count = raster.pixel, raster.count
    before, value = -2, math.nan
    for index, (low, high, first, last) in columns.items():
        slope = (first - value) / (index - before)
        broken = slope != slope  # only NaN differs from itself: there is a gap
        if not broken:
            for between in range(before + 1, index):
                row = pixel(value + slope * (between - before))
                yield between, row, row, False
        if low <= high and 0 <= index < count:
            yield index, pixel(high), pixel(low), broken
        before, value = index, last


def _dashed(spans: Iterable[Span], pattern: Sequence[bool], reach: int) -> Iterator[Span]:
    """Leave out columns, but never the start of a line nor a spike.

    A spike is what goes further than `reach` beyond the column drawn before it. Looking only
    back keeps the dashes in place when points come.
    """
    length = len(pattern)
    column, highest, lowest = -math.inf, 0, 0
    for span in spans:
        on = pattern[span[0] % length]
        new = span[0] > column + 3
        if on or new or span[1] < highest or span[2] > lowest:
            yield span
            column, highest, lowest = span[0], span[1] - reach, span[2] + reach


def _paint(
    grid: Grid,
    bits: list[list[int]],
    spans: Iterable[Span],
    layout: Layout,
    glyphs: Glyphs,
    ink: Sequence[Cell],
) -> None:
    """Add the spans to the bits of the cells that they touch."""
    across, down, masks = glyphs.across, glyphs.down, masks_of(glyphs)
    gutter, header = layout.gutter, layout.header
    for pixel_column, top, bottom in spans:
        column = gutter + pixel_column // across
        mask = masks[pixel_column % across]
        row, first = divmod(top, down)
        last_row, last = divmod(bottom, down)
        row += header
        last_row += header
        while row < last_row:
            bits[row][column] = merged = bits[row][column] | mask[first][-1]
            grid[row][column] = ink[merged]
            row, first = row + 1, 0
        bits[row][column] = merged = bits[row][column] | mask[first][last]
        grid[row][column] = ink[merged]


@lru_cache(maxsize=64)
def _ink(role: str, stroke: Stroke, glyphs: Glyphs) -> Sequence[Cell]:
    """Return the cells of a curve by their bits."""
    if glyphs.dashes:
        return [Cell(char, role) for char in glyphs.inks]
    return [Cell(glyphs.inks[stroke], role)] * 2
