"""Small random changes of whole batches of images, so that a network sees each digit anew."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from torch import Tensor

    from core.config import Augment


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Shifts, turns and scales each image of a batch by its own random amount.

    The draws come from torch's generator of the images' device, whose state every checkpoint
    keeps: a run that goes on draws what the uninterrupted one would have.
    """

    shift: int = 0
    """Pixels at most, each way."""
    rotate: float = 0.0
    """Degrees at most, either way round."""
    scale: float = 0.0
    """Share of the size at most, larger or smaller: 0.1 is 0.9 to 1.1 times."""

    @classmethod
    def of(cls, block: Augment | None) -> Augmentation | None:
        """What the config asks for; None where that is nothing."""
        if block is None or not (block.shift or block.rotate or block.scale):
            return None
        return cls(block.shift, block.rotate, block.scale)

    def __call__(self, images: Tensor) -> Tensor:
        """N×1×H×W images of 0…255; what moves in from outside is 0, as MNIST's border is."""
        if self.rotate or self.scale:
            return self._transform(images)
        return self._shift(images)

    def _shift(self, images: Tensor) -> Tensor:
        """By whole pixels, which blurs nothing and is much the quickest."""
        n, _, height, width = images.shape
        padded = F.pad(images, [self.shift] * 4)
        top, left = torch.randint(0, 2 * self.shift + 1, (2, n), device=images.device)
        rows = top[:, None] + torch.arange(height, device=images.device)
        columns = left[:, None] + torch.arange(width, device=images.device)
        each = torch.arange(n, device=images.device)[:, None, None]
        return padded[each, 0, rows[:, :, None], columns[:, None, :]][:, None]

    def _transform(self, images: Tensor) -> Tensor:
        """All three at once, so that an image is interpolated a single time."""
        n, _, height, width = images.shape
        draws = torch.rand(4, n, device=images.device) * 2 - 1
        angle = draws[0] * math.radians(self.rotate)
        size = 1 + draws[1] * self.scale
        cosine, sine = torch.cos(angle) / size, torch.sin(angle) / size
        # In the units of affine_grid an image is 2 wide and 2 high.
        across, down = draws[2] * (2 * self.shift / width), draws[3] * (2 * self.shift / height)
        matrices = torch.stack([cosine, -sine, across, sine, cosine, down], dim=1)
        grid = F.affine_grid(matrices.reshape(n, 2, 3), [n, 1, height, width], align_corners=False)
        return F.grid_sample(images.to(torch.float32), grid, align_corners=False)
