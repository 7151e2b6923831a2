"""Batches of data of one's own: cut from a map-style data set, or as a loader gives them.

They are asked for in the training's own thread: no worker processes. Whatever their code does wrong
becomes a sentence with the line of the file.
"""

from __future__ import annotations

from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, default_collate

from core.errors import MistakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.config import OwnLoader
    from core.own_code.modules import OwnCode

FIELD = "data_loader.type"


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
        if not len(labels):
            raise self._useless("gives a batch without images")
        if int(labels.min()) < 0:
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
        passes = chain.from_iterable(self._pass() for _ in count())
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

    def _pass(self) -> Iterator[Any]:
        batches = self._asked(lambda: iter(self._loader))
        nothing, empty = object(), True
        while (batch := self._asked(lambda: next(batches, nothing))) is not nothing:
            empty = False
            yield batch
        if empty:
            raise MistakeError(f"{FIELD}: {self._name} gives no batch: give it some data")
