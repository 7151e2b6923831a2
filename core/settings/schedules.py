"""Learning rate schedules: what they look at, and what torch would only refuse in a running run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.settings import signatures
from core.settings.file import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.config import Component, Config

PLATEAU = "ReduceLROnPlateau"
ONE_CYCLE = "OneCycleLR"
OWN_RATES = {ONE_CYCLE: "max_lr", "CyclicLR": "base_lr"}
"""Schedules that begin at a learning rate of their own, not at the optimizer's; their argument."""
FIXED_LENGTH = {ONE_CYCLE}
"""Schedules that are drawn up for a number of steps and cannot go on after it."""


def watched(config: Config) -> tuple[str, str]:
    """The metric that ReduceLROnPlateau looks at, and `min` or `max`: which way it gets better.

    `lr_scheduler.metric` where it is given, else what is monitored, else the loss.
    """
    mode, _, monitored = config.trainer.monitor.partition(" ")
    schedule = config.lr_scheduler
    loss = "val_loss" if config.data_loader.args.validation_split else "loss"
    metric = (schedule.metric if schedule else None) or monitored or loss
    given = schedule.args.get("mode") if schedule else None
    if given is not None:
        return metric, str(given)
    if metric == monitored:
        return metric, mode
    return metric, "min" if metric.endswith("loss") else "max"


def given_length(schedule: Component) -> int | None:
    """The steps that a OneCycleLR is to have by its own arguments; None: as many as the run."""
    total, epochs, steps = (
        schedule.args.get(name) for name in ("total_steps", "epochs", "steps_per_epoch")
    )
    if isinstance(total, int):
        return total
    return epochs * steps if isinstance(epochs, int) and isinstance(steps, int) else None


def problems(schedule: Component, optimizer: Component | None) -> Iterator[Problem]:
    """What is wrong with a schedule, by itself or for that optimizer."""
    if schedule.type == PLATEAU and getattr(schedule, "interval", "epoch") == "batch":
        message = f'must be "epoch": {PLATEAU} looks at a metric, which is there once an epoch'
        yield Problem(path="lr_scheduler.interval", message=message)
    yield from _without_momentum(schedule, optimizer)
    args = {name for name, value in schedule.args.items() if value is not None}
    lengths = {"total_steps", "epochs", "steps_per_epoch"} & args
    if schedule.type == ONE_CYCLE and lengths == {"epochs"}:
        message = "is needed beside epochs: add it, or leave both out for the whole run"
        yield Problem(path="lr_scheduler.args.steps_per_epoch", message=message)


def too_short(config: Config, steps_per_epoch: int) -> Iterator[Problem]:
    """Whether a OneCycleLR would be over before the run is."""
    schedule, trainer = config.lr_scheduler, config.trainer
    if schedule is None or schedule.type != ONE_CYCLE:
        return
    length = given_length(schedule)
    needed = trainer.epochs * (steps_per_epoch if schedule.interval == "batch" else 1)
    if length is not None and length < needed:
        name = "total_steps" if schedule.args.get("total_steps") is not None else "epochs"
        message = (
            f"{length} steps are fewer than the {needed} of the run: leave it out for the whole run"
        )
        yield Problem(path=f"lr_scheduler.args.{name}", message=message)


def _without_momentum(schedule: Component, optimizer: Component | None) -> Iterator[Problem]:
    """torch cycles the momentum too unless it is told not to, and not every optimizer has one."""
    if schedule.type not in ("CyclicLR", ONE_CYCLE) or optimizer is None:
        return
    signature = signatures.of("optimizer", optimizer.type)
    if signature is None or not schedule.args.get("cycle_momentum", True):
        return
    if signature.get("momentum") is None and signature.get("betas") is None:
        message = f"must be false: {optimizer.type} has no momentum to cycle"
        yield Problem(path="lr_scheduler.args.cycle_momentum", message=message)


def can_go_on(config: dict[str, Any]) -> bool:
    """Whether a run with such a config.json can be trained further than it was meant to be."""
    schedule = config.get("lr_scheduler")
    return not (isinstance(schedule, dict) and schedule.get("type") in FIXED_LENGTH)
