"""The frame of a chart: title, legend, axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.plot.parts import BLANK, cell
from tui.plot.scale import nice_ticks, tick_labels
from tui.plot.text import clean, shortened, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.plot.parts import Cell, Glyphs, Grid, Layout, Series
    from tui.plot.scale import Scale

_LEGEND_GAP = 3


def draw_header(
    grid: Grid,
    layout: Layout,
    series: Sequence[Series],
    title: str,
    y_label: str,
    glyphs: Glyphs,
) -> None:
    """Write the title at the left and the legend at the right."""
    if not layout.header:
        return
    legend = _legend(series, glyphs)
    room = layout.width
    if 0 < len(legend) <= room:
        grid[0][room - len(legend) :] = legend
        room -= len(legend) + _LEGEND_GAP
    title, y_label = clean(title, glyphs), clean(y_label, glyphs)
    # A title cut to a few letters says less than the short label.
    text = title if title and (len(title) <= room or room >= 12) else y_label or title
    write(grid[0], 0, shortened(text, room, glyphs), "text")


def _legend(series: Sequence[Series], glyphs: Glyphs) -> list[Cell]:
    cells: list[Cell] = []
    for one in series:
        if cells:
            cells += [BLANK] * _LEGEND_GAP
        sample = glyphs.dashed_sample if one.dashed else glyphs.solid_sample
        cells += [cell(char, one.name) for char in sample]
        cells += [cell(char, "text") for char in f" {clean(one.name, glyphs)}"]
    return cells


def draw_y_axis(grid: Grid, layout: Layout, scale: Scale, glyphs: Glyphs) -> None:
    """Draw the line at the left of the plot area, with a number beside each tick."""
    if not layout.gutter:
        return
    line = layout.gutter - 1
    for row in range(layout.header, layout.axis_row):
        grid[row][line] = cell(glyphs.y_line, "frame")
    if layout.axis:
        grid[layout.axis_row][line] = cell(glyphs.corner, "frame")
    for tick, label in zip(scale.ticks, tick_labels(scale.ticks), strict=True):
        share = (scale.high - tick) / (scale.high - scale.low)
        row = layout.header + int(share * layout.rows + 1e-6)
        if row < layout.axis_row:
            grid[row][line] = cell(glyphs.y_tick, "frame")
        if row < layout.axis_row + layout.axis and len(label) < line:
            write(grid[row], line - 1 - len(label), label, "text")


def draw_x_axis(grid: Grid, layout: Layout, x_label: str, glyphs: Glyphs) -> None:
    """Draw the line below the plot area, the numbers below its ticks, and the label."""
    if not layout.axis:
        return
    line = grid[layout.axis_row]
    line[layout.gutter :] = [cell(glyphs.x_line, "frame")] * layout.columns
    whole = layout.x_max > 1
    digits = len(f"{layout.x_max:.0f}") if whole else 3
    most = min(11, layout.columns // (digits + 3) + 1)
    ticks = [t for t in nice_ticks(0.0, layout.x_max, most, whole=whole) if t <= layout.x_max]
    free = 0
    for tick, label in zip(ticks, tick_labels(ticks), strict=True):
        column = layout.column_of(tick)
        if tick > 0:
            line[column] = cell(glyphs.x_tick, "frame")
        start = max(0, min(column - len(label) // 2, layout.width - len(label)))
        if layout.numbers and start >= free and start + len(label) <= layout.width:
            write(grid[layout.axis_row + 1], start, label, "text")
            free = start + len(label) + 1
    if layout.x_label:
        text = shortened(clean(x_label, glyphs), layout.width, glyphs)
        write(grid[-1], layout.width - len(text), text, "text")
