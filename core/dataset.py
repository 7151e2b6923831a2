"""Images and labels as resident uint8 tensors: the split, the order, the batches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.images import idx
from core.images.data_sets import MNIST, MissingDataError, Normalization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor

    from core.images.data_sets import DataSet

# As the template normalises MNIST.
MEAN, DEVIATION = MNIST.normalization

# Large enough to be quick, small enough for any memory; the numbers do not depend on it.
EVALUATION_BATCH = 1000

_COUNTED_AT_ONCE = 1 << 20
"""Pixels; numpy makes eight bytes of each while it counts."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Part of a data set on one device."""

    images: Tensor
    """N×1×28×28 uint8."""
    labels: Tensor
    """N int64."""
    normalization: Normalization = MNIST.normalization

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.labels)

    def select(self, indices: Tensor) -> Samples:
        """The samples at `indices`, in that order."""
        return Samples(self.images[indices], self.labels[indices], self.normalization)

    def to(self, device: torch.device) -> Samples:
        """The same samples on `device`."""
        return Samples(self.images.to(device), self.labels.to(device), self.normalization)

    def batch(
        self, indices: Tensor, change: Callable[[Tensor], Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Normalised images, N×1×28×28 float32, and their labels; `change` sees them as 0…255."""
        # On a CPU four times as fast as [indices], for both.
        images = self.images.index_select(0, indices)
        if change is not None:
            images = change(images)
        return normalize(images, self.normalization), self.labels.index_select(0, indices)

    def first(self) -> tuple[Tensor, Tensor]:
        """A small batch."""
        return self.batch(torch.arange(min(4, len(self)), device=self.labels.device))

    def in_order(self, batch_size: int = EVALUATION_BATCH) -> Iterator[tuple[Tensor, Tensor]]:
        """All samples in their own order, batch by batch, normalised."""
        for start in range(0, len(self), batch_size):
            part = slice(start, start + batch_size)
            yield normalize(self.images[part], self.normalization), self.labels[part]


def normalize(images: Tensor, scale: Normalization = MNIST.normalization) -> Tensor:
    """uint8 0…255 as float32 with the mean and deviation the networks expect."""
    return images.to(torch.float32).sub_(255 * scale.mean).div_(255 * scale.deviation)


def load(
    data_dir: Path,
    *,
    training: bool,
    data_set: DataSet = MNIST,
    scale: Normalization | None = None,
) -> Samples:
    """The training or the test images, whose files are on this machine. Raises idx.DataError.

    They are scaled as their training set asks for, or by `scale`, as a checkpoint keeps it.
    """
    split = data_set.find(data_dir, training=training)
    split.num_samples()
    shape, pixels = idx.read(split.images)
    labels = torch.frombuffer(idx.read(split.labels)[1], dtype=torch.uint8).long()
    images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(shape[0], 1, *shape[1:])
    scale = scale or data_set.contents(data_dir).normalization
    return Samples(images, labels, scale or _measured_in(data_dir, data_set))


def measure(pixels: bytearray) -> Normalization:
    """Mean and deviation of uint8 pixels, as parts of 255 and to four digits, as known sets'."""
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, len(pixels), _COUNTED_AT_ONCE):
        part = np.frombuffer(pixels, np.uint8, min(_COUNTED_AT_ONCE, len(pixels) - start), start)
        counts += np.bincount(part, minlength=256)
    values = np.arange(256) / 255
    mean = float(counts @ values) / max(1, len(pixels))
    deviation = math.sqrt(float(counts @ (values - mean) ** 2) / max(1, len(pixels)))
    # Pictures of one grey have no deviation to divide by.
    return Normalization(round(mean, 4), round(deviation, 4) or 1.0)


def _measured_in(data_dir: Path, data_set: DataSet) -> Normalization:
    """Of the training images, be it the test that is loaded: both must be scaled alike."""
    try:
        split = data_set.find(data_dir, training=True)
    except MissingDataError:
        split = data_set.find(data_dir, training=False)
    return measure(idx.read(split.images)[1])


def split_validation(num_samples: int, num_validation: int) -> tuple[Tensor, Tensor]:
    """Indices to train on and to validate on: the template's own split, the same for every seed."""
    order = np.arange(num_samples)
    np.random.RandomState(0).shuffle(order)
    if num_validation == 0:
        order.sort()
    indices = torch.from_numpy(order)
    return indices[num_validation:], indices[:num_validation]


def epoch_order(num_samples: int, *, seed: int, epoch: int, shuffle: bool) -> Tensor:
    """The order of an epoch's samples. It depends on its arguments alone, so a resume finds it."""
    if not shuffle:
        return torch.arange(num_samples)
    generator = torch.Generator().manual_seed(((seed << 20) + epoch) % 2**63)
    return torch.randperm(num_samples, generator=generator)
