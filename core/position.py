"""The exact position of a training as a checkpoint, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

from core import build, checkpoint
from core.checkpoint import CheckpointError
from core.events import EpochEnded

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.checkpoint import Checkpoint
    from core.training import Training

_RATES = ("lr", "initial_lr", "max_lr", "min_lr")


def content(training: Training) -> dict[str, Any]:
    """What a checkpoint holds: the template's six keys, and ours for an exact resume."""
    scheduler, judge = training.scheduler, training.judge
    return {
        "arch": type(training.model).__name__,
        "epoch": training.epoch,
        "state_dict": training.model.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "monitor_best": judge.best if judge.metric else 0,
        "config": training.raw_config,
        checkpoint.OURS: {
            "version": 1,
            "step": training.step,
            "step_in_epoch": training.step_in_epoch,
            "num_steps": training.num_steps,
            "lr_scheduler": scheduler.state_dict() if scheduler else None,
            "generators": _generators(training.device),
            "averages": training.averages.state_dict(),
            "seconds": training.log.seconds() if training.step_in_epoch else 0.0,
            "judge": judge.state_dict(),
            "history": [asdict(event) for event in training.history],
            "threads": training.threads,
            "device": str(training.device),
            "torch": torch.__version__,
        },
    }


def restore(training: Training, start: Checkpoint) -> list[str]:
    """Put `training` where `start` was written; returns what a person should know about it.

    The order matters: an optimizer's state brings its learning rates, which a schedule reads.
    """
    load_weights(training.model, start)
    training.epoch = start.epoch
    notices = _restore_optimizer(training, start)
    ours = start.ours
    if not ours:
        training.step = training.epoch * training.num_steps
        return [*notices, f"{start.path.name} keeps no exact position: the schedule starts anew"]
    training.judge.load_state_dict(ours["judge"])
    training.history = [EpochEnded(**event) for event in ours["history"]]
    _set_generators(ours["generators"], training.device)
    if ours["step_in_epoch"] and ours["num_steps"] == training.num_steps:
        training.step_in_epoch = ours["step_in_epoch"]
        training.averages.load_state_dict(ours["averages"])
        training.log.seconds_before = ours["seconds"]
    elif ours["step_in_epoch"]:
        notices.append(f"the batches are others now: epoch {start.epoch + 1} begins anew")
    training.step = training.epoch * training.num_steps + training.step_in_epoch
    return [*notices, *_differences(training, ours)]


def load_weights(model: nn.Module, start: Checkpoint, *, assign: bool = False) -> None:
    """Put the weights of a checkpoint into a network. Raises CheckpointError if they do not fit."""
    try:
        model.load_state_dict(start.content["state_dict"], assign=assign)
    except (RuntimeError, AttributeError, TypeError) as error:
        lines = [line.strip() for line in str(error).splitlines()]
        detail = lines[1] if len(lines) > 1 else lines[0]
        name = type(model).__name__
        raise CheckpointError(f"{start.path}: its weights do not fit {name}: {detail}") from error


def _restore_optimizer(training: Training, start: Checkpoint) -> list[str]:
    config, before = training.config, start.config
    if before.get("optimizer", {}).get("type") != config.optimizer.type:
        return [f"optimizer.type is {config.optimizer.type} now: its state starts anew"]
    training.optimizer.load_state_dict(start.content["optimizer"])
    state = start.ours.get("lr_scheduler")
    notices = []
    if training.scheduler is not None and state is not None:
        if before.get("lr_scheduler") == training.raw_config.get("lr_scheduler"):
            training.scheduler.load_state_dict(state)
        else:
            notices.append("lr_scheduler is another one now: it starts anew")
            _begin_schedule(training)
    old, new = before["optimizer"].get("args", {}).get("lr"), config.optimizer.args.get("lr")
    if old and new and old != new:
        _scale_rates(training, new / old)
        notices.append(f"the learning rate goes on at {new / old:g} times the former one")
    return notices


def _begin_schedule(training: Training) -> None:
    for group in training.optimizer.param_groups:
        group["lr"] = group.pop("initial_lr", group["lr"])
    training.scheduler = build.scheduler(training.config, training.optimizer, training.num_steps)


def _scale_rates(training: Training, factor: float) -> None:
    for group in training.optimizer.param_groups:
        for name in _RATES:
            if name in group:
                group[name] *= factor
    if training.scheduler is not None:
        training.scheduler.base_lrs = [rate * factor for rate in training.scheduler.base_lrs]


def _differences(training: Training, ours: dict[str, Any]) -> list[str]:
    """Why the numbers will not be those of the uninterrupted run, bit for bit."""
    pairs = (
        ("threads", ours["threads"], training.threads),
        ("device", ours["device"], str(training.device)),
        ("torch", ours["torch"], torch.__version__),
    )
    return [
        f"{name} was {before} and is {now}: the last bits will differ"
        for name, before, now in pairs
        if before != now
    ]


def _generators(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _set_generators(states: dict[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
