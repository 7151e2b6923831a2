"""The images of a training, from their files, or from where they are to be had."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core import dataset, download
from core.check import num_images
from core.data_sets import LOADERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.config import Config
    from core.control import Control
    from core.dataset import Samples


class Loaded(NamedTuple):
    """What a config trains on, in main memory."""

    classes: tuple[str, ...]
    train_set: Samples
    validation_set: Samples


def load(
    settings: Config,
    data_dir: Path,
    *,
    tell: Callable[[str], None],
    control: Control,
) -> Loaded:
    """Read the images, downloaded first where they are missing; `tell` is given each phase.

    Raises MistakeError and StopTraining.
    """
    args = settings.data_loader.args
    data_set, check = LOADERS[settings.data_loader.type], partial(control.check, _NotYet())
    download.ensure(data_set, data_dir, training=args.training, tell=tell, check=check)
    tell("loading data")
    classes = tuple(data_set.contents(data_dir).classes)
    samples = dataset.load(data_dir, training=args.training, data_set=data_set)
    to_train, to_validate = dataset.split_validation(len(samples), num_images(settings)[1])
    return Loaded(classes, samples.select(to_train), samples.select(to_validate))


class _NotYet:
    """Asked while the data is loaded: there is nothing to save or to change yet."""

    def save_position(self) -> bool:
        """Nothing was saved."""
        return False

    def change(self, path: str, _value: object) -> str:
        """Nothing was changed."""
        return f"{path}: training has not begun yet: ask again in a moment"
