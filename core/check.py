"""Whether what a config names exists here and fits together, said before anything starts.

Nothing is imported or run for it: signatures are read from the sources, sizes from the headers.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, TypeGuard

from pydantic import TypeAdapter, ValidationError

from core import idx, signatures
from core.config import Component, Config, Named
from core.config_file import ConfigError, Problem
from core.jsontext import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.signatures import Signature

LOADERS = ("MnistDataLoader",)


def check(config: Config) -> None:
    """Raise ConfigError with every problem of the config, or return."""
    problems = [*_names(config.__dict__), *_loader(config), *_monitor(config)]
    if problems:
        raise ConfigError(problems)


def load(value: object) -> Config:
    """Parse and check; raises ConfigError with every problem found."""
    try:
        config = Config.parse(value)
    except ConfigError as error:
        # Where the shape is wrong in one place, the names in the others can still be looked up.
        raise ConfigError([*error.problems, *_names(value)]) from error
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


def _names(blocks: object) -> Iterable[Problem]:
    """What is wrong with the names and arguments in a config, be it parsed or as it was read."""
    blocks = blocks if isinstance(blocks, dict) else {}
    for field, (kind, offered) in _OFFERED.items():
        component = _sound(blocks.get(field))
        if component is not None:
            yield from _component(field, component, kind, offered())
    metrics = blocks.get("metrics")
    for index, item in enumerate(metrics if isinstance(metrics, list) else []):
        component = _sound(item)
        if component is not None:
            known = signatures.ours("metrics", skip=2)
            yield from _component(f"metrics.{index}", component, "metric", known)
    yield from _ranges(
        *(_sound(blocks.get(name)) for name in ("arch", "optimizer", "lr_scheduler"))
    )


def _sound(block: object) -> Component | None:
    try:
        return _NAMED.validate_python(block)
    except ValidationError:
        return None


def _component(
    path: str, component: Component, kind: str, known: dict[str, Signature]
) -> Iterable[Problem]:
    if component.type not in known:
        field = path if path.startswith(("loss", "metrics")) else f"{path}.type"
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


def _ranges(
    arch: Component | None, optimizer: Component | None, scheduler: Component | None
) -> Iterable[Problem]:
    """Values of the right type that torch would refuse once the run has begun."""
    if arch is not None:  # the data has ten classes
        yield from _at_least("arch", arch.args, 10, ("num_classes",))
    if optimizer is not None:
        args = optimizer.args
        yield from _at_least("optimizer", args, 0, _NOT_NEGATIVE)
        betas = args.get("betas")
        for beta in betas if isinstance(betas, list) else []:
            if _is_number(beta) and not 0 <= beta < 1:
                message = f"must be from 0 to below 1, not {shown(beta)}"
                yield Problem(path="optimizer.args.betas", message=message)
        if args.get("nesterov") is True and (not args.get("momentum") or args.get("dampening")):
            message = "needs momentum above 0 and dampening 0: set optimizer.args.momentum"
            yield Problem(path="optimizer.args.nesterov", message=message)
    if scheduler is not None:
        yield from _at_least("lr_scheduler", scheduler.args, 1, _PERIODS)


def _at_least(
    field: str, args: dict[str, Any], least: int, names: Iterable[str]
) -> Iterable[Problem]:
    for name in names:
        value = args.get(name)
        if _is_number(value) and value < least:
            message = f"must be {least} or more, not {shown(value)}"
            yield Problem(path=f"{field}.args.{name}", message=message)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_NAMED: TypeAdapter[Component] = TypeAdapter(Named)
_NOT_NEGATIVE = (
    "lr", "momentum", "weight_decay", "eps", "alpha", "rho", "lr_decay", "momentum_decay",
    "initial_accumulator_value",
)  # fmt: skip
_PERIODS = ("step_size", "T_max", "T_0", "T_mult", "total_steps", "step_size_up", "step_size_down")
_OFFERED: dict[str, tuple[str, Callable[[], dict[str, Signature]]]] = {
    "arch": ("model", lambda: signatures.ours("models", skip=0)),
    "optimizer": ("optimizer", _optimizers),
    "loss": ("loss", lambda: signatures.ours("losses", skip=2)),
    "lr_scheduler": ("scheduler", signatures.schedulers),
}
