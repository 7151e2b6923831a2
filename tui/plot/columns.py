"""From points to pixel columns: the minimum and the maximum of what shares one."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from tui.plot.scale import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.plot.parts import Glyphs, Layout, Point

_X = itemgetter(0)


class Column(NamedTuple):
    """What the points in one pixel column come to."""

    low: float
    high: float
    first: float
    last: float


Columns = dict[int, Column]
"""The pixel columns of a series by number, in order; those without any points are left out."""

_GAP = Column(math.inf, -math.inf, math.nan, math.nan)


class Values(NamedTuple):
    """The points of a series, and their values as lists, because slices of those reduce fastest."""

    points: Sequence[Point]
    lows: list[float]
    highs: list[float]


def values_of(points: Sequence[Point]) -> Values:
    """The values of the points as lists."""
    return Values(points, [point.low for point in points], [point.high for point in points])


def all_columns(values: Iterable[Values], layout: Layout, glyphs: Glyphs) -> list[Columns]:
    """The pixel columns of each series."""
    count = layout.columns * (2 if glyphs.braille else 1)
    return [_columns(one, layout.x_max, count) for one in values]


def _columns(values: Values, x_max: float, count: int) -> Columns:
    """Reduce the points to pixel columns.

    Columns are closed on the right: the last step of an epoch belongs to the tick of that epoch.
    """
    points, lows, highs = values
    found: Columns = {}
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


def _reduced(lows: list[float], highs: list[float]) -> Column:
    """Return the minimum and the maximum of the points that are no gaps."""
    low, high = min(lows), max(highs)
    first, last = (lows[0] + highs[0]) / 2, (lows[-1] + highs[-1]) / 2
    # A NaN loses every comparison: min and max step over it, or return it when it comes first.
    if -LARGEST < low <= high < LARGEST:
        return Column(low, high, first, last)
    drawn = [
        pair for pair in zip(lows, highs, strict=True) if -LARGEST < pair[0] <= pair[1] < LARGEST
    ]
    if not drawn:
        return _GAP
    ends = (value if abs(value) < LARGEST else math.nan for value in (first, last))
    return Column(min(low for low, _ in drawn), max(high for _, high in drawn), *ends)
