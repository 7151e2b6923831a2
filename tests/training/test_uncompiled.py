"""A training imports no compiler, which takes as long as torch itself, and steps as with it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch
import torch._dynamo  # so that it is found imported
from program import PROJECT, environment
from tiny_data import tiny_run
from torch.optim.optimizer import _use_grad_for_differentiable

from core.building import build, uncompiled
from core.config import Component

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam",
    "RMSprop", "Rprop", "SGD",
]  # fmt: skip
CODE = """
import sys
import torch
from pathlib import Path
from core import runs
from core.building import build
from core.processes import worker
from core.config import Component
ended = worker.work(runs.Run(Path(sys.argv[1])), {}, lambda control: None)
for name in sys.argv[2:]:
    network = torch.nn.Linear(2, 2)
    optimizer = build.optimizer(Component(type=name), network)
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    optimizer.load_state_dict(optimizer.state_dict())
print(ended.outcome, "torch._dynamo" in sys.modules)
"""


def test_neither_a_training_nor_any_optimizer_imports_the_compiler(
    tmp_path: Path, tiny_mnist: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 1})
    ended = subprocess.run(
        [sys.executable, "-c", CODE, str(run.path), *NAMES],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["completed", "False"]


@pytest.mark.parametrize("name", sorted({*NAMES} - {"Adafactor"}))  # that never asks for it
def test_an_optimizer_without_it_steps_to_the_same_bits(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _as_torch_has_it(name, monkeypatch)
    usual = _stepped(name)
    _as_torch_has_it(name, monkeypatch)
    asked: list[str] = []
    monkeypatch.setattr(torch._dynamo, "graph_break", lambda: asked.append("to break"))
    monkeypatch.setattr(uncompiled, "COMPILER", "one never imported")
    assert torch.equal(_stepped(name), usual)
    assert asked == []


def _as_torch_has_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in getattr(torch.optim, name).__mro__:
        if "step" in vars(owner):
            step = inspect.unwrap(vars(owner)["step"])
            monkeypatch.setattr(owner, "step", _use_grad_for_differentiable(step))


def _stepped(name: str) -> torch.Tensor:
    torch.manual_seed(1)
    network = torch.nn.Linear(20, 20)
    optimizer = build.optimizer(Component(type=name), network)
    for _ in range(3):
        optimizer.zero_grad()
        network(torch.ones(4, 20)).square().sum().backward()
        optimizer.step()
    return network.weight.detach()
