"""Our checkpoints in the eyes of pytorch-template: a reader as strict as its own opens them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tiny_data import tiny_run, train_here
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

KEYS = {"arch", "epoch", "state_dict", "optimizer", "monitor_best", "config"}


class TheirModel(nn.Module):
    """The layers of the template's network, by its names; in torch's own memory format."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(nn.functional.max_pool2d(self.conv1(x), 2))
        x = torch.relu(nn.functional.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = torch.relu(self.fc1(x.view(-1, 320)))
        return nn.functional.log_softmax(self.fc2(x), dim=1)


class TheirTrainer:
    """Goes on from a checkpoint with no more forbearance than the template has."""

    def __init__(self, path: Path) -> None:
        self.config = json.loads((path.parent / "config.json").read_text(encoding="ascii"))
        found = torch.load(path)  # torch 2.6 and later: weights_only
        assert found.keys() >= KEYS
        assert type(found["config"]) is dict
        assert type(found["epoch"]) is int
        assert found["config"]["arch"] == self.config["arch"]
        assert found["config"]["optimizer"]["type"] == self.config["optimizer"]["type"]
        assert found["arch"] == self.config["arch"]["type"]
        self.start_epoch, self.best = found["epoch"] + 1, found["monitor_best"]
        self.model = TheirModel(**self.config["arch"]["args"])
        self.model.load_state_dict(found["state_dict"])
        kind = getattr(torch.optim, self.config["optimizer"]["type"])
        self.optimizer = kind(self.model.parameters(), **self.config["optimizer"]["args"])
        self.optimizer.load_state_dict(found["optimizer"])
        kind = getattr(torch.optim.lr_scheduler, self.config["lr_scheduler"]["type"])
        self.scheduler = kind(self.optimizer, **self.config["lr_scheduler"]["args"])

    def step(self) -> dict[str, torch.Tensor]:
        """A step of training on the same images each time."""
        images = torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(1))
        self.model.eval()  # without dropout, which would draw
        self.optimizer.zero_grad()
        nn.functional.nll_loss(self.model(images), torch.arange(8)).backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return self.model.state_dict()


@pytest.fixture(scope="module")
def run(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = tiny_run(tiny_mnist, tmp_path_factory.mktemp("export"))
    train_here(made)
    return made


@pytest.mark.parametrize(
    "file", ["checkpoint-epoch1.pth", "checkpoint-epoch2.pth", "model_best.pth"]
)
def test_the_template_goes_on_from_our_checkpoints(file: str, run: Run) -> None:
    trainer = TheirTrainer(run.path / file)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    after = trainer.step()
    assert trainer.start_epoch in (2, 3)
    assert isinstance(trainer.best, float)
    assert not any(torch.equal(before[name], after[name]) for name in before)


def test_only_one_key_is_added_to_the_templates_six(run: Run) -> None:
    found: dict[str, Any] = torch.load(run.path / "last.pth", weights_only=True)
    assert found.keys() - KEYS == {"mnist_tui"}
    assert found["config"] == run.config()


def test_how_we_step_is_left_out_so_that_theirs_steps_as_it_should(run: Run) -> None:
    """A fused update with our memory format and their weights would be silently wrong."""
    fused_elsewhere = TheirTrainer(run.path / "last.pth")
    assert not any(group["fused"] for group in fused_elsewhere.optimizer.param_groups)
    aligned = TheirTrainer(run.path / "last.pth")
    for parameter, state in aligned.optimizer.state.items():
        for name, value in state.items():
            if value.shape == parameter.shape:
                state[name] = torch.empty_like(parameter).copy_(value)
    one, other = fused_elsewhere.step(), aligned.step()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name])


def test_without_monitoring_the_best_is_0_as_theirs_is(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.monitor": "off", "trainer.epochs": 1})
    train_here(run)
    assert TheirTrainer(run.path / "last.pth").best == 0
