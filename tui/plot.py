"""The loss chart as characters: a pure function of the points, the size and the glyphs.

One pixel column shows the minimum and the maximum of all its points, so a spike survives however
many points share the column. The x axis is fixed by the caller: a point never moves because
another one came, unless the y axis has to grow.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from tui.plot_scale import LARGEST, Scale, nice_limit, nice_ticks, tick_labels, y_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "ASCII",
    "UNICODE",
    "Cell",
    "Glyphs",
    "Mark",
    "Point",
    "Series",
    "as_text",
    "chart",
    "nice_limit",
    "nice_ticks",
]


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

_BLANK = Cell(" ", "")
_LABEL_WIDTH = 4  # room for "0.25" from the start, so that the axis stays when labels grow
_LEGEND_GAP = 3
_LEAST_PLOT_WIDTH = 8

# The bit of each braille dot: the left and the right column, from the top down.
_BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

_X = itemgetter(0)


class _Column(NamedTuple):
    """What the points in one pixel column come to."""

    low: float
    high: float
    first: float
    last: float


_Columns = dict[int, _Column]
"""The pixel columns of a series by number, in order; those without any points are left out."""

_Span = tuple[int, int, int]
"""A pixel column, and the first and the last pixel that a curve covers in it, from the top."""

_Masks = tuple[tuple[tuple[int, ...], ...], ...]
"""The bits of a cell that a span covers: by pixel column, first and last pixel."""

_Grid = list[list[Cell]]

_GAP = _Column(math.inf, -math.inf, math.nan, math.nan)


class _Values(NamedTuple):
    """The points of a series, and their values as lists, because slices of those reduce fastest."""

    points: Sequence[Point]
    lows: list[float]
    highs: list[float]


@dataclass(frozen=True, slots=True)
class _Layout:
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


@dataclass(frozen=True, slots=True)
class _Raster:
    """Turns values into pixels: braille has 2 by 4 in a cell, plain characters have one."""

    across: int
    """Pixels in a cell from left to right."""
    down: int
    """Pixels in a cell from top to bottom."""
    masks: _Masks
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
    raster = _raster(layout, scale, glyphs)

    grid = [[_BLANK] * width for _ in range(height)]
    _draw_header(grid, layout, series, title, y_label, glyphs)
    _draw_y_axis(grid, layout, scale, glyphs)
    _draw_x_axis(grid, layout, x_label, glyphs)
    used = _draw_curves(grid, layout, raster, series, columns, glyphs)
    _draw_marks(grid, layout, raster, marks, used, glyphs)
    return grid


def as_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return the chart as lines of text, for a plain stream."""
    return "\n".join("".join(cell.char for cell in row).rstrip() for row in rows)


# --- layout --------------------------------------------------------------------------------------


def _layout(width: int, height: int, x_max: float, label_width: int) -> _Layout:
    gutter = label_width + 2
    if width < gutter + _LEAST_PLOT_WIDTH:
        gutter = 1 if width > 1 else 0
    header, axis, numbers, x_label = height >= 4, height >= 3, height >= 5, height >= 8
    rows = height - header - axis - numbers - x_label
    return _Layout(width, height, x_max, gutter, int(header), rows, axis, numbers, x_label)


def _fitted(
    series: Iterable[Series], width: int, height: int, x_max: float, glyphs: Glyphs
) -> tuple[_Layout, Scale, list[_Columns]]:
    """Return the layout, the y axis and the pixel columns, which depend on each other.

    The plot area is as wide as the numbers of the y axis leave it, and those are known only when
    the points are reduced to its columns. Hence a guess from a few points; if it is wrong, the
    points are reduced once more.
    """
    values = [_values(one.points) for one in series]
    rows = _layout(width, height, x_max, _LABEL_WIDTH).rows
    few = [value for one in values for value in (*one.lows[::64], *one.highs[::64])]
    guess = _label_width(y_scale(min(few, default=0.0), max(few, default=1.0), _most_ticks(rows)))
    layout = _layout(width, height, x_max, guess)
    columns = _all_columns(values, layout, glyphs)
    scale = _scale_of(columns, rows)
    if (label_width := _label_width(scale)) != guess:
        layout = _layout(width, height, x_max, label_width)
        columns = _all_columns(values, layout, glyphs)
    return layout, scale, columns


def _label_width(scale: Scale) -> int:
    return max(_LABEL_WIDTH, *map(len, tick_labels(scale.ticks)))


def _most_ticks(rows: int) -> int:
    """Return how many numbers fit beside the plot area without crowding."""
    return rows // 2 + 1


def _scale_of(columns: Iterable[_Columns], rows: int) -> Scale:
    """Return the y axis that fits all columns."""
    found = [column for one in columns for column in one.values()]
    low = min((column.low for column in found), default=math.inf)
    high = max((column.high for column in found), default=-math.inf)
    if low > high:  # nothing but gaps
        low, high = 0.0, 1.0
    return y_scale(low, high, _most_ticks(rows))


def _raster(layout: _Layout, scale: Scale, glyphs: Glyphs) -> _Raster:
    across, down, masks = (2, 4, _BRAILLE_MASKS) if glyphs.braille else (1, 1, _PLAIN_MASKS)
    pixels = layout.rows * down
    per_unit = pixels / (scale.high - scale.low)
    return _Raster(across, down, masks, scale.high, per_unit, pixels - 1)


# --- from points to pixel columns ----------------------------------------------------------------


def _values(points: Sequence[Point]) -> _Values:
    return _Values(points, [point.low for point in points], [point.high for point in points])


def _all_columns(values: Iterable[_Values], layout: _Layout, glyphs: Glyphs) -> list[_Columns]:
    count = layout.columns * (2 if glyphs.braille else 1)
    return [_columns(one, layout.x_max, count) for one in values]


def _columns(values: _Values, x_max: float, count: int) -> _Columns:
    """Reduce the points to pixel columns.

    Columns are closed on the right: the last step of an epoch belongs to the tick of that epoch.
    """
    points, lows, highs = values
    found: _Columns = {}
    start, stop = bisect_left(points, 0.0, key=_X), bisect_right(points, x_max, key=_X)
    while start < stop:
        x = points[start].x
        if not 0.0 <= x <= x_max:  # points that are not sorted, or NaN
            start += 1
            continue
        column = max(0, min(count, math.ceil(x * count / x_max)) - 1)
        edge = (column + 1) * x_max / count
        # At least one point further, should rounding put the edge just before the point.
        end = max(start + 1, bisect_right(points, edge, start, stop, key=_X))
        found[column] = _reduced(lows[start:end], highs[start:end])
        start = end
    return found


def _reduced(lows: list[float], highs: list[float]) -> _Column:
    """Return the minimum and the maximum of the points that are no gaps."""
    low, high = min(lows), max(highs)
    first, last = (lows[0] + highs[0]) / 2, (lows[-1] + highs[-1]) / 2
    # A NaN loses every comparison: min and max step over it, or return it when it comes first.
    if -LARGEST < low <= high < LARGEST:
        return _Column(low, high, first, last)
    drawn = [
        pair for pair in zip(lows, highs, strict=True) if -LARGEST < pair[0] <= pair[1] < LARGEST
    ]
    if not drawn:
        return _GAP
    ends = (value if abs(value) < LARGEST else math.nan for value in (first, last))
    return _Column(min(low for low, _ in drawn), max(high for _, high in drawn), *ends)


# --- from pixel columns to a curve ---------------------------------------------------------------


def _curve(columns: _Columns, raster: _Raster) -> Iterator[_Span]:
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


def _pieces(columns: _Columns, raster: _Raster) -> Iterator[tuple[int, int, int, bool]]:
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


def _dashes(spans: Iterable[_Span], reach: int) -> Iterator[_Span]:
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


# --- drawing -------------------------------------------------------------------------------------


def _braille_masks() -> _Masks:
    """Return the bits for each column of a cell, first dot and last dot."""
    return tuple(
        tuple(tuple(sum(bits[first : last + 1]) for last in range(4)) for first in range(4))
        for bits in _BRAILLE_BITS
    )


_BRAILLE_MASKS = _braille_masks()
_PLAIN_MASKS: _Masks = (((1,),),)


@lru_cache(maxsize=2048)
def _cell(char: str, role: str) -> Cell:
    """Return a cell that is shared: the same few make up every chart."""
    return Cell(char, role)


@lru_cache(maxsize=32)
def _ink(series_name: str, dashed: bool, glyphs: Glyphs) -> Sequence[Cell]:
    """Return the cells of a curve by their bits."""
    if glyphs.braille:
        return [Cell(chr(0x2800 + bits), series_name) for bits in range(256)]
    return [Cell(glyphs.dashed if dashed else glyphs.solid, series_name)] * 2


def _draw_curves(
    grid: _Grid,
    layout: _Layout,
    raster: _Raster,
    series: Sequence[Series],
    columns: Sequence[_Columns],
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


def _paint(
    grid: _Grid,
    bits: list[list[int]],
    spans: Iterable[_Span],
    layout: _Layout,
    raster: _Raster,
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


def _draw_header(
    grid: _Grid,
    layout: _Layout,
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
    title, y_label = _clean(title, glyphs), _clean(y_label, glyphs)
    # A title cut to a few letters says less than the short label.
    text = title if title and (len(title) <= room or room >= 12) else y_label or title
    _write(grid[0], 0, _shortened(text, room, glyphs), "text")


def _legend(series: Sequence[Series], glyphs: Glyphs) -> list[Cell]:
    cells: list[Cell] = []
    for one in series:
        if cells:
            cells += [_BLANK] * _LEGEND_GAP
        sample = glyphs.dashed_sample if one.dashed else glyphs.solid_sample
        cells += [_cell(char, one.name) for char in sample]
        cells += [_cell(char, "text") for char in f" {_clean(one.name, glyphs)}"]
    return cells


def _draw_y_axis(grid: _Grid, layout: _Layout, scale: Scale, glyphs: Glyphs) -> None:
    """Draw the line at the left of the plot area, with a number beside each tick."""
    if not layout.gutter:
        return
    line = layout.gutter - 1
    for row in range(layout.header, layout.axis_row):
        grid[row][line] = _cell(glyphs.y_line, "frame")
    if layout.axis:
        grid[layout.axis_row][line] = _cell(glyphs.corner, "frame")
    for tick, label in zip(scale.ticks, tick_labels(scale.ticks), strict=True):
        share = (scale.high - tick) / (scale.high - scale.low)
        row = layout.header + int(share * layout.rows + 1e-6)
        if row < layout.axis_row:
            grid[row][line] = _cell(glyphs.y_tick, "frame")
        if row < layout.axis_row + layout.axis and len(label) < line:
            _write(grid[row], line - 1 - len(label), label, "text")


def _draw_x_axis(grid: _Grid, layout: _Layout, x_label: str, glyphs: Glyphs) -> None:
    """Draw the line below the plot area, the numbers below its ticks, and the label."""
    if not layout.axis:
        return
    line = grid[layout.axis_row]
    line[layout.gutter :] = [_cell(glyphs.x_line, "frame")] * layout.columns
    whole = layout.x_max > 1
    digits = len(f"{layout.x_max:.0f}") if whole else 3
    most = min(11, layout.columns // (digits + 3) + 1)
    ticks = [t for t in nice_ticks(0.0, layout.x_max, most, whole=whole) if t <= layout.x_max]
    free = 0
    for tick, label in zip(ticks, tick_labels(ticks), strict=True):
        column = layout.column_of(tick)
        if tick > 0:
            line[column] = _cell(glyphs.x_tick, "frame")
        start = max(0, min(column - len(label) // 2, layout.width - len(label)))
        if layout.numbers and start >= free and start + len(label) <= layout.width:
            _write(grid[layout.axis_row + 1], start, label, "text")
            free = start + len(label) + 1
    if layout.x_label:
        text = _shortened(_clean(x_label, glyphs), layout.width, glyphs)
        _write(grid[-1], layout.width - len(text), text, "text")


# --- marks ---------------------------------------------------------------------------------------


def _draw_marks(
    grid: _Grid,
    layout: _Layout,
    raster: _Raster,
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
        text = _clean(mark.text, glyphs)
        row, start, text = _note(layout, place, text, used, glyphs)
        _write(grid[row], start, text, "note")
        used[row][start : start + len(text)] = [1] * len(text)
    for row, column in places:
        grid[row][column] = _cell(glyphs.mark, "note")


def _note(
    layout: _Layout, place: tuple[int, int], text: str, used: Sequence[list[int]], glyphs: Glyphs
) -> tuple[int, int, str]:
    """Return the row, the first column and the text of the note for a mark.

    In another row than that of the mark the text begins with its glyph, which ties the two.
    """
    mark_row, column = place
    choices: list[tuple[int, int, int, int, str]] = []
    for row in range(layout.header, layout.axis_row):
        away = abs(row - mark_row)
        words = f"{glyphs.mark} {text}" if away else text
        words = _shortened(words, layout.columns, glyphs)
        start = _beside(layout, column, len(words), at_mark=not away)
        hidden = sum(map(bool, used[row][start : start + len(words)]))
        choices.append((hidden, away, row, start, words))
    return min(choices)[2:]


def _beside(layout: _Layout, column: int, length: int, *, at_mark: bool) -> int:
    """Return where a note begins: right of its mark, else left, else where it fits."""
    last_start = layout.width - length
    if not at_mark:
        return min(column, last_start)
    if column + 2 <= last_start:
        return column + 2
    left = column - 1 - length
    return left if left >= layout.gutter else last_start


# --- text ----------------------------------------------------------------------------------------


def _write(row: list[Cell], start: int, text: str, role: str) -> None:
    row[start : start + len(text)] = [_cell(char, role) for char in text]


def _shortened(text: str, room: int, glyphs: Glyphs) -> str:
    """Return the text, cut with an ellipsis where it is too long."""
    if len(text) <= room:
        return text
    kept = room - len(glyphs.ellipsis)
    return text[:kept] + glyphs.ellipsis if kept > 0 else text[: max(0, room)]


def _clean(text: str, glyphs: Glyphs) -> str:
    """Return the text with "?" for what is not one column wide, or not ASCII where asked."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_plain(char, glyphs) else "?" for char in text)


def _is_plain(char: str, glyphs: Glyphs) -> bool:
    if char.isascii() or glyphs.ascii_only:
        return char.isascii() and char.isprintable()
    wide = unicodedata.east_asian_width(char) in "WF" or unicodedata.combining(char) > 0
    return char.isprintable() and not wide
