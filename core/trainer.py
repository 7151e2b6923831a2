"""The trainer: one loop from the config to the last checkpoint.

Everything it has to say leaves through `emit`; everything it is asked comes from `control`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.control import StopTraining
from core.loop.training import Training
from core.processes.ranks import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.control import Control
    from core.events import Event
    from core.processes.ranks import Ranks
    from core.runs import Run


def train(
    run: Run,
    changes: dict[str, Any],
    *,
    emit: Callable[[Event], None],
    control: Control,
    ranks: Ranks = ALONE,
) -> tuple[str, str]:
    """Train until the epochs are done, patience ends, or somebody stops it.

    `changes` are values by dotted path that differ from the run's config.json. Returns the
    outcome and the reason, as RunEnded has them. Raises MistakeError.
    """
    try:
        training = Training(run, changes, emit, control, ranks)
    except StopTraining as stop:  # during a download: there is nothing to save yet
        return "stopped", str(stop)
    try:
        outcome, reason = "completed", _loop(training, control)
    except StopTraining as stop:
        training.enter("saving")
        training.save_position()
        outcome, reason = "stopped", str(stop)
    finally:
        training.close()
    if training.trouble:
        return "failed", f"{reason}, but the last position was not saved: {training.trouble}"
    return outcome, reason


def _loop(training: Training, control: Control) -> str:
    while training.epoch < training.num_epochs:
        training.begin_epoch()
        for indices in training.rest_of_epoch():
            training.step_on(indices)
            training.log.step(training)  # about ten times a second
            control.check(training)  # may save, wait, change a value, or raise StopTraining
            training.retry_save()  # half a minute after one that failed

        training.enter("validating")
        validated = training.validate(lambda: control.check(training))
        training.end_epoch(validated)

        training.enter("saving")
        training.save(*training.due_files())
        if training.judge.out_of_patience:
            return training.judge.verdict()
    number = training.num_epochs
    return f"all {number} epochs are done" if number != 1 else "its epoch is done"
