"""The monitored metric: what is best, and when patience ends; the template's rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.events import Metrics


class Judge:
    """Watches one metric over the epochs.

    As in pytorch-template a tie counts as an improvement, a value that is not a number never
    does, and a run ends when *more* epochs than `patience` went by without one.
    """

    def __init__(self, monitor: str, patience: float) -> None:
        self._monitor = monitor
        self.mode, _, self.metric = monitor.partition(" ")
        self.patience = patience
        self.best = math.inf if self.mode == "min" else -math.inf
        self.num_bad_epochs = 0

    def judge(self, metrics: Metrics) -> bool:
        """Count an epoch; whether it is the best so far. Never, when nothing is monitored."""
        if not self.metric:
            return False
        value = metrics.get(self.metric)
        value = math.nan if value is None else value
        # Not the other way round: whatever one asks of a value that is no number is false.
        if value <= self.best if self.mode == "min" else value >= self.best:
            self.best, self.num_bad_epochs = value, 0
            return True
        self.num_bad_epochs += 1
        return False

    @property
    def out_of_patience(self) -> bool:
        """Whether the run should end."""
        return self.num_bad_epochs > self.patience

    def verdict(self) -> str:
        """Why it should."""
        return f"{self.metric} has not improved for {self.num_bad_epochs} epochs"

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"best": self.best, "num_bad_epochs": self.num_bad_epochs, "monitor": self._monitor}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on judging; the best of another metric or the other way means nothing to this one."""
        if state["monitor"] == self._monitor:
            self.best, self.num_bad_epochs = state["best"], state["num_bad_epochs"]
