"""What a person chose to see in the chart: which metric, along what, how close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

XChoice = Literal["auto", "step", "epoch", "time"]
Choice = TypeVar("Choice")

X_CHOICES: tuple[XChoice, ...] = ("auto", "step", "epoch", "time")
AVERAGES = (0.0, 0.6, 0.9)
"""What the past counts in the running average; 0 is none."""

_LEAST_SHARE = 1e-4
"""Of the axis that can still be zoomed into."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """The choices; each change gives another one."""

    metric: str = "loss"
    x: XChoice = "auto"
    log_y: bool = False
    average: float = 0.0
    window: tuple[float, float] | None = None
    """The part of the x axis that is shown; None for all of it."""
    crosshair: float | None = None
    """The place on the x axis that is read."""

    def with_x(self, x: XChoice) -> ChartView:
        """Along something else; places on the axis that was are none on the new one."""
        return replace(self, x=x, window=None, crosshair=None)

    def next_x(self) -> ChartView:
        """Along the next of the choices."""
        return self.with_x(_after(X_CHOICES, self.x))

    def next_average(self) -> ChartView:
        """With more of a running average, or none again."""
        return replace(self, average=_after(AVERAGES, self.average))

    def zoomed(self, factor: float, around: float, limit: float) -> ChartView:
        """Closer by `factor`, `around` staying where it is; below 1 it is further away."""
        low, high = self.window or (0.0, limit)
        around = min(max(around, low), high)
        span = max((high - low) / factor, limit * _LEAST_SHARE)
        start = around - (around - low) * span / (high - low)
        return self._showing(start, span, limit)

    def panned(self, share: float, limit: float) -> ChartView:
        """Moved to the right by a share of what is shown."""
        low, high = self.window or (0.0, limit)
        return self._showing(low + share * (high - low), high - low, limit)

    def reading(self, x: float, limit: float) -> ChartView:
        """With the crosshair at `x`; what is shown moves along where that is outside of it."""
        x = min(max(x, 0.0), limit)
        view = replace(self, crosshair=x)
        if self.window is None or self.window[0] <= x <= self.window[1]:
            return view
        low, high = self.window
        start = x if x < low else x - (high - low)
        return view._showing(start, high - low, limit)

    def _showing(self, start: float, span: float, limit: float) -> ChartView:
        if span >= limit * (1 - 1e-9):
            return replace(self, window=None)
        start = min(max(0.0, start), limit - span)
        # What is read is in view: the crosshair comes along where that leaves it.
        crosshair = (
            None if self.crosshair is None else min(max(self.crosshair, start), start + span)
        )
        return replace(self, window=(start, start + span), crosshair=crosshair)


def _after(choices: tuple[Choice, ...], current: Choice) -> Choice:
    return choices[(choices.index(current) + 1) % len(choices)]
