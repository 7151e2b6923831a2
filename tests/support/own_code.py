"""A folder with a config that names code of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiny_data import tiny_config

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings.jsontext import JsonText

MODEL = """
from pathlib import Path

import torch
from torch import nn

from layers import flat

(Path(__file__).parent / "ran").touch()


class Net(nn.Module):
    def __init__(self, width: int = 12, num_classes: int = 10) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, width, 5, stride=4)
        self.second = nn.Linear(width * 36, num_classes)

    def forward(self, images):
        return torch.log_softmax(self.second(flat(self.first(images))), dim=1)
"""
"""Leaves a file `ran` beside it when it is run; `view` would fail on another layout."""
LAYERS = """
def flat(x):
    return x.view(len(x), -1).relu()
"""
MEASURES = """
def sure(output, target, least: float = 0.5):
    return (output.exp().amax(dim=1) > least).float().mean().item()


def squared(output, target, scale: float = 1.0):
    right = output.exp().gather(1, target[:, None])
    return scale * (1 - right).square().mean()


class Loss:
    pass


def lonely(output):
    return output


def fails(output, target):
    return 1 / 0


def many(output, target):
    return output


def constant(output, target):
    return output.detach().mean()
"""
OWN: dict[str, Any] = {
    "arch": {"type": "model.py:Net", "args": {"width": 4}},
    "metrics": ["accuracy", {"type": "measures:sure", "args": {"least": 0.2}}],
    "loss": "measures.py:squared",
    "trainer.monitor": "max val_sure",
    "trainer.epochs": 1,
}


def write_project(folder: Path, data: Path, edits: dict[str, Any] | None = None) -> JsonText:
    """The files and `config.json` in a folder; runs go to `saved` there. Returns the config.

    Whoever runs its model leaves a file `ran` beside that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.py").write_text(MODEL)
    (folder / "layers.py").write_text(LAYERS)
    (folder / "measures.py").write_text(MEASURES)
    text = tiny_config(data, folder / "saved", {**OWN, **(edits or {})})
    (folder / "config.json").write_text(text.text)
    return text


DATA = """
import random

import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler


class Stripes(Dataset):
    classes = ["across", "down"]

    def __init__(self, count: int = 40, noise: float = 0.1, training: bool = True) -> None:
        self.count, self.noise = (count if training else 10), noise

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        image = torch.zeros(1, 28, 28)
        if index % 2:
            image[0, :, ::2] = 1
        else:
            image[0, ::2] = 1
        return image + self.noise * torch.randn(1, 28, 28), index % 2


class Plain:
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return 30

    def __getitem__(self, index):
        if index >= 30:
            raise IndexError(index)
        return torch.zeros(1, 28, 28), 0


class Odd(Plain):
    def __getitem__(self, index):
        return {"image": 1}


class Bare(Plain):
    def __getitem__(self, index):
        return torch.zeros(1, 28, 28, dtype=torch.uint8), 0


class Failing(Plain):
    def __getitem__(self, index):
        raise KeyError("gone")


class Loader(DataLoader):
    def __init__(self, batch_size, count=40, num_workers=2, validation_split=0.0, training=True):
        self.split = validation_split
        data = Stripes(count, training=training)
        super().__init__(data, batch_size, sampler=RandomSampler(data), num_workers=num_workers)

    def split_validation(self):
        return DataLoader(Stripes(8), 4, num_workers=1) if self.split else None
"""
"""A map-style set that draws at every look, some of no use, and a loader."""
