"""A live run's bits are its own, whatever else its process does meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tiny_data import tiny_run, train_here

from core import dataset, launch
from core.building import build
from core.config import Component
from core.evaluate import evaluate
from core.processes.spinning import SecondTeam
from tui.plot import Plot, chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.runs import Run

EDITS = {"threads": 2, "trainer.epochs": 5}


def weights(run: Run) -> dict[str, torch.Tensor]:
    """Those at the end of the run."""
    content: dict[str, Any] = torch.load(run.path / "last.pth", weights_only=True)
    return dict(content["state_dict"])


@pytest.fixture(scope="module")
def alone(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that had its process for itself."""
    run = tiny_run(tiny_mnist, tmp_path_factory.mktemp("alone"), EDITS)
    assert train_here(run).outcome == "completed"
    return run


def build_another(_: Run) -> None:
    model = build.empty_model(Component(type="NormalizedCnn"))
    assert all(parameter.is_meta for parameter in model.parameters())


def draw(_: Run) -> None:
    chart(Plot(series=[], title="", x_label="", y_label="", x_max=8), width=60, height=12)
    dataset.epoch_order(600, seed=4, epoch=1, shuffle=True)


def evaluate_another(alone: Run) -> None:
    assert evaluate(alone.path / "last.pth")["num_samples"] == 200


def stop_spinning(_: Run) -> None:
    team = SecondTeam()
    team.hold()
    time.sleep(0.02)
    team.let_go()


MEANWHILE = {
    "stops spinning and starts again": stop_spinning,
    "builds another model": build_another,
    "draws": draw,
    "tests": evaluate_another,
}


@pytest.mark.parametrize("act", MEANWHILE.values(), ids=MEANWHILE)
def test_the_bits_of_a_live_run_do_not_change_when_its_process(
    act: Callable[[Run], None], alone: Run, tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, EDITS)
    worker = launch.in_thread(run)
    acts = 0
    while worker.alive:
        act(alone)
        acts += 1
        time.sleep(0.005)  # a thread that never waits leaves the other no time at all
    assert acts > 3
    assert worker.ended is not None
    assert worker.ended.outcome == "completed"
    expected, found = weights(alone), weights(run)
    assert [name for name, value in found.items() if not value.equal(expected[name])] == []
