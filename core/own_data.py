"""Data sets of one's own: a map-style Dataset cut into batches here, or a DataLoader as it is.

Whatever their code does wrong becomes a sentence with the field and the line of the file. They are
asked in the training's own thread: no worker processes.
"""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, default_collate

from core import dataset, schedules
from core.config_file import ConfigError
from core.errors import MistakeError
from core.own_names import LOADER_ARGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.config import Config, OwnLoader
    from core.own_import import OwnCode

FIELD = "data_loader.type"


@dataclass(frozen=True, slots=True)
class Data:
    """What a run learns from."""

    train: Items | Batches
    validation: Items | Batches | None
    classes: tuple[str, ...]
    """Their names as the data set has them; empty where it does not say."""
    num_batches: int
    """In an epoch."""


class _Batched:
    """What looks at each batch that somebody's code makes."""

    def __init__(self, own: OwnCode, name: str, device: torch.device) -> None:
        self._own, self._name, self._device = own, name, device

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Exception as error:
            raise self._own.mistake(FIELD, self._name, error) from error

    def _on_device(self, batch: object) -> tuple[Tensor, Tensor]:
        """Images as float32 and labels as whole numbers. Raises MistakeError."""
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise self._useless(f"gives a {type(batch).__name__}")
        images, labels = batch
        if not isinstance(images, Tensor) or not images.is_floating_point():
            kind = images.dtype if isinstance(images, Tensor) else type(images).__name__
            raise self._useless(f"gives {kind} as images")
        whole = isinstance(labels, Tensor) and not labels.is_floating_point()
        if not whole or labels.shape != (len(images),):
            raise self._useless("gives labels that are no whole numbers, one an image")
        if len(labels) and int(labels.min()) < 0:
            raise self._useless(f"gives the label {int(labels.min())}")
        return images.to(self._device, torch.float32), labels.to(self._device, torch.int64)

    def _useless(self, what: str) -> MistakeError:
        return MistakeError(
            f"{FIELD}: {self._name} {what}: let it give pairs of an image, a tensor of floats, and "
            "a label, a whole number from 0"
        )


class Items(_Batched):
    """Part of a map-style data set. Each item is asked for anew, so that it may change."""

    def __init__(
        self,
        own: OwnCode,
        loader: OwnLoader,
        items: Any,
        device: torch.device,
        indices: Tensor | None = None,
    ) -> None:
        super().__init__(own, loader.type, device)
        self._loader, self._items = loader, items
        count = self._asked(lambda: len(items))
        self._indices = torch.arange(count) if indices is None else indices

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self._indices)

    def select(self, indices: Tensor) -> Items:
        """The samples at `indices`, in that order."""
        chosen = self._indices[indices]
        return Items(self._own, self._loader, self._items, self._device, chosen)

    def batch(self, indices: Tensor, _change: object = None) -> tuple[Tensor, Tensor]:
        """Images and labels on the device. Raises MistakeError."""
        chosen = self._indices[indices.cpu()].tolist()
        return self._on_device(
            self._asked(lambda: default_collate([self._items[index] for index in chosen]))
        )

    def first(self) -> tuple[Tensor, Tensor]:
        """A small batch, to try the rest out on."""
        return self.batch(torch.arange(min(4, len(self))))

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All samples in their own order, batch by batch."""
        size = self._loader.args.batch_size
        for start in range(0, len(self), size):
            yield self.batch(torch.arange(start, min(start + size, len(self))))


class Batches(_Batched):
    """What somebody's loader gives, in the order it gives it."""

    def __init__(
        self, own: OwnCode, name: str, loader: DataLoader[Any], device: torch.device
    ) -> None:
        super().__init__(own, name, device)
        loader.num_workers = 0  # this process has threads, which a fork does not carry along
        loader.timeout = 0  # as torch wants without workers
        self._loader = loader

    def __len__(self) -> int:
        """How many samples there are; 0 where it does not know."""
        try:
            return len(self._loader.sampler)  # type: ignore[arg-type]  # not every one has it
        except TypeError:
            return 0

    @property
    def num_batches(self) -> int:
        """In an epoch; 0 where it does not know."""
        try:
            return len(self._loader)
        except TypeError:
            return 0

    def epoch(self, num_steps: int) -> Iterator[Any]:
        """So many batches, from its beginning again when it has no more."""
        passes = chain.from_iterable(map(self._pass, repeat(None)))
        return islice(passes, num_steps)

    def batch(self, batch: object, _change: object = None) -> tuple[Tensor, Tensor]:
        """What it gave, on the device. Raises MistakeError."""
        return self._on_device(batch)

    def first(self) -> tuple[Tensor, Tensor]:
        """A small batch, to try the rest out on."""
        images, labels = self.batch(next(self._pass()))
        return images[:4], labels[:4]

    def in_order(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All its batches once."""
        return map(self.batch, self._pass())

    def _pass(self, _number: None = None) -> Iterator[Any]:
        batches = self._asked(lambda: iter(self._loader))
        nothing, empty = object(), True
        while (batch := self._asked(lambda: next(batches, nothing))) is not nothing:
            empty = False
            yield batch
        if empty:
            raise MistakeError(f"{FIELD}: {self._name} gives no batch: give it some data")


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
        return Items(own, loader, made.dataset if isinstance(made, DataLoader) else made, device)


def _of_items(own: OwnCode, loader: OwnLoader, made: Any, device: torch.device) -> Data:
    if not hasattr(made, "__getitem__") or not hasattr(made, "__len__"):
        raise MistakeError(
            f"{FIELD}: {loader.type} makes a {type(made).__name__}, which has no __len__ and "
            "__getitem__: give it both"
        )
    items, split = Items(own, loader, made, device), loader.args.validation_split
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
