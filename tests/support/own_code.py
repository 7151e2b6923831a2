"""A folder with a config that names code of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiny_data import tiny_config

if TYPE_CHECKING:
    from pathlib import Path

    from core.jsontext import JsonText

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
