"""Marks and thin lines in a chart, each with its words where they hide the least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.plot.parts import BLANK, cell
from tui.plot.scale import LARGEST
from tui.plot.text import as_cells, shortened, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.cells import Cell
    from tui.plot.columns import Columns
    from tui.plot.curve import Raster
    from tui.plot.glyphs import Glyphs
    from tui.plot.layout import Layout
    from tui.plot.parts import Grid, Mark, Rule
    from tui.plot.scale import Scale

_MOST_RULES = 12
"""More lines than these are a pattern that hides the chart."""

_NEAR = 16
"""Columns: words further away would not be taken for those of their place."""


def draw_rules(
    grid: Grid, layout: Layout, rules: Sequence[Rule], used: list[list[int]], glyphs: Glyphs
) -> None:
    """Draw a thin line at each place, behind the curves, its words at the top if there is room."""
    shown = [rule for rule in rules if layout.x_min <= rule.x <= layout.x_max][-_MOST_RULES:]
    for rule in shown:
        _draw_line(grid, layout, _column(layout, rule.x), glyphs.rule, "frame", glyphs)
    for rule in reversed(shown):  # of two that are close the newer one says what it is
        words = as_cells(rule.text, "frame", glyphs)
        place = _free_place(layout, grid, _column(layout, rule.x), len(words))
        if words and place is not None:
            row, start = place
            write(grid[row], start, words)
            used[row][start : start + len(words)] = [1] * len(words)


def draw_crosshair(grid: Grid, layout: Layout, x: float, glyphs: Glyphs) -> None:
    """Draw the line of the place that is read, behind the curves."""
    if not layout.x_min <= x <= layout.x_max:
        return
    column = _column(layout, x)
    _draw_line(grid, layout, column, glyphs.cursor, "accent", glyphs)
    if layout.axis:
        grid[layout.axis_row][column] = cell(glyphs.corner, "accent")


def draw_cut(
    grid: Grid,
    layout: Layout,
    columns: Iterable[Columns],
    scale: Scale,
    used: list[list[int]],
    glyphs: Glyphs,
) -> None:
    """Say how far the curves go beyond the y axis, where that was cut off."""
    found = [(column, index) for one in columns for index, column in one.items()]
    slack = 1e-9 * (scale.high - scale.low)
    above = [(column.high, index) for column, index in found if column.high > scale.high + slack]
    below = [(column.low, index) for column, index in found if column.low < scale.low - slack]
    if above:
        value, index = max(above)
        words = f"{glyphs.above} {scale.value(value):.3g}"
        _write_cut(grid[layout.header], layout, index, words, used[layout.header], glyphs)
    if below:
        value, index = min(below)
        words, row = f"{glyphs.below} {scale.value(value):.3g}", layout.axis_row - 1
        _write_cut(grid[row], layout, index, words, used[row], glyphs)


def _write_cut(
    row: list[Cell], layout: Layout, index: int, words: str, used: list[int], glyphs: Glyphs
) -> None:
    start = min(layout.gutter + max(0, index) // glyphs.across, layout.width - len(words))
    if start < layout.gutter:
        return
    # Beside the curve and other words rather than over them, where that is free.
    places = range(layout.gutter, layout.width - len(words) + 1)
    near = sorted((at for at in places if abs(at - start) <= _NEAR), key=lambda at: abs(at - start))
    start = next((at for at in near if not any(used[at : at + len(words)])), start)
    write(row, start, as_cells(words, "text", glyphs))
    used[start : start + len(words)] = [1] * len(words)


def draw_marks(
    grid: Grid,
    layout: Layout,
    raster: Raster,
    marks: Sequence[Mark],
    scale: Scale,
    used: list[list[int]],
) -> None:
    """Draw the marks, each with its text where that hides the least of the curves."""
    glyphs = raster.glyphs
    places = [
        (mark, layout.header + raster.row(scale.place(mark.y)), _column(layout, mark.x))
        for mark in marks
        if layout.x_min <= mark.x <= layout.x_max and _is_on(scale, mark.y)
    ]
    for _, row, column in places:
        used[row][column] = 1
    for mark, mark_row, column in places:
        text = as_cells(mark.text, "note", glyphs)
        row, start, text = _note(layout, (mark_row, column), text, used, glyphs)
        write(grid[row], start, text)
        used[row][start : start + len(text)] = [1] * len(text)
    for _, row, column in places:
        grid[row][column] = cell(glyphs.mark, "note")


def _is_on(scale: Scale, value: float) -> bool:
    return -LARGEST < value < LARGEST and not (scale.log and value <= 0)


def _column(layout: Layout, x: float) -> int:
    return max(layout.gutter, layout.column_of(x))


def _draw_line(
    grid: Grid, layout: Layout, column: int, char: str, role: str, glyphs: Glyphs
) -> None:
    """Draw from the top to the bottom of the plot area where nothing else is."""
    if column >= layout.width:
        return
    free = (BLANK, cell(glyphs.rule, "frame"))
    for row in range(layout.header, layout.axis_row):
        if grid[row][column] in free:
            grid[row][column] = cell(char, role)


def _free_place(layout: Layout, grid: Grid, column: int, length: int) -> tuple[int, int] | None:
    """Return the row and the first column of words beside a line that hide nothing at all."""
    for row in range(layout.header, layout.axis_row):
        for start in (column + 1, column - length):
            if layout.gutter <= start and start + length <= layout.width:
                around = grid[row][start : min(start + length + 1, layout.width)]
                if all(one == BLANK for one in around[:length]):
                    return row, start
    return None


def _note(
    layout: Layout,
    place: tuple[int, int],
    text: list[Cell],
    used: Sequence[list[int]],
    glyphs: Glyphs,
) -> tuple[int, int, list[Cell]]:
    """Return the row, the first column and the text of the note for a mark.

    In another row than that of the mark the text begins with its glyph, which ties the two.
    """
    mark_row, column = place
    tied = [cell(glyphs.mark, "note"), cell(" ", "note"), *text]
    choices: list[tuple[int, int, int, int]] = []
    for row in range(layout.header, layout.axis_row):
        away = abs(row - mark_row)
        length = min(len(tied if away else text), layout.columns)
        start = _beside(layout, column, length, at_mark=not away)
        hidden = sum(map(bool, used[row][start : start + length]))
        choices.append((hidden, away, row, start))
    _, away, row, start = min(choices)
    return row, start, shortened(tied if away else text, layout.columns, glyphs)


def _beside(layout: Layout, column: int, length: int, *, at_mark: bool) -> int:
    """Return where a note begins: right of its mark, else left, else where it fits."""
    last_start = layout.width - length
    if not at_mark:
        return min(column, last_start)
    if column + 2 <= last_start:
        return column + 2
    left = column - 1 - length
    return left if left >= layout.gutter else last_start
