"""Where the learning rate changed at once: by a person's hand, or by a schedule in steps."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from core.requests import LR
from tui.plot import Rule

if TYPE_CHECKING:
    from core.record.curve import Curve
    from core.state import RunState
    from tui.chart.axis import XAxis

_LEAST_POINTS = 3
"""A rate that stays for fewer is on its way to somewhere."""


class Level(NamedTuple):
    """A learning rate that stayed for a while."""

    lr: float
    x: float
    """Of its first point, in epochs."""
    end: float
    """Of its last one."""
    num_points: int


def lr_rules(state: RunState, axis: XAxis, arrow: str) -> list[Rule]:
    """A line at each change, with what it was and what it became."""
    num_steps = state.started.num_steps if state.started else 1
    found = jumps(state.lr)
    told = {after.x: (before.lr, after.lr) for before, after in found}
    spans = {after.x: before.end for before, after in found}
    for change in state.changes:
        if change.path == LR:
            # Beside a schedule the config's rate is not the one that the run has: its jump is.
            x = change.step / num_steps
            jump = next((start for start, end in spans.items() if end <= x <= start), None)
            told[x] = told.pop(x if jump is None else jump, (change.before, change.after))
    return [
        Rule(axis.place(x), f"lr {before:.4g} {arrow} {after:.4g}")
        for x, (before, after) in sorted(told.items())
    ]


def jumps(curve: Curve) -> list[tuple[Level, Level]]:
    """The changes from one learning rate that stayed to another one.

    A rate that changes with every point is a curve and has no such places: `lr` can be drawn.
    """
    stays: list[tuple[float, float, float, int]] = []
    lr, x, end, num_points = math.nan, 0.0, 0.0, 0
    for bucket in curve.buckets:  # at each redraw of the chart: in plain numbers
        if bucket.low != bucket.high:
            continue
        if bucket.low == lr:
            end, num_points = bucket.x, num_points + 1
            continue
        stays.append((lr, x, end, num_points))
        lr, x, end, num_points = bucket.low, bucket.x, bucket.x, 1
    stays.append((lr, x, end, num_points))
    last = len(stays) - 1
    return [
        (Level(*before), Level(*after))
        for number, (before, after) in enumerate(pairwise(stays), 1)
        if before[3] >= _LEAST_POINTS and (after[3] >= _LEAST_POINTS or number == last)
    ]
