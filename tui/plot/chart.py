"""A chart as characters: a pure function of what it shows, the size and the glyphs.

One pixel column shows the minimum and the maximum of all its points, so a spike survives however
many points share the column. The x axis is fixed by the caller: a point never moves because
another one came, unless the y axis has to grow.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.plot.columns import between, columns_of, on_scale
from tui.plot.curve import draw_curves, make_raster
from tui.plot.frame import draw_frame, has_two_legends
from tui.plot.glyphs import BRAILLE
from tui.plot.layout import make_layout
from tui.plot.marks import draw_crosshair, draw_cut, draw_marks, draw_rules
from tui.plot.parts import BLANK, Picture
from tui.plot.scale import LARGEST, Scale, log_scale, y_scale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.cells import Cell
    from tui.plot.columns import Column, Columns
    from tui.plot.glyphs import Glyphs
    from tui.plot.layout import Layout
    from tui.plot.parts import Plot

_FEW = 64  # one in so many points gives a first idea
_LABEL_WIDTH = 4  # room for "0.25" from the start, so that the axis stays when labels grow


def chart(plot: Plot, *, width: int, height: int, glyphs: Glyphs = BRAILLE) -> Picture:
    """Return the chart as exactly `height` rows of exactly `width` cells.

    Parts that do not fit are left out, the curves last. What lies outside of the x axis is not
    drawn. Without any points the y axis goes from 0 to 1.
    """
    if not -LARGEST < plot.x_min < plot.x_max < LARGEST:
        plot = replace(plot, x_min=0.0, x_max=1.0)
    if width < 1 or height < 1:
        layout = _layout(plot, max(1, width), max(1, height), _LABEL_WIDTH)
        return Picture([[] for _ in range(max(0, height))], layout)
    layout, scale, columns = _fitted(plot, width, height, glyphs)
    raster = make_raster(layout, scale, glyphs)
    placed = [on_scale(one, scale) for one in columns]

    grid = [[BLANK] * width for _ in range(height)]
    draw_frame(grid, layout, plot, scale, glyphs)
    used = draw_curves(grid, layout, raster, plot.series, placed)
    draw_cut(grid, layout, placed, scale, used, glyphs)  # one row will do, a rule has any
    draw_rules(grid, layout, plot.rules, used, glyphs)
    draw_marks(grid, layout, raster, plot.marks, scale, used)
    if plot.crosshair is not None:
        draw_crosshair(grid, layout, plot.crosshair, glyphs)
    return Picture(grid, layout)


def as_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return the chart as lines of text, for a plain stream."""
    return "\n".join("".join(cell.char for cell in row).rstrip() for row in rows)


def _layout(plot: Plot, width: int, height: int, label_width: int) -> Layout:
    two = has_two_legends(plot)
    return make_layout(width, height, plot.x_min, plot.x_max, label_width, two_legends=two)


def _fitted(
    plot: Plot, width: int, height: int, glyphs: Glyphs
) -> tuple[Layout, Scale, list[Columns]]:
    """Return the layout, the y axis and the pixel columns, which depend on each other.

    The plot area is as wide as the numbers of the y axis leave it, and those are known only when
    the points are reduced to its columns. Hence a guess; if it is wrong, the points are reduced
    once more.
    """
    guess = _guess(plot, _layout(plot, width, height, _LABEL_WIDTH).rows)
    layout = _layout(plot, width, height, guess)
    scale, columns = _reduced(plot, layout, glyphs)
    if (label_width := _label_width(scale)) != guess:
        layout = _layout(plot, width, height, label_width)
        _, columns = _reduced(plot, layout, glyphs)
    return layout, scale, columns


def _guess(plot: Plot, rows: int) -> int:
    """Return how wide the numbers of the y axis are, going by a few points."""
    lows = [low for one in plot.series for low in one.lows[::_FEW] if -LARGEST < low < LARGEST]
    highs = [high for one in plot.series for high in one.highs[::_FEW] if -LARGEST < high < LARGEST]
    return _label_width(_scale_of(plot, lows, highs, _most_ticks(rows)))


def _label_width(scale: Scale) -> int:
    return max(_LABEL_WIDTH, *map(len, scale.labels))


def _most_ticks(rows: int) -> int:
    """Return how many numbers fit beside the plot area without crowding."""
    return rows // 2 + 1


def _reduced(plot: Plot, layout: Layout, glyphs: Glyphs) -> tuple[Scale, list[Columns]]:
    """Return the pixel columns of each series, and the y axis that fits them all."""
    count = layout.columns * glyphs.across
    columns = [columns_of(one, plot.x_min, plot.x_max, count) for one in plot.series]
    first, started = -1, []
    if plot.fit_from > plot.x_min:
        span = plot.x_max - plot.x_min
        first = math.ceil(min((plot.fit_from - plot.x_min) / span, 1.0) * count)
        edge = plot.x_min + first * span / count
        started = [between(one, plot.fit_from, edge) for one in plot.series]
    drawn = [*filter(_is_drawn, started), *_drawn(columns, first)]
    # Until something comes after that place, all there is must do.
    drawn = drawn or _drawn(columns, -1)
    lows, highs = [column[0] for column in drawn], [column[1] for column in drawn]
    return _scale_of(plot, lows, highs, _most_ticks(layout.rows)), columns


def _drawn(columns: Iterable[Columns], first: int) -> list[Column]:
    """Return what is no gap in the columns from `first` on."""
    return [
        column
        for one in columns
        for index, column in one.items()
        if index >= first and _is_drawn(column)
    ]


def _is_drawn(column: Column) -> bool:
    return column.low <= column.high


def _scale_of(plot: Plot, lows: list[float], highs: list[float], most: int) -> Scale:
    """Return the y axis that fits some values."""
    if not plot.log_y:
        return y_scale(min(lows, default=0.0), max(highs, default=1.0), most)
    positive = [value for value in (*lows, *highs) if value > 0]
    return log_scale(min(positive, default=0.1), max(positive, default=1.0), most)
