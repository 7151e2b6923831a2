"""A running average of a curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def smoothed(values: Iterable[float], weight: float) -> list[float]:
    """Return the exponential average at each value: `weight` is what the past counts.

    It has no pull towards zero at its start. A value that is not finite is a gap in it too, and
    after a gap it begins anew.
    """
    averages: list[float] = []
    total = share = 0.0  # what the values so far come to, and how much of a whole average that is
    for value in values:
        if not math.isfinite(value):
            total = share = 0.0
            averages.append(math.nan)
            continue
        total = weight * total + (1.0 - weight) * value
        share = weight * share + (1.0 - weight)
        averages.append(total / share)
    return averages
