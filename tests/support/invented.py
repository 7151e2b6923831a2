"""Runs made up from events, as long as a test wants them, the same every time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from core.events import CheckpointSaved, EpochEnded, Event, RunStarted, StepEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUM_STEPS = 400
"""In an epoch."""


def falling(x: float) -> float:
    """A loss at a place in epochs: it falls fast, then slowly, and is never smooth."""
    return 2.3 * math.exp(-8 * x) + 0.4 / (1 + x) + 0.04 * math.sin(100 * x) ** 2


def recorded(
    num_epochs: float,
    *,
    epochs: int = 10,
    events_per_epoch: int = 20,
    loss: Callable[[float], float | None] = falling,
    lr: Callable[[float], float] = lambda _: 0.001,
) -> Iterator[Event]:
    """A run on its way: one epoch takes 10 s, of which its last half second validates."""
    started: dict[str, Any] = {
        "pid": 1, "host": "here", "device": "cpu", "threads": 2, "world_size": 1, "seed": 123,
        "versions": {}, "save_dir": "/saved", "data_dir": "/data", "num_train": 51200,
        "num_validation": 6000, "num_parameters": 21840, "monitor": "min val_loss",
        "early_stop": 10,
    }  # fmt: skip
    yield RunStarted(time=1000.0, epoch=0, step=0, epochs=epochs, num_steps=NUM_STEPS, **started)
    for number in range(1, round(num_epochs * events_per_epoch) + 1):
        epoch, part = divmod(number - 1, events_per_epoch)
        in_epoch = (part + 1) * NUM_STEPS // events_per_epoch
        x = epoch + in_epoch / NUM_STEPS
        yield StepEnded(
            time=1000.0 + 10 * epoch + 9.5 * in_epoch / NUM_STEPS,
            epoch=epoch + 1,
            step=epoch * NUM_STEPS + in_epoch,
            step_in_epoch=in_epoch,
            loss=loss(x),
            lr=lr(x),
            images_per_second=12900.0,
        )
        if in_epoch == NUM_STEPS:
            yield from _epoch_end(epoch + 1, lr(x))


def _epoch_end(epoch: int, lr: float) -> Iterator[Event]:
    metrics: dict[str, float | None] = {
        "loss": 0.4 / epoch, "accuracy": 1 - 0.1 / epoch,
        "val_loss": 0.3 / epoch, "val_accuracy": 1 - 0.08 / epoch,
    }  # fmt: skip
    step, time = epoch * NUM_STEPS, 1000.0 + 10 * epoch
    yield EpochEnded(
        time=time, epoch=epoch, step=step, metrics=metrics, lr=lr, seconds=10.0,
        images_per_second=12900.0, best=True, num_bad_epochs=0,
    )  # fmt: skip
    yield CheckpointSaved(time=time, file="last.pth", epoch=epoch, step=step, num_bytes=1)
