"""A network as a checkpoint has it, to be looked at: on the test set, on a drawing, layer by layer.

Making one touches neither torch's global generator nor its thread count: a live run may be in the
same process, and its bits hang on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from core import checkpoint
from core.building import build, own_calls, own_data
from core.config import Config, OwnLoader
from core.dataset import Samples, load
from core.images import data_sets, download
from core.images.data_sets import DataSet, MissingDataError, Normalization
from core.own_code import modules as own_import
from core.own_code import project as own_project
from core.runs import Run
from core.settings.own_names import is_own

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from core.building.own_batches import Items
    from core.own_code.modules import OwnCode


def probabilities(output: Tensor) -> Tensor:
    """Of each class, images × classes: of log-probabilities, or of the scores of one's own network.

    Of log-probabilities, which our networks give, softmax is the exponential.
    """
    return output.softmax(dim=1)


@dataclass(frozen=True, slots=True)
class Trained:
    """A network in evaluation mode, and the config it was trained with."""

    config: Config
    model: nn.Module
    device: torch.device
    kept_scale: Normalization | None
    """What its pictures were scaled by; None where its file does not say."""
    own: OwnCode | None = None
    """The code of one's own that its config names."""

    @classmethod
    def read(cls, path: Path, device_name: str = "cpu", beside: Path | None = None) -> Trained:
        """The network of the checkpoint at `path`. Raises MistakeError.

        Code of one's own that it names is that of its run, or where it is given in `beside`.
        """
        found = checkpoint.load(path)
        run = Run(path.absolute().parent)
        if beside is None and not run.ours():
            own_project.refuse_without(path, found.config)
        value = own_project.resolved(found.config, beside)
        config = found.with_its_data(Config.parse(value))
        own = (
            own_import.of_run(run, config) if beside is None else own_import.beside(beside, config)
        )
        device, model = torch.device(device_name), build.empty_model(config.arch, own)
        checkpoint.load_weights(model, found, assign=not is_own(config.arch.type))
        kept = found.ours.get("data_set")
        # A data set of one's own does its scaling itself.
        scale = Normalization(kept["mean"], kept["deviation"]) if kept and "mean" in kept else None
        return cls(config, model.to(device).eval(), device, scale, own)

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

    def outputs(self, images: Tensor) -> Tensor:
        """What the network makes of images. Raises MistakeError where it is one's own and fails."""
        if self.own is None or not is_own(self.config.arch.type):
            result: Tensor = self.model(images)
            return result
        return own_calls.forward(self.own, self.config.arch, self.model, images)

    def test_images(self) -> Samples | Items:
        """The test images, scaled as those were that it learned from. Raises MistakeError."""
        loader = self.config.data_loader
        if self.own is not None and isinstance(loader, OwnLoader):
            return own_data.to_test(self.own, loader, self.device)
        download.ensure(self.data_set, self.data_dir, training=False)
        return load(
            self.data_dir, training=False, data_set=self.data_set, scale=self.kept_scale
        ).to(self.device)
