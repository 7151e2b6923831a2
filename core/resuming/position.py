"""The exact position of a training as a checkpoint, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

from core import checkpoint
from core.building import build, own_batches, rates
from core.checkpoint import CheckpointError
from core.config import Config
from core.dataset import Samples
from core.events import EpochEnded
from core.resuming import template_position
from core.settings import schedules
from core.settings.file import ConfigError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

    from core.checkpoint import Checkpoint
    from core.loop.training import Training

_STATELESS = {"weight_decay", "betas", "eps"}
"""Arguments of optimizers that may change without their state losing its meaning."""


def content(training: Training) -> dict[str, Any]:
    """What a checkpoint holds: the template's six keys, and ours for an exact resume."""
    scheduler, judge = training.scheduler, training.judge
    generators = training.ranks.gathered(_generators(training.device))
    others = {"world_size": len(generators), "generators_of_others": generators[1:]}
    return {
        "arch": training.config.arch.label,
        "epoch": training.epoch,
        "state_dict": training.model.state_dict(),
        "optimizer": _optimizer_state(training.optimizer),
        "monitor_best": judge.best if judge.metric else 0,
        "config": training.raw_config,
        checkpoint.OURS: {
            "version": checkpoint.VERSION,
            "step": training.step,
            "step_in_epoch": training.step_in_epoch,
            "num_steps": training.num_steps,
            "lr_scheduler": scheduler.state_dict() if scheduler else None,
            "generators": generators[0],
            **(others if len(generators) > 1 else {}),
            "averages": training.averages.state_dict(),
            "seconds": training.log.seconds() if training.step_in_epoch else 0.0,
            "judge": judge.state_dict(),
            "history": [asdict(event) for event in training.history],
            "threads": training.threads,
            "lr": training.lr,
            "device": training.devices,
            "data_dir": str(training.data_dir),
            "data_set": {
                "classes": list(training.classes),
                **(
                    training.train_set.normalization._asdict()
                    if isinstance(training.train_set, Samples)
                    else {}
                ),
            },
            "torch": str(torch.__version__),
        },
    }


def restore(training: Training, start: Checkpoint) -> list[str]:
    """Put `training` where `start` was written; returns what a person should know about it.

    The order matters: an optimizer's state brings its learning rates, which a schedule reads.
    """
    checkpoint.load_weights(training.model, start)
    if start.weights_only:
        return [f"begins with the weights of {start.path}, and with nothing else of it"]
    training.epoch, before = start.epoch, _config_before(training, start)
    notices = [
        *_restore_optimizer(training, start, before),
        *_restore_schedule(training, start, before),
        *_change_rate(training, start, before),
    ]
    ours = start.ours
    if not ours:
        return [*notices, *template_position.restore(training, start, before)]
    training.judge.load_state_dict(ours["judge"])
    training.history = [EpochEnded(**event) for event in ours["history"]]
    _restore_generators(training, ours)
    if ours["step_in_epoch"] and _same_batches(training, start):
        training.step_in_epoch, training.lr = ours["step_in_epoch"], ours["lr"]
        training.averages.load_state_dict(ours["averages"])
        training.log.seconds_before = ours["seconds"]
        if isinstance(training.train_set, own_batches.Batches):
            notices.append(
                f"{training.config.data_loader.type} goes on exactly at the end of an epoch alone: "
                f"what is left of epoch {start.epoch + 1} is drawn anew"
            )
    elif ours["step_in_epoch"]:
        notices.append(f"the batches are others now: epoch {start.epoch + 1} begins anew")
    training.step = training.epoch * training.num_steps + training.step_in_epoch
    now = differences(
        ours, threads=training.threads, device=training.devices, world_size=training.ranks.size
    )
    return [*notices, *now]


def _optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """The state as any program can go on with it.

    How this machine steps is left out: another program's parameters may lie in memory in another
    way, and a fused update would read past the difference.
    """
    state = optimizer.state_dict()
    groups = [
        {**group, "fused": None} if "fused" in group else group for group in state["param_groups"]
    ]
    return {**state, "param_groups": groups}


def _config_before(training: Training, start: Checkpoint) -> Config:
    """The config in the file; that of now where it makes no sense, as in a file of others."""
    try:
        return Config.parse(start.config)
    except ConfigError:
        return training.config


def _restore_optimizer(training: Training, start: Checkpoint, before: Config) -> list[str]:
    then, now = before.optimizer, training.config.optimizer
    if then.type != now.type:
        return [f"optimizer.type is {now.type} now: its state starts anew"]
    args = then.args
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
    _refuse_other_sizes(optimizer, start)
    _lay_out_alike(optimizer)
    return notices


def _refuse_other_sizes(optimizer: Optimizer, start: Checkpoint) -> None:
    """torch's fused update trusts that a state has its parameter's size, and reads on past it."""
    if not optimizer.param_groups[0].get("fused"):
        return
    for parameter, state in optimizer.state.items():
        for name, value in state.items():
            if torch.is_tensor(value) and value.dim() and value.shape != parameter.shape:
                sizes = f"{name} is {tuple(value.shape)} where {tuple(parameter.shape)} is wanted"
                raise CheckpointError(f"{start.path}: its optimizer does not fit: {sizes}")


def _lay_out_alike(optimizer: Optimizer) -> None:
    """Give each tensor of the state its parameter's memory layout.

    A file of another program has another one, and torch's fused update reads past the difference
    without a word.
    """
    for parameter, state in optimizer.state.items():
        for name, value in state.items():
            if torch.is_tensor(value) and value.shape == parameter.shape:
                state[name] = torch.empty_like(parameter).copy_(value)


def _restore_schedule(training: Training, start: Checkpoint, before: Config) -> list[str]:
    now, state = training.config, start.ours.get("lr_scheduler")
    same = before.lr_scheduler == now.lr_scheduler and before.optimizer.type == now.optimizer.type
    if now.lr_scheduler is not None and now.lr_scheduler.type == schedules.PLATEAU:
        same = same and schedules.watched(before) == schedules.watched(now)
    if same and training.scheduler is None:
        return []
    if same and not start.ours and template_position.can_catch_up(training):
        return template_position.catch_up(training, start)
    if same and training.scheduler is not None and state is not None:
        training.scheduler.load_state_dict(state)
        # The optimizer did step, in the process before; torch would warn that it never has.
        training.optimizer._opt_called = True  # type: ignore[attr-defined]
        return []
    rates.begin_anew(training.optimizer)
    left = training.num_epochs - training.epoch
    training.scheduler = build.scheduler(
        training.config, training.optimizer, num_epochs=left, num_steps=training.num_steps
    )
    return ["the learning rate schedule starts anew"]


def _change_rate(training: Training, start: Checkpoint, before: Config) -> list[str]:
    then, now = before.optimizer, training.config.optimizer
    if then.type != now.type:
        return []
    old, new = rates.base_rate(then), rates.base_rate(now)
    if not old or new is None:
        return []
    actual = old if start.ours else template_position.first_rate(training, old)
    if old == new:
        return [] if actual == old else [template_position.another_rate(start, actual, old)]
    if actual == new:
        return []
    factor = new / actual
    rates.scale(training.optimizer, training.scheduler, factor)
    return [f"the learning rate goes on at {factor:g} times the former one"]


def _same_batches(training: Training, start: Checkpoint) -> bool:
    """Whether the steps that were taken in the open epoch are the first ones of it still."""
    before = start.with_its_data(Config.parse(start.config))
    now = training.config
    return (
        start.ours["num_steps"] == training.num_steps
        and before.seed == now.seed
        and before.data_loader.type == now.data_loader.type
        and before.data_loader.args.model_dump(exclude={"num_workers"})
        == now.data_loader.args.model_dump(exclude={"num_workers"})
    )


def differences(
    ours: dict[str, Any], *, threads: int, device: str, world_size: int = 1
) -> list[str]:
    """Why the numbers will not be those of the uninterrupted run, bit for bit."""
    before = ours.get("world_size", 1)
    if before != world_size:  # torch's threads differ too then, which says nothing more
        return [
            f"the number of processes was {before} and is {world_size}: weights, optimizer and the "
            "order of the images go on exactly, the draws of dropout and augmentation do not"
        ]
    pairs = (
        ("threads", ours["threads"], threads),
        ("device", ours["device"], device),
        ("torch", ours["torch"], str(torch.__version__)),
    )
    return [
        f"{name} was {before} and is {now}: the last bits will differ"
        for name, before, now in pairs
        if before != now
    ]


def _restore_generators(training: Training, ours: dict[str, Any]) -> None:
    """Each rank goes on with the draws of the one in its place; a new one begins its own."""
    ranks = training.ranks
    states = [ours["generators"], *ours.get("generators_of_others", [])]
    if ranks.rank < len(states):
        _set_generators(states[ranks.rank], training.device)
    elif (seed := ranks.seed(training.config.seed, ours["step"])) is not None:
        torch.manual_seed(seed)


def _generators(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _set_generators(states: dict[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
