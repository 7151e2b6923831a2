"""TensorBoard's files under pytorch-template's tags, written by a thread of their own.

The import alone takes a second or more, so that it must not come before the first step.
"""

from __future__ import annotations

import importlib.util
import queue
import threading
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np

from core.events import EpochEnded, RunStarted, StepEnded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.config import Config
    from core.events import Event
    from core.loop.training import Training

MISSING = "trainer.tensorboard: is not written, TensorBoard is missing: pip install tensorboard"
FOLDER = "tensorboard"
GRID_COLUMNS = 8
CLOSING_SECONDS = 10.0
"""A disk that hangs must not hold the end of a run for ever."""


def open_board(
    run_folder: Path, config: Config, *, writes: bool = True
) -> tuple[TensorBoard | None, list[str]]:
    """What the config asks for, and a sentence where it cannot be had; imports nothing.

    Of several processes one `writes`.
    """
    if not (writes and config.trainer.tensorboard):
        return None, []
    if not _installed():
        return None, [MISSING]
    return TensorBoard(run_folder, config.data_loader.args.batch_size), []


class TensorBoard:
    """The files in one run's folder."""

    def __init__(self, run_folder: Path, batch_size: int) -> None:
        self.trouble = ""
        """Why something could not be written; empty when nothing went wrong."""
        self._folder, self._batch_size = run_folder / FOLDER, batch_size
        self._waiting: queue.SimpleQueue[Callable[[Any], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def listen(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """An `emit` whose events are written here too."""

        def emit_both(event: Event) -> None:
            emit(event)
            self._take(event)

        return emit_both

    def show(self, training: Training) -> None:
        """A batch of images and the weights' histograms, where the config asks for them."""
        asked = training.config.trainer
        images = getattr(training.train_set, "images", None)  # one's own has none at hand
        if asked.tensorboard_images and images is not None:
            images = images[: self._batch_size, 0]
            grid = _grid(images.cpu().numpy())
            add = methodcaller("add_image", "input/train", grid, training.step, dataformats="HW")
            self._waiting.put(add)
        if asked.tensorboard_histograms:
            for name, values in training.model.named_parameters():
                copy = values.detach().cpu().numpy().copy()
                self._waiting.put(methodcaller("add_histogram", name, copy, training.epoch))

    def close(self) -> None:
        """Write what still waits."""
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)

    def _take(self, event: Event) -> None:
        """Begin with a run; note the numbers of a step or an epoch. Returns at once."""
        if isinstance(event, RunStarted):
            write = partial(self._write, event.step)
            self._thread = threading.Thread(target=write, name="tensorboard", daemon=True)
            self._thread.start()
        elif isinstance(event, StepEnded):
            rate = event.images_per_second / self._batch_size
            values = {"loss/train": event.loss, "steps_per_sec/train": rate, "lr": event.lr}
            self._scalars(values, event.step)
        elif isinstance(event, EpochEnded) and not event.inherited:
            means = {_tag(name): value for name, value in event.metrics.items() if name != "loss"}
            self._scalars(means, event.step)

    def _scalars(self, values: dict[str, float | None], step: int) -> None:
        for tag, value in values.items():
            if value is not None:
                self._waiting.put(methodcaller("add_scalar", tag, value, step))

    def _write(self, first_step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter

            # What an earlier process wrote of later steps than its last checkpoint is done anew.
            writer = SummaryWriter(str(self._folder), purge_step=first_step or None)
            while (add := self._waiting.get()) is not None:
                add(writer)
            writer.close()
        except Exception as error:  # whatever TensorBoard stumbles over, training goes on
            self.trouble = f"trainer.tensorboard: nothing more is written there: {error}"


def _installed() -> bool:
    return importlib.util.find_spec("tensorboard") is not None


def _tag(name: str) -> str:
    return f"{name.removeprefix('val_')}/valid" if name.startswith("val_") else f"{name}/train"


def _grid(images: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    num, height, width = images.shape
    rows = -(-num // GRID_COLUMNS)
    filled = np.zeros((rows * GRID_COLUMNS, height, width), np.uint8)
    filled[:num] = images
    cells = filled.reshape(rows, GRID_COLUMNS, height, width).swapaxes(1, 2)
    return cells.reshape(rows * height, GRID_COLUMNS * width)
