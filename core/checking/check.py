"""Whether what a config names exists here and fits together, said before anything starts.

Nothing is imported or run for it: signatures are read from the sources, sizes from the headers.
"""

from __future__ import annotations

import contextlib
import difflib
import math
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from core.checking import arguments
from core.config import Component, Config, Named, OwnLoader
from core.images import data_sets, idx
from core.images.data_sets import LOADERS
from core.own_code import project as own_project
from core.own_code import signatures as own_signatures
from core.settings import schedules, signatures
from core.settings.file import ConfigError, Problem
from core.settings.normalize import normalize
from core.settings.own_names import RESERVED, OwnCodeError, is_own

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.settings.normalize import Normal
    from core.settings.signatures import Signature


def check(config: Config, folder: Path | None = None) -> None:
    """Raise ConfigError with every problem of the config, or return.

    `folder` is where code of one's own is looked up, which is read and not run.
    """
    problems = [
        *_names(config.__dict__, folder), *_loader(config, folder), *_classes(config, folder),
        *_monitor(config), *_schedule(config),
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)


def load(value: object, folder: Path | None = None) -> Config:
    """Parse and check as `check` does; raises ConfigError with every problem found."""
    value = own_project.resolved(value, folder)
    try:
        config = Config.parse(value)
    except ConfigError as error:
        # Where the shape is wrong in one place, the names in the others can still be looked up.
        raise ConfigError(_with_names(error.problems, normalize(value), folder)) from error
    check(config, folder)
    return config


def problems_of(value: object, folder: Path | None = None) -> list[Problem]:
    """Every problem of a config, none when it can be trained."""
    try:
        load(value, folder)
    except ConfigError as error:
        return error.problems
    return []


def num_images(config: Config) -> tuple[int, int]:
    """How many images are trained on and validated on. Raises idx.DataError.

    A set of one's own has to be made to be counted, so it raises that too.
    """
    args, data_set = config.data_loader.args, data_sets.named(config.data_loader.type)
    total = data_set.num_samples(args.data_dir.expanduser(), training=args.training)
    split = args.validation_split
    num_validation = split if isinstance(split, int) else int(total * split)
    return total - num_validation, num_validation


def log_keys(config: Config) -> list[str]:
    """The numbers an epoch ends with, in the order of the log."""
    names = ["loss", *(metric.label for metric in config.metrics)]
    if config.data_loader.args.validation_split:
        names += [f"val_{name}" for name in names]
    return names


def _with_names(problems: list[Problem], normal: Normal, folder: Path | None) -> list[Problem]:
    if normal.foreign:
        return problems
    found = [*problems, *_names(normal.value, folder)]
    loader = _sound(normal.value.get("data_loader")) if isinstance(normal.value, dict) else None
    if loader is None or loader.type in LOADERS or is_own(loader.type):
        return found
    # Of somebody else's data loader the arguments are nobody's business here.
    found = [item for item in found if not item.path.startswith("data_loader.args")]
    return [*found, _unknown_loader(loader.type)]


def _names(blocks: object, folder: Path | None) -> Iterable[Problem]:
    """What is wrong with the names and arguments in a config, be it parsed or as it was read."""
    blocks = blocks if isinstance(blocks, dict) else {}
    for field, kind in _KINDS.items():
        component = _sound(blocks.get(field))
        if component is not None and is_own(component.type) and kind in OWN_KINDS:
            yield from arguments.of_own(field, component, kind, folder)
        elif component is not None:
            yield from _component(field, component, kind, signatures.offered(field))
    yield from _metrics(blocks.get("metrics"), folder)
    optimizer, schedule = (_sound(blocks.get(name)) for name in ("optimizer", "lr_scheduler"))
    if optimizer is not None:
        yield from _nesterov(optimizer)
    if schedule is not None:
        yield from schedules.problems(schedule, optimizer)


def _metrics(metrics: object, folder: Path | None) -> Iterable[Problem]:
    taken: set[str] = set()
    for index, item in enumerate(metrics if isinstance(metrics, list) else []):
        component, field = _sound(item), f"metrics.{index}"
        if component is None:
            continue
        if not is_own(component.type):
            yield from _component(field, component, "metric", signatures.offered("metrics"))
        elif component.label in taken | RESERVED or component.label.startswith("val_"):
            message = f'"{component.label}" is the name of something else here: rename the function'
            yield Problem(path=field, message=message)
        else:
            yield from arguments.of_own(field, component, "metric", folder)
        taken.add(component.label)


def _sound(block: object) -> Component | None:
    try:
        return _NAMED.validate_python(block)
    except ValidationError:
        return None


def _component(
    path: str, component: Component, kind: str, known: dict[str, Signature]
) -> Iterable[Problem]:
    if component.type not in known:
        yield Problem(path=arguments.field_of(path), message=_unknown(component.type, kind, known))
        return
    yield from arguments.problems(path, component, known[component.type])


def _unknown(name: str, kind: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
    if kind in ("model", "data loader") and not near:  # somebody's own project
        hint += "; the file can be edited and saved all the same"
    return f'there is no {kind} "{name}": {hint}'


def _unknown_loader(name: str) -> Problem:
    return Problem(path="data_loader.type", message=_unknown(name, "data loader", LOADERS))


def _loader(config: Config, folder: Path | None) -> Iterable[Problem]:
    loader = config.data_loader
    if isinstance(loader, OwnLoader):
        yield from arguments.of_own_loader(loader, folder)
        return
    if loader.type not in LOADERS:
        yield _unknown_loader(loader.type)
        return
    try:
        num_train, num_validation = num_images(config)
        LOADERS[loader.type].contents(loader.args.data_dir.expanduser())
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


def _schedule(config: Config) -> Iterable[Problem]:
    """What a schedule needs of the rest of the config."""
    schedule = config.lr_scheduler
    if schedule is None:
        return
    if schedule.type == schedules.PLATEAU:
        metric, keys = schedules.watched(config)[0], log_keys(config)
        if metric not in keys and schedule.metric:
            yield Problem(path="lr_scheduler.metric", message=_not_computed(metric, keys))
    if schedule.type == schedules.ONE_CYCLE:
        with contextlib.suppress(idx.DataError):  # said of the data, elsewhere
            num_batches = math.ceil(num_images(config)[0] / config.data_loader.args.batch_size)
            yield from schedules.too_short(config, config.trainer.len_epoch or num_batches)


def _not_computed(metric: str, keys: list[str]) -> str:
    hint = ", ".join(keys)
    if metric.removeprefix("val_") in keys and metric.startswith("val_"):
        hint += " (a val_ metric needs data_loader.args.validation_split above 0)"
    return f'"{metric}" is not computed: watch one of {hint}'


def _classes(config: Config, folder: Path | None) -> Iterable[Problem]:
    """Whether the network tells as many classes apart as the data has."""
    arch, loader = config.arch, config.data_loader
    try:
        contents = LOADERS[loader.type].contents(loader.args.data_dir.expanduser())
        own = own_signatures.signature(folder, arch.type, "model") if is_own(arch.type) else None
    except (idx.DataError, OwnCodeError, KeyError):  # said of the data or the name, elsewhere
        return
    num_classes = len(contents.classes)
    signature = own or signatures.ours("models", skip=0).get(arch.type)
    parameter = signature.get("num_classes") if signature is not None else None
    if parameter is not None:
        given = arch.args.get("num_classes", parameter.default)
        if isinstance(given, int) and not isinstance(given, bool) and given < num_classes:
            message = f"must be {num_classes} or more, not {given}"
            yield Problem(path="arch.args.num_classes", message=message)


def _monitor(config: Config) -> Iterable[Problem]:
    monitor, keys = config.trainer.monitor, log_keys(config)
    if monitor == "off" or (metric := monitor.split()[1]) in keys:
        return
    yield Problem(path="trainer.monitor", message=_not_computed(metric, keys))


def _nesterov(optimizer: Component) -> Iterable[Problem]:
    args = optimizer.args
    if args.get("nesterov") is True and (not args.get("momentum") or args.get("dampening")):
        message = "needs momentum above 0 and dampening 0: set optimizer.args.momentum"
        yield Problem(path="optimizer.args.nesterov", message=message)


_NAMED: TypeAdapter[Component] = TypeAdapter(Named)
_KINDS = {"arch": "model", "optimizer": "optimizer", "loss": "loss", "lr_scheduler": "scheduler"}
"""What a block of the config names, in a word."""
OWN_KINDS = ("model", "loss", "metric")
"""Those of them that can be code of one's own."""
