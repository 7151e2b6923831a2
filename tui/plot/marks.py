"""Marks in a chart, each with its note where that hides the least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.plot.parts import cell
from tui.plot.scale import LARGEST
from tui.plot.text import clean, shortened, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.plot.curve import Raster
    from tui.plot.parts import Glyphs, Grid, Layout, Mark


def draw_marks(
    grid: Grid,
    layout: Layout,
    raster: Raster,
    marks: Sequence[Mark],
    used: list[list[int]],
    glyphs: Glyphs,
) -> None:
    """Draw the marks, each with its text where that hides the least of the curves."""
    shown = [mark for mark in marks if 0 <= mark.x <= layout.x_max and -LARGEST < mark.y < LARGEST]
    places = [
        (
            layout.header + raster.pixel(mark.y) // raster.down,
            max(layout.gutter, layout.column_of(mark.x)),
        )
        for mark in shown
    ]
    for row, column in places:
        used[row][column] = 1
    for mark, place in zip(shown, places, strict=True):
        text = clean(mark.text, glyphs)
        row, start, text = _note(layout, place, text, used, glyphs)
        write(grid[row], start, text, "note")
        used[row][start : start + len(text)] = [1] * len(text)
    for row, column in places:
        grid[row][column] = cell(glyphs.mark, "note")


def _note(
    layout: Layout, place: tuple[int, int], text: str, used: Sequence[list[int]], glyphs: Glyphs
) -> tuple[int, int, str]:
    """Return the row, the first column and the text of the note for a mark.

    In another row than that of the mark the text begins with its glyph, which ties the two.
    """
    mark_row, column = place
    choices: list[tuple[int, int, int, int, str]] = []
    for row in range(layout.header, layout.axis_row):
        away = abs(row - mark_row)
        words = f"{glyphs.mark} {text}" if away else text
        words = shortened(words, layout.columns, glyphs)
        start = _beside(layout, column, len(words), at_mark=not away)
        hidden = sum(map(bool, used[row][start : start + len(words)]))
        choices.append((hidden, away, row, start, words))
    return min(choices)[2:]


def _beside(layout: Layout, column: int, length: int, *, at_mark: bool) -> int:
    """Return where a note begins: right of its mark, else left, else where it fits."""
    last_start = layout.width - length
    if not at_mark:
        return min(column, last_start)
    if column + 2 <= last_start:
        return column + 2
    left = column - 1 - length
    return left if left >= layout.gutter else last_start
