"""The x axis of a run's chart: what it counts, how long it is, where on it something is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.plot import nice_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.record.curve import Curve
    from core.state import RunState
    from tui.chart.view import XChoice

_EPOCHS_BY_STEP = 2
"""So many epochs are told apart better by their steps."""
_SHORTEST = {"epoch": 5.0, "time": 10.0}


@dataclass(frozen=True, slots=True)
class XAxis:
    """An axis in steps, in epochs, or in a unit of time."""

    kind: XChoice
    label: str
    limit: float
    """Where it ends."""
    reached: float
    """How far the run is."""
    unit: float
    """Epochs or seconds in one of what it counts."""
    clock: Curve
    """The run's own steps, which tell what time it was at which place."""

    def places(self, curve: Curve) -> list[float]:
        """The points of a curve on this axis."""
        if self.kind == "time":
            return [bucket.seconds / self.unit for bucket in curve.buckets]
        return [bucket.x / self.unit for bucket in curve.buckets]

    def place(self, epochs: float) -> float:
        """A place of the run that is told in epochs."""
        if self.kind != "time":
            return epochs / self.unit
        return _between(self.clock, epochs) / self.unit


def x_axis(state: RunState, wanted: XChoice, others: Sequence[RunState] = ()) -> XAxis:
    """The axis of a run.

    By itself it counts steps until two epochs are done, then epochs. It ends at 5, 10, 20, 50, …
    and is made longer only when that is passed, never beyond the end of the run.
    """
    num_steps = state.started.num_steps if state.started else 1
    kind = wanted
    if wanted == "auto":
        kind = "step" if state.epoch < _EPOCHS_BY_STEP else "epoch"
    if kind == "step" and num_steps <= 1:  # nobody knows how many steps an epoch has
        kind = "epoch"
    if kind == "time":
        return _time_axis(state, others)
    unit = 1 / num_steps if kind == "step" else 1.0
    reached = reached_epochs(state) / unit
    furthest = max([reached, *(reached_epochs(other) / unit for other in others)])
    shortest = num_steps if kind == "step" else _SHORTEST["epoch"]
    limit = nice_limit(max(furthest, shortest))
    end = (state.started.epochs if state.started else 0) / unit
    # A run goes on past its end only by a resume.
    limit = end if 0 < end < limit and furthest <= end else limit
    return XAxis(kind, kind, limit, reached, unit, state.train_loss)


def reached_epochs(state: RunState) -> float:
    """How far a run is, in epochs."""
    buckets = state.train_loss.buckets
    return max(buckets[-1].x if buckets else 0.0, float(state.epoch))


def _time_axis(state: RunState, others: Sequence[RunState]) -> XAxis:
    furthest = max([state.seconds, *(other.seconds for other in others)])
    unit, name = 1.0, "seconds"
    for longer, its_name in ((60.0, "minutes"), (3600.0, "hours")):
        if furthest > 100 * unit:
            unit, name = longer, its_name
    limit = nice_limit(max(furthest / unit, _SHORTEST["time"] if unit == 1.0 else 1.0))
    label = f"{name} of training"
    return XAxis("time", label, limit, state.seconds / unit, unit, state.train_loss)


def _between(clock: Curve, epochs: float) -> float:
    """The seconds at a place told in epochs, on the line between the two known ones."""
    buckets = clock.buckets
    at = bisect_left(buckets, epochs, key=lambda bucket: bucket.x)
    if at == len(buckets):
        return clock.seconds
    x_0, seconds = (buckets[at - 1].x, buckets[at - 1].seconds) if at else (0.0, 0.0)
    if buckets[at].x <= x_0:
        return buckets[at].seconds
    return seconds + (buckets[at].seconds - seconds) * (epochs - x_0) / (buckets[at].x - x_0)
