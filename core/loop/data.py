"""The images that a run learns from and is judged on, ours or one's own, and their order."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from core import dataset
from core.building import own_data
from core.building.own_batches import Batches
from core.building.own_data import Data
from core.checking.check import num_images
from core.config import OwnLoader
from core.errors import MistakeError
from core.images import download
from core.images.data_sets import LOADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import torch

    from core.config import Config
    from core.control import Control
    from core.loop.training import Training
    from core.own_code.modules import OwnCode


def load(
    config: Config,
    data_dir: Path,
    own: OwnCode | None,
    device: torch.device,
    *,
    tell: Callable[[str], None],
    control: Control,
    for_several: bool = False,
) -> Data:
    """What the config asks for, on the device; downloaded where it has to be.

    `tell` is given each phase. What cannot be shared is refused `for_several` processes. Raises
    MistakeError.
    """
    loader = config.data_loader
    if own is not None and isinstance(loader, OwnLoader):
        tell("loading data")
        data = own_data.to_train(own, config, loader, device)
        if for_several and isinstance(data.train, Batches):
            raise MistakeError(
                f"data_loader.type: {loader.type} gives its batches to one process: train without "
                "--nproc, on one device, with n_gpu 1 or less"
            )
        return data
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


def rest_of_epoch(training: Training) -> Iterator[Any]:
    """What `batch` of the training set takes, for each step of the epoch that is still to come.

    Of a set that is cut into batches here the indices of each, on the device, those of all ranks.
    """
    config, train_set = training.config, training.train_set
    if isinstance(train_set, Batches):
        yield from train_set.epoch(training.num_steps - training.step_in_epoch)
        return
    args = config.data_loader.args
    order = dataset.epoch_order(
        len(train_set),
        seed=config.seed,
        epoch=training.epoch,
        # As in the template: with a validation split the rest is always shuffled.
        shuffle=args.shuffle or bool(args.validation_split),
    ).to(training.device)
    num_batches = math.ceil(len(train_set) / args.batch_size)
    for number in range(training.step_in_epoch, training.num_steps):
        # An epoch longer than the set begins the same order anew.
        start = number % num_batches * args.batch_size
        yield order[start : start + args.batch_size]


class _NotYet:
    """Asked while the data is loaded: there is nothing to save or to change yet."""

    def save_position(self) -> bool:
        """Nothing was saved."""
        return False

    def change(self, path: str, _value: object) -> str:
        """Nothing was changed."""
        return f"{path}: training has not begun yet: ask again in a moment"
