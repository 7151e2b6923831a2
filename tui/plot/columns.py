"""From points to pixel columns: the minimum and the maximum of what shares one."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tui.plot.scale import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.plot.parts import Series
    from tui.plot.scale import Scale


class Column(NamedTuple):
    """What the points in one pixel column come to."""

    low: float
    high: float
    first: float
    last: float


Columns = dict[int, Column]
"""The pixel columns of a series by number, in order; those without any points are left out.

-1 and the number of columns stand for where a line crosses the left and the right edge.
"""

_GAP = Column(math.inf, -math.inf, math.nan, math.nan)


def columns_of(series: Series, x_min: float, x_max: float, count: int) -> Columns:
    """Reduce the points to pixel columns.

    Columns are closed on the right: the last step of an epoch belongs to the tick of that epoch.
    """
    xs, lows, highs = series.xs, series.lows, series.highs
    found: Columns = {}
    span = x_max - x_min
    start, stop = bisect_left(xs, x_min), bisect_right(xs, x_max)
    if 0 < start < len(xs):
        found[-1] = _crossing(series, start, x_min)
    at = start
    while at < stop:
        x = xs[at]
        if not x_min <= x <= x_max:  # points that are not sorted, or NaN
            at += 1
            continue
        column = math.ceil((x - x_min) * count / span) - 1
        if not 0 <= column < count:  # the ends of the axis; rounding may go beyond
            column = 0 if column < 0 else count - 1
        edge = x_min + (column + 1) * span / count
        # At least one point further, should rounding put the edge just before the point.
        end = bisect_right(xs, edge, at + 1, stop)
        some = lows[at:end]
        found[column] = _reduced(some, some if lows is highs else highs[at:end])
        at = end
    if 0 < stop < len(xs):
        found[count] = _crossing(series, stop, x_max)
    return found


def between(series: Series, after: float, until: float) -> Column:
    """What the points between two places come to."""
    start, stop = bisect_right(series.xs, after), bisect_right(series.xs, until)
    return _reduced(series.lows[start:stop], series.highs[start:stop]) if start < stop else _GAP


def on_scale(columns: Columns, scale: Scale) -> Columns:
    """The columns by their places on the y axis."""
    if not scale.log:
        return columns
    return {index: _logged(column, scale) for index, column in columns.items()}


def _logged(column: Column, scale: Scale) -> Column:
    low, high, first, last = map(scale.place, column)
    if math.isnan(high):  # a gap, or nothing above zero
        return _GAP
    return Column(scale.low if math.isnan(low) else low, high, first, last)


def _crossing(series: Series, after: int, x: float) -> Column:
    """Where the line to the point `after` from the one before it passes `x`."""
    x_0, x_1 = series.xs[after - 1], series.xs[after]
    y_0 = (series.lows[after - 1] + series.highs[after - 1]) / 2
    y_1 = (series.lows[after] + series.highs[after]) / 2
    share = (x - x_0) / (x_1 - x_0) if x_0 < x < x_1 else float(x >= x_1)
    value = y_0 + (y_1 - y_0) * share
    return Column(value, value, value, value) if abs(value) < LARGEST else _GAP


def _reduced(lows: Sequence[float], highs: Sequence[float]) -> Column:
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
