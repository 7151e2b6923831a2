"""One step of an epoch taken apart: what each part costs, and how large the gradients are."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import torch

from core.events import StepMeasured

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from core.events import Event, Metrics
    from core.loop.training import Training

PARTS = ("batch", "forward", "loss", "backward", "step")
"""In their order: the images of the batch; through the network; how wrong it is; the gradients;
the weights changed by them."""


class StepParts:
    """Takes the middle step of an epoch apart, and costs the others next to nothing.

    A GPU works on while the program goes ahead: only for that one step it is waited for.
    """

    def __init__(self, emit: Callable[[Event], None], device: torch.device) -> None:
        self._emit, self._device = emit, device
        self._measures = False
        self._then = 0.0
        self._seconds: Metrics = {}

    def begin(self, training: Training) -> None:
        """A step begins."""
        self._measures = training.step_in_epoch == training.num_steps // 2
        if self._measures:
            self._seconds = {}
            self._then = self._now()

    def done(self, part: str) -> None:
        """A part of the step is done."""
        if self._measures:
            now = self._now()
            self._seconds[part] = now - self._then
            self._then = now

    def end(self, training: Training, num_images: int) -> None:
        """The step ended; its gradients are still there."""
        if self._measures:
            self._emit(
                StepMeasured(
                    epoch=training.epoch + 1,
                    step=training.step,
                    num_images=num_images,
                    seconds=self._seconds,
                    gradient_norms=gradient_norms(training.model),
                )
            )

    def _now(self) -> float:
        if self._device.type != "cpu":
            torch.accelerator.synchronize(self._device)
        return time.perf_counter()


def gradient_norms(model: nn.Module) -> Metrics:
    """The Euclidean length of the gradient of each layer, weights and bias together.

    None where it is not finite.
    """
    norms: Metrics = {}
    for name, layer in model.named_modules():
        gradients = [item.grad for item in layer.parameters(recurse=False) if item.grad is not None]
        if gradients:
            value = float(torch.stack([gradient.norm() for gradient in gradients]).norm())
            norms[name or type(layer).__name__] = value if math.isfinite(value) else None
    return norms
