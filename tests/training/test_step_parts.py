"""One step of each epoch, taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from tiny_data import STEPS, tiny_run, train_here

from core.events import StepMeasured
from core.loop.step_parts import PARTS, gradient_norms

if TYPE_CHECKING:
    from pathlib import Path


def test_an_epoch_has_one_and_the_run_remembers_it(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    measured = train_here(run).all(StepMeasured)
    assert [event.epoch for event in measured] == [1, 2]
    assert [event.step for event in measured] == [STEPS // 2 + 1, STEPS + STEPS // 2 + 1]
    for event in measured:
        assert event.num_images == 16
        assert tuple(event.seconds) == PARTS
        assert all(value is not None and value > 0 for value in event.seconds.values())
        assert list(event.gradient_norms) == ["conv1", "conv2", "fc1", "fc2"]
        assert all(value is not None and value > 0 for value in event.gradient_norms.values())


def test_the_state_keeps_them(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run)
    assert [event.epoch for event in run.state().measured] == [1, 2]


def test_a_layers_norm_is_that_of_weights_and_bias_together() -> None:
    layer = torch.nn.Linear(1, 1)
    layer.weight.grad, layer.bias.grad = torch.tensor([[3.0]]), torch.tensor([4.0])
    network = torch.nn.Sequential(layer, torch.nn.ReLU())
    assert gradient_norms(network) == {"0": pytest.approx(5)}
    layer.bias.grad = torch.tensor([float("inf")])
    assert gradient_norms(network) == {"0": None}
