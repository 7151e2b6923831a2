"""The images that a run learns from and is judged on: a data set of ours, or one's own."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from core import dataset, download, own_data
from core.check import num_images
from core.config import OwnLoader
from core.data_sets import LOADERS
from core.own_data import Data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch

    from core.config import Config
    from core.control import Control
    from core.own_import import OwnCode


def load(
    config: Config,
    data_dir: Path,
    own: OwnCode | None,
    device: torch.device,
    *,
    tell: Callable[[str], None],
    control: Control,
) -> Data:
    """What the config asks for, on the device; downloaded where it has to be.

    `tell` is given each phase. Raises MistakeError.
    """
    loader = config.data_loader
    if own is not None and isinstance(loader, OwnLoader):
        tell("loading data")
        return own_data.to_train(own, config, loader, device)
    data_set, check = LOADERS[loader.type], partial(control.check, _NotYet())
    download.ensure(data_set, data_dir, training=loader.args.training, tell=tell, check=check)
    tell("loading data")
    samples = dataset.load(data_dir, training=loader.args.training, data_set=data_set)
    to_train, to_validate = dataset.split_validation(len(samples), num_images(config)[1])
    return Data(
        train=samples.select(to_train).to(device),
        validation=samples.select(to_validate).to(device),
        classes=data_set.contents(data_dir).classes,
        num_batches=math.ceil(len(to_train) / loader.args.batch_size),
    )


class _NotYet:
    """Asked while the data is loaded: there is nothing to save or to change yet."""

    def save_position(self) -> bool:
        """Nothing was saved."""
        return False

    def change(self, path: str, _value: object) -> str:
        """Nothing was changed."""
        return f"{path}: training has not begun yet: ask again in a moment"
