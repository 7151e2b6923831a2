"""The steps that are written down, and the clock of an epoch."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from core.errors import MistakeError
from core.events import StepEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.control import Control
    from core.events import Event
    from core.loop.averages import Averages
    from core.loop.training import Training

LOG_SECONDS = 0.1
"""Between two step events: what an eye can follow and a journal can hold."""


class NonFiniteLossError(MistakeError):
    """The loss is no longer a number; further steps cannot mend it."""


class StepLog:
    """Emits a step about ten times a second, and times epochs without their pauses."""

    def __init__(self, emit: Callable[[Event], None], control: Control) -> None:
        self._emit, self._control = emit, control
        self.seconds_before = 0.0
        """Of this epoch in the run that was resumed."""
        self._began = self._now()
        self._training_seconds = 0.0
        self._resumed_samples = 0
        self._last = (self._began, 0.0, 0)

    def begin(self, averages: Averages) -> None:
        """Start the clock of an epoch, or of the rest of one."""
        self._began = self._now()
        self._resumed_samples = averages.num_samples
        self._last = (self._began, averages.sum("loss"), averages.num_samples)

    def step(self, training: Training) -> None:
        """Emit the step if the last one is long enough ago. Only then is a loss read back."""
        now = self._now()
        last_of_epoch = training.step_in_epoch == training.num_steps
        due = now - self._last[0] >= LOG_SECONDS or last_of_epoch
        if not training.ranks.any(due):
            return
        then, sum_then, num_then = self._last
        averages = training.averages
        total, num_new = averages.sum("loss"), averages.num_samples - num_then
        loss = (total - sum_then) / num_new
        finite = math.isfinite(loss)
        self._emit(
            StepEnded(
                epoch=training.epoch + 1,
                step=training.step,
                step_in_epoch=training.step_in_epoch,
                loss=loss if finite else None,
                lr=training.lr,
                images_per_second=num_new / max(now - then, 1e-9),
            )
        )
        if not finite:
            raise NonFiniteLossError(
                f"the loss became {loss} in epoch {training.epoch + 1}, step "
                f"{training.step_in_epoch}: try a smaller optimizer.args.lr than {training.lr:g}"
            )
        self._last = (now, total, averages.num_samples)

    def end_training_part(self) -> None:
        """The epoch's steps are done; validation follows."""
        self._training_seconds = self._now() - self._began

    def training_rate(self, averages: Averages) -> float:
        """Images a second of the training part since the clock started."""
        num_samples = averages.num_samples - self._resumed_samples
        return num_samples / self._training_seconds if self._training_seconds > 0 else 0.0

    def seconds(self) -> float:
        """Of this epoch so far, pauses left out, those before a resume counted in."""
        return self.seconds_before + self._now() - self._began

    def end_epoch(self) -> None:
        """The next epoch has no past."""
        self.seconds_before = 0.0

    def _now(self) -> float:
        return time.perf_counter() - self._control.seconds_paused
