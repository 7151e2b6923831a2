"""The exact position of a training as a checkpoint, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

from core import build, checkpoint, resume, signatures
from core.checkpoint import CheckpointError
from core.config import Config
from core.events import EpochEnded

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from core.checkpoint import Checkpoint
    from core.training import Training

_GROUP_RATES = ("lr", "initial_lr", "max_lr", "min_lr")
_SCHEDULE_RATES = ("base_lrs", "max_lrs")
_STATELESS = {"weight_decay", "betas", "eps"}
"""Arguments of optimizers that may change without their state losing its meaning."""


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
            "version": checkpoint.VERSION,
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
            "lr": training.lr,
            "device": str(training.device),
            "data_dir": str(training.data_dir),
            "torch": str(torch.__version__),
        },
    }


def restore(training: Training, start: Checkpoint) -> list[str]:
    """Put `training` where `start` was written; returns what a person should know about it.

    The order matters: an optimizer's state brings its learning rates, which a schedule reads.
    """
    load_weights(training.model, start)
    training.epoch = start.epoch
    notices = [*_restore_optimizer(training, start), *_restore_schedule(training, start)]
    notices += _change_rate(training, start)
    ours = start.ours
    if not ours:
        training.step = training.epoch * training.num_steps
        return [*notices, f"{start.path.name} keeps no exact position: the draws will be others"]
    training.judge.load_state_dict(ours["judge"])
    training.history = [EpochEnded(**event) for event in ours["history"]]
    _set_generators(ours["generators"], training.device)
    if ours["step_in_epoch"] and _same_batches(training, start):
        training.step_in_epoch, training.lr = ours["step_in_epoch"], ours["lr"]
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
    before, now = start.config.get("optimizer", {}), training.config.optimizer
    if before.get("type") != now.type:
        return [f"optimizer.type is {now.type} now: its state starts anew"]
    args = before.get("args", {})
    changed = sorted(
        name for name in {*args, *now.args} - {"lr"} if args.get(name) != now.args.get(name)
    )
    state, notices = start.content["optimizer"], []
    if not _STATELESS.issuperset(changed):
        state = {**state, "state": {}}
        notices.append(f"optimizer.args changed in {', '.join(changed)}: its state starts anew")
    optimizer = training.optimizer
    try:
        optimizer.load_state_dict(state)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{start.path}: its optimizer does not fit: {error}") from error
    for group in optimizer.param_groups:  # the state brought the former values
        group.update({name: optimizer.defaults[name] for name in changed})
        if "fused" in optimizer.defaults:  # how this machine steps, not that of the file
            group["fused"] = optimizer.defaults["fused"]
    _lay_out_alike(optimizer)
    return notices


def _lay_out_alike(optimizer: Optimizer) -> None:
    """Give each tensor of the state its parameter's memory layout.

    A file of another program has another one, and torch's fused update reads past the difference
    without a word.
    """
    for parameter, state in optimizer.state.items():
        for name, value in state.items():
            if torch.is_tensor(value) and value.shape == parameter.shape:
                state[name] = torch.empty_like(parameter).copy_(value)


def _restore_schedule(training: Training, start: Checkpoint) -> list[str]:
    state, optimizer = start.ours.get("lr_scheduler"), training.config.optimizer.type
    same = start.config.get("lr_scheduler") == training.raw_config.get("lr_scheduler")
    same = same and start.config.get("optimizer", {}).get("type") == optimizer
    if same and training.scheduler is None:
        return []
    if same and training.scheduler is not None and state is not None:
        training.scheduler.load_state_dict(state)
        # The optimizer did step, in the process before; torch would warn that it never has.
        training.optimizer._opt_called = True  # type: ignore[attr-defined]
        return []
    for group in training.optimizer.param_groups:
        group["lr"] = group.pop("initial_lr", group["lr"])
    left = training.num_epochs - training.epoch
    training.scheduler = build.scheduler(
        training.config, training.optimizer, num_epochs=left, num_steps=training.num_steps
    )
    return ["the learning rate schedule starts anew"]


def _change_rate(training: Training, start: Checkpoint) -> list[str]:
    before, now = start.config.get("optimizer", {}), training.config.optimizer
    if before.get("type") != now.type:
        return []
    lr = signatures.optimizer(now.type).get("lr")
    default = lr.default if lr else None
    old, new = before.get("args", {}).get("lr", default), now.args.get("lr", default)
    if not old or old == new:
        return []
    factor = new / old
    for group in training.optimizer.param_groups:
        group.update({name: group[name] * factor for name in _GROUP_RATES if name in group})
    for name in _SCHEDULE_RATES:
        if rates := getattr(training.scheduler, name, None):
            setattr(training.scheduler, name, [rate * factor for rate in rates])
    return [f"the learning rate goes on at {factor:g} times the former one"]


def _same_batches(training: Training, start: Checkpoint) -> bool:
    """Whether the steps that were taken in the open epoch are the first ones of it still."""
    before = resume.where_its_data_was(Config.parse(start.config), start)
    now = training.config
    return (
        start.ours["num_steps"] == training.num_steps
        and before.seed == now.seed
        and before.data_loader.args.model_dump(exclude={"num_workers"})
        == now.data_loader.args.model_dump(exclude={"num_workers"})
    )


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
