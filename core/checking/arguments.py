"""Whether the arguments that a config gives are those a class or function takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.own_code import signatures as own_signatures
from core.settings import ranges, schedules
from core.settings.file import Problem
from core.settings.own_names import LOADER_ARGS, OwnCodeError
from core.settings.signatures import Signature

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.config import Component, OwnLoader


def problems(path: str, component: Component, signature: Signature) -> Iterable[Problem]:
    """What is wrong with the arguments of the block at `path`."""
    return _problems(path, component.type, component.args, signature, _filled_in(component))


def of_own(path: str, component: Component, kind: str, folder: Path | None) -> Iterable[Problem]:
    """What is wrong with a name of one's own code, and with its arguments."""
    try:
        signature = own_signatures.signature(folder, component.type, kind)
    except OwnCodeError as error:
        yield Problem(path=field_of(path), message=str(error))
        return
    yield from problems(path, component, signature)


def of_own_loader(loader: OwnLoader, folder: Path | None) -> Iterable[Problem]:
    """What is wrong with a data set of one's own; those that we know of are given if it can."""
    if loader.augment is not None and loader.augment.model_dump(exclude_defaults=True):
        message = f"changes our own pictures alone: leave it out, and change them in {loader.type}"
        yield Problem(path="data_loader.augment", message=message)
    try:
        signature = own_signatures.signature(folder, loader.type, "data")
    except OwnCodeError as error:
        yield Problem(path="data_loader.type", message=str(error))
        return
    others = tuple(item for item in signature.parameters if item.name not in LOADER_ARGS)
    theirs = Signature(signature.name, others, signature.takes_more)
    given = {name: value for name, value in loader.args.given.items() if name not in LOADER_ARGS}
    yield from _problems("data_loader", loader.type, given, theirs)


def field_of(path: str) -> str:
    """The field that holds the name of a block's class or function."""
    return path if path.startswith(("loss", "metrics")) else f"{path}.type"


def _problems(
    path: str,
    kind: str,
    given: dict[str, object],
    signature: Signature,
    filled_in: frozenset[str] = frozenset(),
) -> Iterable[Problem]:
    for name, value in given.items():
        parameter = signature.get(name)
        if parameter is None and signature.takes_more:
            message = ""
        elif parameter is None:
            message = f"{kind} has no such argument: remove it"
        else:
            message = parameter.problem(value) or ranges.problem(kind, name, value)
        if message:
            yield Problem(path=f"{path}.args.{name}", message=message)
    for parameter in signature.parameters:
        if parameter.required and parameter.name not in given.keys() | filled_in:
            message = f"{kind} needs it: add it"
            yield Problem(path=f"{path}.args.{parameter.name}", message=message)


def _filled_in(component: Component) -> frozenset[str]:
    return frozenset({"total_steps"} if component.type == schedules.ONE_CYCLE else ())
