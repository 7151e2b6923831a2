"""The frame of a chart: title, legend, axes, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.plot.glyphs import Stroke
from tui.plot.parts import BLANK, cell
from tui.plot.scale import nice_ticks, tick_labels
from tui.plot.text import as_cells, shortened, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.cells import Cell
    from tui.plot.glyphs import Glyphs
    from tui.plot.layout import Layout
    from tui.plot.parts import Grid, Plot, Series
    from tui.plot.scale import Scale

_LEGEND_GAP = 3


def draw_frame(grid: Grid, layout: Layout, plot: Plot, scale: Scale, glyphs: Glyphs) -> None:
    """Draw all that is around the plot area."""
    _draw_header(grid, layout, plot, glyphs)
    _draw_y_axis(grid, layout, scale, glyphs)
    _draw_x_axis(grid, layout, plot.saved, glyphs)
    if layout.footer:
        _draw_footer(grid[-1], layout, plot, glyphs)


def has_two_legends(plot: Plot) -> bool:
    """Whether other runs are drawn, which have a legend of their own."""
    return any(map(_is_other, plot.series))


def _is_other(series: Series) -> bool:
    return series.stroke > Stroke.DASHED


def _draw_header(grid: Grid, layout: Layout, plot: Plot, glyphs: Glyphs) -> None:
    """Write the title at the left and the legend at the right; the other runs' below."""
    if not layout.header:
        return
    own = [one for one in plot.series if not _is_other(one)]
    others = [one for one in plot.series if _is_other(one)]
    if layout.header > 1:
        legend = shortened(_legend(others, glyphs), layout.columns, glyphs)
        write(grid[1], layout.width - len(legend), legend)
        others = []
    room = layout.width
    legend = _legend([*own, *others], glyphs)
    if others:  # their names may be long
        legend = shortened(legend, room - len(plot.y_label) - _LEGEND_GAP, glyphs)
    if 0 < len(legend) <= room:
        write(grid[0], room - len(legend), legend)
        room -= len(legend) + _LEGEND_GAP
    title, label = (as_cells(text, "text", glyphs) for text in (plot.title, plot.y_label))
    # A title cut to a few letters says less than the short label.
    text = title if title and (len(title) <= room or room >= 12) else label or title
    write(grid[0], 0, shortened(text, room, glyphs))


def _legend(series: Iterable[Series], glyphs: Glyphs) -> list[Cell]:
    cells: list[Cell] = []
    for one in series:
        if not one.name:
            continue
        if cells:
            cells += [BLANK] * _LEGEND_GAP
        cells += [cell(char, one.role) for char in glyphs.samples[one.stroke]]
        cells += [BLANK, *as_cells(one.name, "text", glyphs)]
    return cells


def _draw_y_axis(grid: Grid, layout: Layout, scale: Scale, glyphs: Glyphs) -> None:
    """Draw the line at the left of the plot area, with a number beside each tick."""
    if not layout.gutter:
        return
    line = layout.gutter - 1
    for row in range(layout.header, layout.axis_row):
        grid[row][line] = cell(glyphs.y_line, "frame")
    if layout.axis:
        grid[layout.axis_row][line] = cell(glyphs.corner, "frame")
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        share = (scale.high - tick) / (scale.high - scale.low)
        row = layout.header + int(share * layout.rows + 1e-6)
        if row < layout.axis_row:
            grid[row][line] = cell(glyphs.y_tick, "frame")
        if row < layout.axis_row + layout.axis and len(label) < line:
            write(grid[row], line - 1 - len(label), as_cells(label, "text", glyphs))


def _draw_x_axis(grid: Grid, layout: Layout, saved: Sequence[float], glyphs: Glyphs) -> None:
    """Draw the line below the plot area, the numbers below its ticks, and what was saved."""
    if not layout.axis:
        return
    line = grid[layout.axis_row]
    line[layout.gutter :] = [cell(glyphs.x_line, "frame")] * layout.columns
    ticks = _x_ticks(layout)
    free = 0
    for tick, label in zip(ticks, tick_labels(ticks), strict=True):
        column = layout.column_of(tick)
        if tick > layout.x_min and column >= layout.gutter:
            line[column] = cell(glyphs.x_tick, "frame")
        start = max(0, min(column - len(label) // 2, layout.width - len(label)))
        if layout.numbers and start >= free and start + len(label) <= layout.width:
            write(grid[layout.axis_row + 1], start, as_cells(label, "text", glyphs))
            free = start + len(label) + 1
    # In ASCII a corner looks like a tick, and would not say that something was saved.
    sign = glyphs.corner if glyphs.corner != glyphs.x_tick else glyphs.saved
    for x in saved:
        if layout.x_min < x <= layout.x_max:
            column = max(layout.gutter, layout.column_of(x))
            at_tick = line[column].char != glyphs.x_line
            line[column] = cell(sign if at_tick else glyphs.saved, "text")


def _x_ticks(layout: Layout) -> list[float]:
    """Return round numbers on the x axis, whole ones where it is long enough."""
    low, high = layout.x_min, layout.x_max
    whole = high - low > 1
    digits = len(f"{high:.0f}") + (0 if whole else 3)
    most = min(11, layout.columns // (digits + 3) + 1)
    return [tick for tick in nice_ticks(low, high, most, whole=whole) if low <= tick <= high]


def _draw_footer(row: list[Cell], layout: Layout, plot: Plot, glyphs: Glyphs) -> None:
    """Write what the crosshair reads at the left, and at the right the label of the x axis."""
    room = layout.width
    label = as_cells(plot.x_label, "text", glyphs)
    note = as_cells(plot.note, "accent", glyphs)
    if len(note) + (_LEGEND_GAP if note else 0) + len(label) <= room:
        write(row, room - len(label), label)
    elif not note:
        write(row, 0, shortened(label, room, glyphs))
    write(row, 0, shortened(note, room, glyphs))
