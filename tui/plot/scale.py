"""Round numbers for the axes of the chart: limits, ticks and their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 1e150
"""A value beyond this is a gap, like infinity: differences of two such values may overflow."""

_TINIEST = 1e-100
_FLAT = 1e-6
_FACTORS = (1.0, 2.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The y axis: where it begins and ends, and the numbers written beside it.

    On a logarithmic axis its places are the logarithms of the values.
    """

    low: float
    """The place at the bottom of the plot area."""
    high: float
    """The place at the top of the plot area."""
    ticks: tuple[float, ...]
    """The places of the labels, from ``low`` to ``high``."""
    labels: tuple[str, ...]
    """Round numbers."""
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value is on the axis; NaN where the axis has no place for it."""
        if not self.log:
            return value
        return math.log10(value) if 0 < value < LARGEST else math.nan

    def value(self, place: float) -> float:
        """What is at a place."""
        return 10.0**place if self.log else place


def nice_limit(x: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... that is not below `x`.

    The x axis ends there, so it is rescaled only when a run passes it.
    """
    if not 1.0 < x <= LARGEST:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(x))
    return next(limit for factor in (1.0, 2.0, 5.0, 10.0) if (limit := factor * decade) >= x)


def nice_ticks(low: float, high: float, max_ticks: int, *, whole: bool = False) -> list[float]:
    """Return at most `max_ticks` (never less than 2) round numbers that enclose `low` to `high`.

    `whole` keeps to whole numbers, for an axis that counts.
    """
    low, high = _with_length(low, high)
    most = max(2, max_ticks)
    decade = math.floor(math.log10((high - low) / (most - 1)))
    # A tighter fit leaves the curve more room; of equal fits the finest tells most.
    best, best_fit = (low, 0, 0), (math.inf, 0)
    for exponent in (decade, decade + 1, decade + 2):
        for factor in _FACTORS:
            step = factor * 10.0**exponent
            # Without the slack a limit that is a tick itself would be rounded out to the next.
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            fit = (round((last - first) * step / (high - low), 6), first - last)
            fits = min(3, most) <= last - first + 1 <= most and (step.is_integer() or not whole)
            if fits and fit < best_fit:
                best, best_fit = (step, first, last), fit
    step, first, last = best
    if first == last:  # no such round numbers: a range far smaller than its numbers
        return [low, high]
    return [_rounded(index * step, step) for index in range(first, last + 1)]


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """Return the ticks as text, all with the same number of decimals."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    step = min((b - a for a, b in pairwise(ticks)), default=largest)
    decimals = _decimals(step)
    if decimals is None or largest >= 1e6 or 0 < largest < 1e-4:
        return _scientific(ticks)
    return [f"{tick:.{decimals}f}" for tick in ticks]


def y_scale(low: float, high: float, max_ticks: int) -> Scale:
    """Return the y axis for data from `low` to `high`.

    It begins at 0 where that costs less than half of the height, or where the data is flat.
    """
    flat = high - low <= _FLAT * max(abs(low), abs(high))
    if low >= 0 and (flat or low < high / 2):
        low = 0.0
    elif flat:
        high = max(high, 0.0)
    ticks = nice_ticks(low, high, max_ticks)
    return Scale(ticks[0], ticks[-1], tuple(ticks), tuple(tick_labels(ticks)))


def log_scale(low: float, high: float, max_ticks: int) -> Scale:
    """Return the logarithmic y axis for positive data from `low` to `high`.

    It begins and ends at 1, 2 or 5 times a power of ten; the longer it is, the fewer of these have
    their number beside them.
    """
    low = min(max(low, _TINIEST), LARGEST)
    high = min(max(high, low), LARGEST)
    values = _log_ticks(low, high)
    shown = _evenly(values, max(2, max_ticks))
    return Scale(
        math.log10(values[0]),
        math.log10(values[-1]),
        tuple(map(math.log10, shown)),
        tuple(f"{value:g}" for value in shown),
        log=True,
    )


def _evenly(values: list[float], most: int) -> list[float]:
    """As many of 1, 2, 5, 10, 20, … as there is room for, at least two, at even distances.

    Where that is not all of them, three powers of ten are enough; on an axis that has not so many
    it is every second, third, ….
    """
    if len(values) > most:
        powers = [value for value in values if f"{value:e}"[0] == "1"]
        shown = powers[:: math.ceil(len(powers) / most)] if powers else []
        if len(shown) > 2:
            return shown
    return values[:: math.ceil(len(values) / most)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 times the powers of ten that enclose `low` to `high`; at least two."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    values = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
    begin = max(i for i, value in enumerate(values) if value <= low * (1 + 1e-9))
    end = min(i for i, value in enumerate(values) if value >= high * (1 - 1e-9))
    return values[begin : max(end, begin + 1) + 1]


def _scientific(ticks: Sequence[float]) -> list[str]:
    """Return the ticks with as many digits as tell them apart."""
    labels: list[str] = []
    for digits in range(1, 9):
        labels = [f"{tick:.{digits}e}" if tick else "0" for tick in ticks]
        exact = zip(labels, ticks, strict=True)
        if all(math.isclose(float(label), tick, rel_tol=1e-9) for label, tick in exact):
            break
    return labels


def _with_length(low: float, high: float) -> tuple[float, float]:
    """Return a range that can be divided: finite, not empty, not lost in rounding."""
    if not -LARGEST <= low <= high <= LARGEST:
        return 0.0, 1.0
    if high - low < max(_TINIEST, 1e-9 * max(abs(low), abs(high))):
        return low, low + max(1.0, abs(low))
    return low, high


def _rounded(tick: float, step: float) -> float:
    """Return a multiple of `step` without the error of the multiplication."""
    decimals = _decimals(step)
    return tick if decimals is None else round(tick, decimals)


def _decimals(step: float) -> int | None:
    """Return the decimals that write `step` in full, None where that would be too long."""
    for decimals in range(9):
        if abs(round(step, decimals) - step) <= step * 1e-6:
            return decimals
    return None
