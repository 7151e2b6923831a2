"""From pixel columns to a curve, and the curve into the cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.plot.parts import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.plot.columns import Columns
    from tui.plot.parts import Glyphs, Grid, Layout, Series
    from tui.plot.scale import Scale

# The bit of each braille dot: the left and the right column, from the top down.
_BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

Span = tuple[int, int, int]
"""A pixel column, and the first and the last pixel that a curve covers in it, from the top."""

Masks = tuple[tuple[tuple[int, ...], ...], ...]
"""The bits of a cell that a span covers: by pixel column, first and last pixel."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Turns values into pixels: braille has 2 by 4 in a cell, plain characters have one."""

    across: int
    """Pixels in a cell from left to right."""
    down: int
    """Pixels in a cell from top to bottom."""
    masks: Masks
    """The bits of a cell."""
    high: float
    """The value at the top."""
    pixels_per_unit: float
    """How far down a value lower by 1 is."""
    lowest: int
    """The pixel row at the bottom."""

    def pixel(self, value: float) -> int:
        """Return the pixel row of a value, the nearest one where it lies outside of the axis."""
        # The slack puts a value that is a tick into the row of that tick despite of rounding.
        row = int((self.high - value) * self.pixels_per_unit + 1e-6)
        if row < 0:
            return 0
        return row if row < self.lowest else self.lowest


def make_raster(layout: Layout, scale: Scale, glyphs: Glyphs) -> Raster:
    """The pixels of a plot area under some glyphs."""
    across, down, masks = (2, 4, _BRAILLE_MASKS) if glyphs.braille else (1, 1, _PLAIN_MASKS)
    pixels = layout.rows * down
    per_unit = pixels / (scale.high - scale.low)
    return Raster(across, down, masks, scale.high, per_unit, pixels - 1)


def draw_curves(
    grid: Grid,
    layout: Layout,
    raster: Raster,
    series: Sequence[Series],
    columns: Sequence[Columns],
    glyphs: Glyphs,
) -> list[list[int]]:
    """Draw the series one over the other and return the bits of each cell."""
    bits = [[0] * layout.width for _ in range(layout.height)]
    for one, found in zip(series, columns, strict=True):
        spans = _curve(found, raster)
        if one.dashed and glyphs.braille:
            spans = _dashes(spans, raster.down)
        _paint(grid, bits, spans, layout, raster, _ink(one.name, one.dashed, glyphs))
    return bits


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
    pixel = raster.pixel
    before, value = -1, math.nan
    for index, (low, high, first, last) in columns.items():
        slope = (first - value) / (index - before)
        broken = slope != slope  # only NaN differs from itself: there is a gap
        if not broken:
            for between in range(before + 1, index):
                row = pixel(value + slope * (between - before))
                yield between, row, row, False
        if low <= high:
            yield index, pixel(high), pixel(low), broken
        before, value = index, last


def _dashes(spans: Iterable[Span], reach: int) -> Iterator[Span]:
    """Leave out every second pair of columns, but never the start of a line nor a spike.

    A spike is what goes further than `reach` beyond the column drawn before it. Looking only
    back keeps the dashes in place when points come.
    """
    column, highest, lowest = -math.inf, 0, 0
    for span in spans:
        on = span[0] // 2 % 2 == 0
        new = span[0] > column + 3
        if on or new or span[1] < highest or span[2] > lowest:
            yield span
            column, highest, lowest = span[0], span[1] - reach, span[2] + reach


def _paint(
    grid: Grid,
    bits: list[list[int]],
    spans: Iterable[Span],
    layout: Layout,
    raster: Raster,
    ink: Sequence[Cell],
) -> None:
    """Add the spans to the bits of the cells that they touch."""
    across, down, masks = raster.across, raster.down, raster.masks
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


@lru_cache(maxsize=32)
def _ink(series_name: str, dashed: bool, glyphs: Glyphs) -> Sequence[Cell]:
    """Return the cells of a curve by their bits."""
    if glyphs.braille:
        return [Cell(chr(0x2800 + bits), series_name) for bits in range(256)]
    return [Cell(glyphs.dashed if dashed else glyphs.solid, series_name)] * 2


def _braille_masks() -> Masks:
    """Return the bits for each column of a cell, first dot and last dot."""
    return tuple(
        tuple(tuple(sum(bits[first : last + 1]) for last in range(4)) for first in range(4))
        for bits in _BRAILLE_BITS
    )


_BRAILLE_MASKS = _braille_masks()
_PLAIN_MASKS: Masks = (((1,),),)
