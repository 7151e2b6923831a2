"""A run that was stopped and goes on gives bit for bit what the straight run gives."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tiny_data import STEPS, tiny_run, train_here

from core import checkpoint
from core.settings.signatures import optimizers, schedulers

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

SGD = {"type": "SGD", "args": {"lr": 0.02, "momentum": 0.9, "nesterov": True}}
CONFIGS: dict[str, dict[str, Any]] = {
    "SGD, StepLR": {
        "optimizer": SGD,
        "lr_scheduler": {"type": "StepLR", "args": {"step_size": 1, "gamma": 0.5}},
    },
    "Adam amsgrad, MultiStepLR": {
        "lr_scheduler": {
            "type": "MultiStepLR",
            "args": {"milestones": [3, 11]},
            "interval": "batch",
        },
    },
    "AdamW, OneCycleLR": {
        "optimizer": {"type": "AdamW", "args": {"betas": [0.8, 0.95]}},
        "lr_scheduler": {"type": "OneCycleLR", "args": {"max_lr": 0.01}, "interval": "batch"},
    },
    "RMSprop, CosineAnnealingLR": {
        "optimizer": {"type": "RMSprop", "args": {"lr": 0.001, "momentum": 0.5, "centered": True}},
        "lr_scheduler": {"type": "CosineAnnealingLR", "args": {"T_max": 5}, "interval": "batch"},
    },
    "Adagrad, ExponentialLR": {
        "optimizer": {"type": "Adagrad", "args": {"lr": 0.01}},
        "lr_scheduler": {"type": "ExponentialLR", "args": {"gamma": 0.9}},
    },
    "SGD, CyclicLR": {
        "optimizer": SGD,
        "lr_scheduler": {
            "type": "CyclicLR",
            "args": {"base_lr": 0.001, "max_lr": 0.02, "step_size_up": 3},
            "interval": "batch",
        },
    },
    "NAdam, CosineAnnealingWarmRestarts": {
        "optimizer": {"type": "NAdam", "args": {}},
        "lr_scheduler": {
            "type": "CosineAnnealingWarmRestarts",
            "args": {"T_0": 4, "T_mult": 2},
            "interval": "batch",
        },
    },
    "RAdam, LinearLR": {
        "optimizer": {"type": "RAdam", "args": {}},
        "lr_scheduler": {"type": "LinearLR", "args": {"total_iters": 7}, "interval": "batch"},
    },
    "Adamax, PolynomialLR": {
        "optimizer": {"type": "Adamax", "args": {}},
        "lr_scheduler": {"type": "PolynomialLR", "args": {"total_iters": 9, "power": 2.0}},
    },
    "Adadelta, ConstantLR": {
        "optimizer": {"type": "Adadelta", "args": {}},
        "lr_scheduler": {"type": "ConstantLR", "args": {"total_iters": 4}, "interval": "batch"},
    },
    "SGD, ReduceLROnPlateau": {  # drops after the second epoch: none is so much better
        "trainer.epochs": 3,
        "optimizer": SGD,
        "lr_scheduler": {
            "type": "ReduceLROnPlateau",
            "args": {"patience": 0, "threshold": 2.0, "threshold_mode": "abs", "factor": 0.5},
            "metric": "val_accuracy",
        },
    },
    "ASGD, none": {"optimizer": {"type": "ASGD", "args": {}}, "lr_scheduler": None},
    "Rprop, none": {"optimizer": {"type": "Rprop", "args": {}}, "lr_scheduler": None},
    "Adafactor, none": {"optimizer": {"type": "Adafactor", "args": {}}, "lr_scheduler": None},
    "batch normalisation": {"arch": {"type": "NormalizedCnn", "args": {"width": 4, "hidden": 16}}},
    "no validation, no shuffle": {
        "data_loader.args.validation_split": 0.0,
        "data_loader.args.shuffle": False,
        "trainer.monitor": "min loss",
    },
    "shifted images": {"data_loader.augment": {"shift": 2}},
    "shifted, turned and scaled images": {
        "data_loader.augment": {"shift": 1, "rotate": 10, "scale": 0.1}
    },
    "len_epoch over the set": {"trainer.len_epoch": STEPS},
}
CUTS = {
    "the first step": 1,
    "a middle step": 5,
    "the last step of an epoch": STEPS,
    "validation": STEPS + 1,
    "the first step of the second epoch": STEPS + 2,
    "the last step of all": 2 * STEPS + 1,
    "the last validation": 2 * STEPS + 2,
}


def position(run: Run) -> dict[str, Any]:
    """All that last.pth says, but for the times."""
    content = torch.load(run.path / "last.pth", weights_only=True)
    ours = content[checkpoint.OURS]
    assert ours["seconds"] == 0.0  # the epoch is over
    for row in ours["history"]:
        for name in ("time", "seconds", "images_per_second"):
            del row[name]
    del content["config"]
    return dict(content)


def differences(first: Any, second: Any, path: str = "") -> list[str]:
    """Where two positions are not the same, to the last bit."""
    if isinstance(first, torch.Tensor):
        equal = torch.equal(first, second) and first.dtype == second.dtype
        return [] if equal else [path]
    if isinstance(first, dict):
        assert first.keys() == second.keys(), path
        return [at for key in first for at in differences(first[key], second[key], f"{path}.{key}")]
    if isinstance(first, list | tuple):
        assert len(first) == len(second), path
        pairs = enumerate(zip(first, second, strict=True))
        return [at for index, (a, b) in pairs for at in differences(a, b, f"{path}.{index}")]
    return [] if first == second else [f"{path}: {first} {second}"]


@pytest.fixture(scope="session")
def straight(
    tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """The position at the end of each config's uninterrupted run."""
    positions = {}
    for name, edits in CONFIGS.items():
        run = tiny_run(tiny_mnist, tmp_path_factory.mktemp("straight"), edits)
        assert train_here(run).outcome == "completed"
        positions[name] = position(run)
    return positions


def check_cut(
    name: str, cut: int, straight: dict[str, dict[str, Any]], data_dir: Path, save_dir: Path
) -> None:
    run = tiny_run(data_dir, save_dir, CONFIGS[name])
    stopped = train_here(run, stop_at=cut)
    assert (stopped.outcome, stopped.reason) == ("stopped", "SIGTEST")
    torch.manual_seed(cut)  # a fresh process would not have these bits either
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as of a schedule that steps before its optimizer
        went_on = train_here(run)
    assert went_on.outcome == "completed"
    assert went_on.notices == ""
    assert differences(straight[name], position(run)) == []


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_run_cut_anywhere_ends_as_the_straight_one(
    cut: int, straight: dict[str, dict[str, Any]], tiny_mnist: Path, tmp_path: Path
) -> None:
    check_cut("Adam amsgrad, MultiStepLR", cut, straight, tiny_mnist, tmp_path)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_optimizer_and_schedule_goes_on_exactly(
    name: str, straight: dict[str, dict[str, Any]], tiny_mnist: Path, tmp_path: Path
) -> None:
    cut = 2 + list(CONFIGS).index(name) % STEPS  # in the midst of the first epoch, and elsewhere
    check_cut(name, cut, straight, tiny_mnist, tmp_path)


def test_a_run_cut_again_and_again_ends_as_the_straight_one(
    straight: dict[str, dict[str, Any]], tiny_mnist: Path, tmp_path: Path
) -> None:
    name = "SGD, CyclicLR"
    run = tiny_run(tiny_mnist, tmp_path, CONFIGS[name])
    for _ in range(6):
        assert train_here(run, stop_at=3).outcome == "stopped"
    assert train_here(run).outcome == "completed"
    assert differences(straight[name], position(run)) == []


def test_a_run_that_goes_on_in_a_new_directory_ends_as_the_straight_one(
    straight: dict[str, dict[str, Any]], tiny_mnist: Path, tmp_path: Path
) -> None:
    from core import runs

    name = "RMSprop, CosineAnnealingLR"
    run = tiny_run(tiny_mnist, tmp_path, CONFIGS[name])
    train_here(run, stop_at=STEPS + 4)
    text = run.config_path.read_text()
    child = runs.create(tmp_path, "child", text, parent=run.path / "last.pth")
    train_here(child)
    assert differences(straight[name], position(child)) == []


def test_two_seeds_give_two_networks(
    straight: dict[str, dict[str, Any]], tiny_mnist: Path, tmp_path: Path
) -> None:
    name = "SGD, StepLR"
    run = tiny_run(tiny_mnist, tmp_path, {**CONFIGS[name], "seed": 7})
    train_here(run)
    found = differences(straight[name]["state_dict"], position(run)["state_dict"])
    assert len(found) == 8


def test_every_optimizer_and_schedule_that_a_config_may_name_is_tried_here() -> None:
    tried = [
        {block["type"] for edits in CONFIGS.values() if (block := edits.get(key))}
        for key in ("optimizer", "lr_scheduler")
    ]
    assert tried[0] | {"Adam"} == set(optimizers())
    assert tried[1] == set(schedulers())


@pytest.mark.parametrize("name", ["Adam", "AdamW", "SGD", "Adagrad"])
def test_a_state_laid_out_otherwise_in_memory_goes_on_the_same(
    name: str, tiny_mnist: Path, tmp_path: Path
) -> None:
    """As a file of pytorch-template is; torch's fused update would read past the difference."""
    args = {"momentum": 0.9} if name == "SGD" else {}
    edits = {"optimizer": {"type": name, "args": {"lr": 0.01, **args}}}
    first, second = (tiny_run(tiny_mnist, tmp_path / at, edits) for at in "ab")
    train_here(first, stop_at=4)
    train_here(second, stop_at=4)
    path = second.path / "last.pth"
    content = torch.load(path, weights_only=True)
    for state in content["optimizer"]["state"].values():
        state.update({key: value.contiguous() for key, value in state.items() if value.dim()})
    checkpoint.save(path, checkpoint.to_bytes(content), epoch=0, step=4, metrics={})
    train_here(first)
    train_here(second)
    assert differences(position(first), position(second)) == []
