"""Values over a run in bounded memory.

A curve keeps at most `NUM_BUCKETS` buckets, each with the lowest and the highest value in it, so
that a run of any length costs the same to hold and to draw, and a spike is never lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

NUM_BUCKETS = 1024


class Bucket(NamedTuple):
    """Some neighbouring values of a curve."""

    x: float
    """Of the last value in it."""
    low: float
    high: float
    mean: float
    seconds: float
    """Of training when the last value came."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A bounded series of values over growing x."""

    buckets: tuple[Bucket, ...] = ()
    stride: int = 1
    """Values a full bucket holds."""
    in_last: int = 0
    """Values in the last bucket."""

    def extend(
        self, xs: Sequence[float], values: Sequence[float], seconds: Sequence[float]
    ) -> Curve:
        """The curve with more values. A batch costs one copy, so fold many at once."""
        buckets, stride, in_last = list(self.buckets), self.stride, self.in_last
        at = 0
        while at < len(xs):
            begins = not buckets or in_last >= stride
            if begins:
                in_last = 0
            end = min(at + stride - in_last, len(xs))
            new = _bucket(xs[end - 1], values[at:end], seconds[end - 1])
            in_last += end - at
            if begins:
                buckets.append(new)
            else:
                buckets[-1] = _join(buckets[-1], new, (end - at) / in_last)
            if len(buckets) > NUM_BUCKETS:
                pairs = zip(buckets[:-1:2], buckets[1::2], strict=True)
                buckets = [*(_join(*pair, 0.5) for pair in pairs), new]
                stride *= 2
            at = end
        return Curve(tuple(buckets), stride, in_last)

    def append(self, x: float, value: float, seconds: float) -> Curve:
        """The curve with one more value."""
        return self.extend([x], [value], [seconds])

    @property
    def seconds(self) -> float:
        """Of training when its last value came."""
        return self.buckets[-1].seconds if self.buckets else 0.0

    def until(self, x: float) -> Curve:
        """The part up to `x`: what a run keeps that goes back to an earlier position."""
        if not self.buckets or self.buckets[-1].x <= x:
            return self
        kept = tuple(bucket for bucket in self.buckets if bucket.x <= x)
        return Curve(kept, self.stride, self.stride)


def _bucket(x: float, values: Sequence[float], seconds: float) -> Bucket:
    mean = sum(values) / len(values)
    if math.isnan(mean):  # a gap, which min and max might step over
        return Bucket(x, mean, mean, mean, seconds)
    return Bucket(x, min(values), max(values), mean, seconds)


def _join(first: Bucket, second: Bucket, share: float) -> Bucket:
    """One bucket of two, the second of which has so large a share in the mean."""
    for bucket in (first, second):
        if math.isnan(bucket.low):  # a gap stays one
            return bucket._replace(x=second.x, seconds=second.seconds)
    return Bucket(
        second.x,
        min(first.low, second.low),
        max(first.high, second.high),
        first.mean + (second.mean - first.mean) * share,
        second.seconds,
    )
