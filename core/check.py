"""Whether what a config names exists here and fits together, said before anything starts.

Nothing is imported or run for it: signatures are read from the sources, sizes from the headers.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from core import idx, signatures
from core.config import Config, ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.config import Component
    from core.signatures import Signature

LOADERS = ("MnistDataLoader",)


def check(config: Config) -> None:
    """Raise ConfigError with every problem of the config, or return."""
    problems = [
        *_component(
            "arch",
            config.arch,
            "model",
            lambda: signatures.ours("models", skip=0),
        ),
        *_loader(config),
        *_component("optimizer", config.optimizer, "optimizer", _optimizers),
        *_component("loss", config.loss, "loss", lambda: signatures.ours("losses", skip=2)),
    ]
    for index, metric in enumerate(config.metrics):
        problems += _component(
            f"metrics.{index}", metric, "metric", lambda: signatures.ours("metrics", skip=2)
        )
    if config.lr_scheduler is not None:
        problems += _component(
            "lr_scheduler", config.lr_scheduler, "scheduler", signatures.schedulers
        )
    problems += _monitor(config)
    problems += _ranges(config)
    if problems:
        raise ConfigError(problems)


def load(value: object) -> Config:
    """Parse and check; raises ConfigError with every problem found."""
    config = Config.parse(value)
    check(config)
    return config


def problems_of(value: object) -> list[Problem]:
    """Every problem of a config, none when it can be trained."""
    try:
        load(value)
    except ConfigError as error:
        return error.problems
    return []


def num_images(config: Config) -> tuple[int, int]:
    """How many images are trained on and validated on. Raises idx.DataError."""
    args = config.data_loader.args
    total = idx.find(args.data_dir.expanduser(), training=args.training).num_samples()
    split = args.validation_split
    num_validation = split if isinstance(split, int) else int(total * split)
    return total - num_validation, num_validation


def log_keys(config: Config) -> list[str]:
    """The numbers an epoch ends with, in the order of the log."""
    names = ["loss", *(metric.type for metric in config.metrics)]
    if config.data_loader.args.validation_split:
        names += [f"val_{name}" for name in names]
    return names


def _component(
    path: str, component: Component, kind: str, offered: Callable[[], dict[str, Signature]]
) -> Iterable[Problem]:
    known = offered()
    if component.type not in known:
        field = path if path.startswith("metrics") else f"{path}.type"
        if path == "loss":
            field = "loss"
        yield Problem(path=field, message=_unknown(component.type, kind, known))
        return
    signature = known[component.type]
    for name, value in component.args.items():
        parameter = signature.get(name)
        if parameter is None:
            message = f"{component.type} has no such argument: remove it"
        else:
            message = parameter.problem(value) or ""
        if message:
            yield Problem(path=f"{path}.args.{name}", message=message)
    given = set(component.args) | _filled_in(component)
    for parameter in signature.parameters:
        if parameter.required and parameter.name not in given:
            message = f"{component.type} needs it: add it"
            yield Problem(path=f"{path}.args.{parameter.name}", message=message)


def _filled_in(component: Component) -> set[str]:
    return {"total_steps"} if component.type == "OneCycleLR" else set()


def _unknown(name: str, kind: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
    return f'there is no {kind} "{name}": {hint}'


def _optimizers() -> dict[str, Signature]:
    return {name: signatures.optimizer(name) for name in signatures.optimizers()}


def _loader(config: Config) -> Iterable[Problem]:
    loader = config.data_loader
    if loader.type not in LOADERS:
        message = _unknown(loader.type, "data loader", LOADERS)
        yield Problem(path="data_loader.type", message=message)
        return
    try:
        num_train, num_validation = num_images(config)
    except idx.DataError as error:
        yield Problem(path="data_loader.args.data_dir", message=str(error))
        return
    split = loader.args.validation_split
    field = "data_loader.args.validation_split"
    if num_train <= 0:
        message = (
            f"{num_validation} validation images leave none of "
            f"{num_train + num_validation} to train on: give less"
        )
        yield Problem(path=field, message=message)
    elif split and num_validation == 0:
        message = f"{split} of {num_train} images is none: give more, or 0 for no validation"
        yield Problem(path=field, message=message)


def _monitor(config: Config) -> Iterable[Problem]:
    monitor, keys = config.trainer.monitor, log_keys(config)
    if monitor == "off" or (metric := monitor.split()[1]) in keys:
        return
    hint = ", ".join(keys)
    if metric.removeprefix("val_") in keys and metric.startswith("val_"):
        hint += " (a val_ metric needs data_loader.args.validation_split above 0)"
    yield Problem(
        path="trainer.monitor", message=f'"{metric}" is not computed: watch one of {hint}'
    )


def _ranges(config: Config) -> Iterable[Problem]:
    args = config.optimizer.args
    for name in ("lr", "momentum", "weight_decay"):
        value = args.get(name)
        if isinstance(value, int | float) and value < 0:
            message = f"must be 0 or more, not {value}"
            yield Problem(path=f"optimizer.args.{name}", message=message)
    if args.get("nesterov") and not args.get("momentum"):
        message = "nesterov needs momentum above 0: set optimizer.args.momentum"
        yield Problem(path="optimizer.args.nesterov", message=message)
