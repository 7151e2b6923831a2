"""What cannot go on from a checkpoint, said before there is a run directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import checkpoint, config
from core.building import build
from core.errors import MistakeError
from core.settings import file as config_file
from core.settings import schedules
from core.settings.own_names import is_own

if TYPE_CHECKING:
    from core.checkpoint import Checkpoint
    from core.config import Config

NUMBER_OF_STEPS = {
    "data_loader.args.batch_size",
    "data_loader.args.training",
    "data_loader.args.validation_split",
    "trainer.len_epoch",
}
"""What says how many steps an epoch has."""


def other_weights(settings: Config, start: Checkpoint) -> None:
    """Refuse weights that do not fit the network. Raises MistakeError."""
    if start.arch != settings.arch.label:
        raise MistakeError(
            f"arch.type: {start.path} holds the weights of {start.arch}, not of "
            f"{settings.arch.type}: leave arch as it was"
        )
    if not is_own(settings.arch.type):  # of one's own nothing is run until the training begins
        checkpoint.load_weights(build.empty_model(settings.arch), start, assign=True)


def nothing_left(
    settings: Config, start: Checkpoint, before: dict[str, Any], differing: dict[str, Any]
) -> None:
    """Refuse what has no epoch left, or a schedule that ends there. Raises MistakeError."""
    epochs, schedule = settings.trainer.epochs, settings.lr_scheduler
    kept = not any(path.startswith("lr_scheduler") for path in differing)
    if schedule and schedule.type in schedules.FIXED_LENGTH and kept:
        longer = {"trainer.epochs"} if epochs > _epochs(before, epochs) else set()
        if schedule.interval == "batch":
            longer |= NUMBER_OF_STEPS
        for path in sorted(longer & differing.keys()):
            raise MistakeError(
                f"{path}: {schedule.type} was drawn up for the steps it began with and cannot go "
                "on after them: start a new run, or give another lr_scheduler"
            )
    if start.epoch >= epochs:
        raise MistakeError(f"finished {start.epoch} of {epochs} epochs: give --epochs N")
    num_bad = start.ours.get("judge", {}).get("num_bad_epochs", 0)
    if num_bad > settings.trainer.patience and not start.ours.get("step_in_epoch"):
        metric = settings.trainer.monitor.split()[-1]
        raise MistakeError(
            f"trainer.early_stop: ended after {num_bad} epochs without a better {metric}: "
            f"give --set trainer.early_stop={num_bad} or more"
        )


def _epochs(before: dict[str, Any], otherwise: int) -> int:
    """How far a run should have gone; a file of another program may not say it as ours do."""
    try:
        return config.Config.parse(before).trainer.epochs
    except config_file.ConfigError:
        return otherwise
