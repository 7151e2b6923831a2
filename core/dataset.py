"""Images and labels as resident uint8 tensors: the split, the order, the batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core import idx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

# Mean and deviation of MNIST's training pixels, in 0…1, as the template normalises them.
MEAN, DEVIATION = 0.1307, 0.3081

# Large enough to be quick, small enough for any memory; the numbers do not depend on it.
EVALUATION_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Samples:
    """Part of a data set on one device."""

    images: Tensor
    """N×1×28×28 uint8."""
    labels: Tensor
    """N int64."""

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.labels)

    def select(self, indices: Tensor) -> Samples:
        """The samples at `indices`, in that order."""
        return Samples(self.images[indices], self.labels[indices])

    def to(self, device: torch.device) -> Samples:
        """The same samples on `device`."""
        return Samples(self.images.to(device), self.labels.to(device))

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised images, N×1×28×28 float32, and their labels."""
        # On a CPU four times as fast as self.images[indices].
        return normalize(self.images.index_select(0, indices)), self.labels[indices]

    def in_order(self, batch_size: int = EVALUATION_BATCH) -> Iterator[tuple[Tensor, Tensor]]:
        """All samples in their own order, batch by batch, normalised."""
        for start in range(0, len(self), batch_size):
            part = slice(start, start + batch_size)
            yield normalize(self.images[part]), self.labels[part]


def normalize(images: Tensor) -> Tensor:
    """uint8 0…255 as float32 with the mean and deviation the networks expect."""
    return images.to(torch.float32).sub_(255 * MEAN).div_(255 * DEVIATION)


def load(data_dir: Path, *, training: bool) -> Samples:
    """The training or the test set. Raises idx.DataError."""
    split = idx.find(data_dir, training=training)
    split.num_samples()
    shape, pixels = idx.read(split.images)
    labels = torch.frombuffer(idx.read(split.labels)[1], dtype=torch.uint8).long()
    images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(shape[0], 1, *shape[1:])
    return Samples(images, labels)


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
