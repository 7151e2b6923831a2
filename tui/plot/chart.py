"""The loss chart as characters: a pure function of the points, the size and the glyphs.

One pixel column shows the minimum and the maximum of all its points, so a spike survives however
many points share the column. The x axis is fixed by the caller: a point never moves because
another one came, unless the y axis has to grow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tui.plot.columns import all_columns, values_of
from tui.plot.curve import draw_curves, make_raster
from tui.plot.frame import draw_header, draw_x_axis, draw_y_axis
from tui.plot.marks import draw_marks
from tui.plot.parts import BLANK, UNICODE, make_layout
from tui.plot.scale import LARGEST, Scale, tick_labels, y_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.plot.columns import Columns
    from tui.plot.parts import Cell, Glyphs, Layout, Mark, Series

_LABEL_WIDTH = 4  # room for "0.25" from the start, so that the axis stays when labels grow


def chart(
    series: Sequence[Series],
    *,
    width: int,
    height: int,
    title: str,
    x_label: str,
    y_label: str,
    x_max: float,
    marks: Sequence[Mark] = (),
    glyphs: Glyphs = UNICODE,
) -> list[list[Cell]]:
    """Return the chart as exactly `height` rows of exactly `width` cells.

    Parts that do not fit are left out, the curves last. Points and marks outside of 0 to `x_max`
    are not drawn. Without any points the y axis goes from 0 to 1.
    """
    if width < 1 or height < 1:
        return [[] for _ in range(max(0, height))]
    if not 0 < x_max <= LARGEST:
        x_max = 1.0
    layout, scale, columns = _fitted(series, width, height, x_max, glyphs)
    raster = make_raster(layout, scale, glyphs)

    grid = [[BLANK] * width for _ in range(height)]
    draw_header(grid, layout, series, title, y_label, glyphs)
    draw_y_axis(grid, layout, scale, glyphs)
    draw_x_axis(grid, layout, x_label, glyphs)
    used = draw_curves(grid, layout, raster, series, columns, glyphs)
    draw_marks(grid, layout, raster, marks, used, glyphs)
    return grid


def as_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return the chart as lines of text, for a plain stream."""
    return "\n".join("".join(cell.char for cell in row).rstrip() for row in rows)


def _fitted(
    series: Iterable[Series], width: int, height: int, x_max: float, glyphs: Glyphs
) -> tuple[Layout, Scale, list[Columns]]:
    """Return the layout, the y axis and the pixel columns, which depend on each other.

    The plot area is as wide as the numbers of the y axis leave it, and those are known only when
    the points are reduced to its columns. Hence a guess from a few points; if it is wrong, the
    points are reduced once more.
    """
    values = [values_of(one.points) for one in series]
    rows = make_layout(width, height, x_max, _LABEL_WIDTH).rows
    few = [value for one in values for value in (*one.lows[::64], *one.highs[::64])]
    guess = _label_width(y_scale(min(few, default=0.0), max(few, default=1.0), _most_ticks(rows)))
    layout = make_layout(width, height, x_max, guess)
    columns = all_columns(values, layout, glyphs)
    scale = _scale_of(columns, rows)
    if (label_width := _label_width(scale)) != guess:
        layout = make_layout(width, height, x_max, label_width)
        columns = all_columns(values, layout, glyphs)
    return layout, scale, columns


def _label_width(scale: Scale) -> int:
    return max(_LABEL_WIDTH, *map(len, tick_labels(scale.ticks)))


def _most_ticks(rows: int) -> int:
    """Return how many numbers fit beside the plot area without crowding."""
    return rows // 2 + 1


def _scale_of(columns: Iterable[Columns], rows: int) -> Scale:
    """Return the y axis that fits all columns."""
    found = [column for one in columns for column in one.values()]
    low = min((column.low for column in found), default=math.inf)
    high = max((column.high for column in found), default=-math.inf)
    if low > high:  # nothing but gaps
        low, high = 0.0, 1.0
    return y_scale(low, high, _most_ticks(rows))
