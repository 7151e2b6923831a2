"""A network as a checkpoint has it, to be looked at: on the test set, on a drawing, layer by layer.

Making one touches neither torch's global generator nor its thread count: a live run may be in the
same process, and its bits hang on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from core import build, checkpoint, data_sets, download, resume
from core.config import Config
from core.data_sets import DataSet, MissingDataError, Normalization
from core.dataset import Samples, load

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn


@dataclass(frozen=True, slots=True)
class Trained:
    """A network in evaluation mode, and the config it was trained with."""

    config: Config
    model: nn.Module
    device: torch.device
    kept_scale: Normalization | None
    """What its pictures were scaled by; None where its file does not say."""

    @classmethod
    def read(cls, path: Path, device_name: str = "cpu") -> Trained:
        """The network of the checkpoint at `path`. Raises MistakeError."""
        found = checkpoint.load(path)
        config = resume.where_its_data_was(Config.parse(found.config), found)
        device, model = torch.device(device_name), build.empty_model(config.arch)
        checkpoint.load_weights(model, found, assign=True)
        kept = found.ours.get("data_set")
        scale = Normalization(kept["mean"], kept["deviation"]) if kept else None
        return cls(config, model.to(device).eval(), device, scale)

    @property
    def data_set(self) -> DataSet:
        """The data set it was trained on. Raises DataError."""
        return data_sets.named(self.config.data_loader.type)

    @property
    def data_dir(self) -> Path:
        """Where the files of that set are looked for."""
        return self.config.data_loader.args.data_dir.expanduser()

    @property
    def scale(self) -> Normalization:
        """What a picture in 0…1 is scaled by before this network sees it. Raises DataError."""
        if self.kept_scale is not None:
            return self.kept_scale
        try:
            return load(self.data_dir, training=False, data_set=self.data_set).normalization
        except MissingDataError:
            return self.data_set.normalization

    def test_images(self) -> Samples:
        """The test images, scaled as those were that it learned from. Raises MistakeError."""
        download.ensure(self.data_set, self.data_dir, training=False)
        return load(
            self.data_dir, training=False, data_set=self.data_set, scale=self.kept_scale
        ).to(self.device)
