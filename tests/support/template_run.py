"""Runs and files as pytorch-template leaves them: a real run of it, and files made like its own.

torch is imported only when a file is made.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path, PosixPath
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from core.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURE = Path(__file__).parents[1] / "fixtures" / "pytorch-template-run"
"""A save folder of the template's, with one run of three epochs on the whole of MNIST."""
RUN_ID = "1123_062555"


def copy_template_run(save_dir: Path) -> Run:
    """The real run in a save folder, a test's own."""
    shutil.copytree(FIXTURE, save_dir, dirs_exist_ok=True)
    return Run((save_dir / "models" / "Mnist_LeNet" / RUN_ID).resolve())


class ConfigParser:
    """What the template pickles in the place of the config."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self.resume = None
        self._save_dir = PosixPath("saved/models/Mnist_LeNet") / RUN_ID
        self._log_dir = PosixPath("saved/log/Mnist_LeNet") / RUN_ID
        self.log_levels = {0: 30, 1: 20, 2: 10}


class Logger:
    """What it pickled in 2018 to keep the history."""

    def __init__(self, entries: dict[int, dict[str, Any]]) -> None:
        self.entries = entries


ConfigParser.__module__, Logger.__module__ = "parse_config", "utils.logger"


@contextlib.contextmanager
def importable() -> Iterator[None]:
    """A place where pickle finds these classes by the template's names."""
    modules = {name: ModuleType(name) for name in ("parse_config", "utils", "utils.logger")}
    modules["parse_config"].ConfigParser = ConfigParser  # type: ignore[attr-defined]
    modules["utils.logger"].Logger = Logger  # type: ignore[attr-defined]
    with patch.dict(sys.modules, modules):
        yield


def save_like_the_template(path: Path, content: dict[str, Any], *, legacy: bool = False) -> Path:
    """Write a checkpoint with objects of those classes; `legacy`: as torch did before 1.6."""
    import torch

    with importable():
        torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


def template_content(config: dict[str, Any], /, *, epoch: int = 3, **more: Any) -> dict[str, Any]:
    """The six keys after some steps of training, as the template's own trainer leaves them."""
    import torch

    from core.models import MnistModel

    torch.manual_seed(1)
    model = MnistModel(**config["arch"].get("args", {}))
    kind = getattr(torch.optim, config["optimizer"]["type"])
    optimizer = kind(model.parameters(), **config["optimizer"]["args"])
    schedule = config.get("lr_scheduler")
    scheduler = None
    if schedule:
        made = getattr(torch.optim.lr_scheduler, schedule["type"])
        scheduler = made(optimizer, **schedule["args"])
    for _ in range(epoch):
        optimizer.zero_grad()
        loss = -model(torch.rand(4, 1, 28, 28)).mean()
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
    return {
        "arch": "MnistModel",
        "epoch": epoch,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "monitor_best": 0.25,
        "config": ConfigParser(config),
        **more,
    }
