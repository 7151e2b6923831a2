"""Data sets of one's own: a map-style Dataset cut into batches here, or a DataLoader as it is.

Whatever their code does wrong becomes a sentence with the field and the line of the file.
"""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from core import dataset
from core.building.own_batches import FIELD, Batches, Items
from core.errors import MistakeError
from core.settings import schedules
from core.settings.file import ConfigError
from core.settings.own_names import LOADER_ARGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.config import Config, OwnLoader
    from core.dataset import Samples
    from core.own_code.modules import OwnCode


@dataclass(frozen=True, slots=True)
class Data:
    """What a run learns from."""

    train: Samples | Items | Batches
    validation: Samples | Items | Batches | None
    classes: tuple[str, ...]
    """Their names as the data set has them; empty where it does not say."""
    num_batches: int
    """In an epoch."""


def to_train(own: OwnCode, config: Config, loader: OwnLoader, device: torch.device) -> Data:
    """The images to learn from and to validate on. Raises MistakeError.

    Everything random in its making is drawn from the config's seed.
    """
    torch.manual_seed(config.seed)
    np.random.seed(config.seed % 2**32)  # theirs may draw from it
    random.seed(config.seed)
    made = _made(own, loader, {})
    data = (
        _of_loader(own, loader, made, device)
        if isinstance(made, DataLoader)
        else _of_items(own, loader, made, device)
    )
    if not data.num_batches and not config.trainer.len_epoch:
        raise MistakeError(
            f"trainer.len_epoch: is needed, since {loader.type} does not say how many batches it "
            "has: add it"
        )
    if found := list(schedules.too_short(config, config.trainer.len_epoch or data.num_batches)):
        raise ConfigError(found)
    return data


def to_test(own: OwnCode, loader: OwnLoader, device: torch.device) -> Items:
    """The test images: what it gives with `training` false, in its own order. Nothing is drawn.

    Raises MistakeError.
    """
    with torch.random.fork_rng(devices=[]):
        takes = _takes(own, loader)
        if not takes.keys() & {"training", "train"}:
            raise MistakeError(
                f"{FIELD}: {loader.type} has no argument training, so there are no test images: "
                "let it take training=True, and give the test images where that is false"
            )
        edits: dict[str, object] = {
            "training": False,
            "train": False,
            "shuffle": False,
            "validation_split": 0.0,
        }
        made = _made(own, loader, edits)
        items = made.dataset if isinstance(made, DataLoader) else made
        return _some(Items(own, loader, items, device), loader, "test images")


def _of_items(own: OwnCode, loader: OwnLoader, made: Any, device: torch.device) -> Data:
    if not hasattr(made, "__getitem__") or not hasattr(made, "__len__"):
        raise MistakeError(
            f"{FIELD}: {loader.type} makes a {type(made).__name__}, which has no __len__ and "
            "__getitem__: give it both"
        )
    items, split = _some(Items(own, loader, made, device), loader), loader.args.validation_split
    num_validation = split if isinstance(split, int) else int(len(items) * split)
    if num_validation >= len(items):
        raise MistakeError(
            f"data_loader.args.validation_split: {num_validation} validation images leave none of "
            f"{len(items)} to train on: give less"
        )
    if split and not num_validation:
        raise MistakeError(
            f"data_loader.args.validation_split: {split} of {len(items)} images is none: give "
            "more, or 0 for no validation"
        )
    train, validation = map(items.select, dataset.split_validation(len(items), num_validation))
    num_batches = -(-len(train) // loader.args.batch_size)
    return Data(train, validation if split else None, _classes(made), num_batches)


def _some(items: Items, loader: OwnLoader, what: str = "images") -> Items:
    """The items, of which there must be some. Raises MistakeError."""
    if not len(items):
        raise MistakeError(f"{FIELD}: {loader.type} has no {what}: give it some data")
    return items


def _of_loader(
    own: OwnCode, loader: OwnLoader, made: DataLoader[Any], device: torch.device
) -> Data:
    train, validation = Batches(own, loader.type, made, device), None
    if loader.args.validation_split:
        split = getattr(made, "split_validation", None)
        try:
            other = split() if callable(split) else None
        except Exception as error:
            raise own.mistake(FIELD, loader.type, error) from error
        if not isinstance(other, DataLoader):
            raise MistakeError(
                "data_loader.args.validation_split: "
                f"{loader.type} gives no loader of validation images by its method "
                "split_validation: write it, or give 0"
            )
        validation = Batches(own, loader.type, other, device)
    return Data(train, validation, _classes(made.dataset), train.num_batches)


def _classes(items: object) -> tuple[str, ...]:
    named = getattr(items, "classes", None)
    return tuple(map(str, named)) if isinstance(named, list | tuple) else ()


def _takes(own: OwnCode, loader: OwnLoader) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(own.named(FIELD, loader.type)).parameters
    except (ValueError, TypeError):  # something written in C
        return {}


def _made(own: OwnCode, loader: OwnLoader, edits: dict[str, object]) -> Any:
    """What the class makes of the config's arguments: those of ours that it takes, and all else."""
    args, takes = loader.args, _takes(own, loader)
    ours: dict[str, object] = {
        **{name: getattr(args, name) for name in LOADER_ARGS - {"train"}},
        "train": args.given.get("train", args.training),
        "data_dir": str(args.data_dir.expanduser()),
        **edits,
        "num_workers": 0,
    }
    wanted = _wanted(takes.values(), args.given.keys() | edits.keys())
    more = {name: value for name, value in args.given.items() if name not in LOADER_ARGS}
    try:
        return own.named(FIELD, loader.type)(**{name: ours[name] for name in wanted}, **more)
    except MistakeError:
        raise
    except (Exception, SystemExit) as error:
        raise own.mistake("data_loader.args", loader.type, error) from error


def _wanted(takes: Iterable[inspect.Parameter], given: set[str]) -> list[str]:
    """Of what we know, the arguments that are said, or have no default."""
    always = {"training", "train", "num_workers"}
    return [
        item.name
        for item in takes
        if item.name in LOADER_ARGS
        and (item.name in given | always or item.default is inspect.Parameter.empty)
    ]
