"""Learning rate schedules in a training: what they look at, and what is refused before one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tiny_data import STEPS, tiny_config, tiny_run, train_here
from torch import nn

from core.building import build
from core.checking import check
from core.config import Config
from core.events import EpochEnded
from core.settings import signatures

if TYPE_CHECKING:
    from pathlib import Path

PLATEAU = {"type": "ReduceLROnPlateau", "args": {"patience": 0, "factor": 0.1}}
NEVER_BETTER = {"threshold": 1e9, "threshold_mode": "abs"}


def rates(data_dir: Path, save_dir: Path, edits: dict[str, Any]) -> list[float]:
    run = tiny_run(data_dir, save_dir, {"optimizer.args.lr": 0.01, "trainer.epochs": 4, **edits})
    return [float(f"{event.lr:.3g}") for event in train_here(run).all(EpochEnded)]


def test_a_plateau_of_the_monitored_metric_lowers_the_rate(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    plateau = {"type": "ReduceLROnPlateau", "args": {"patience": 1, **NEVER_BETTER}}
    assert rates(tiny_mnist, tmp_path, {"lr_scheduler": plateau}) == [0.01, 0.01, 0.01, 0.001]
    assert rates(tiny_mnist, tmp_path, {"lr_scheduler": PLATEAU}) == [0.01] * 4  # it gets better


def test_which_way_is_better_comes_from_the_monitor(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"lr_scheduler": PLATEAU, "trainer.monitor": "max val_loss"}  # so it gets worse
    assert rates(tiny_mnist, tmp_path, edits) == [0.01, 0.01, 0.001, 0.0001]


def test_without_validation_it_is_the_loss(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"lr_scheduler": PLATEAU, "data_loader.args.validation_split": 0}
    assert rates(tiny_mnist, tmp_path, edits) == [0.01] * 4
    worse = {"type": "ReduceLROnPlateau", "args": {**PLATEAU["args"], "mode": "max"}}  # type: ignore[dict-item]
    assert rates(tiny_mnist, tmp_path, {**edits, "lr_scheduler": worse})[-1] == 0.0001


def test_another_metric_begins_the_plateau_anew_at_the_first_rate(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    edits = {"lr_scheduler": PLATEAU, "trainer.monitor": "max val_loss", "trainer.epochs": 3}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    assert train_here(run).all(EpochEnded)[-1].lr == pytest.approx(1e-4)
    went_on = train_here(run, {"trainer.monitor": "min val_loss", "trainer.epochs": 4})
    assert "the learning rate schedule starts anew" in went_on.notices
    assert went_on.all(EpochEnded)[-1].lr == pytest.approx(1e-3)


def test_a_changed_rate_scales_that_of_a_plateau(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"lr_scheduler": PLATEAU, "trainer.monitor": "max val_loss", "trainer.epochs": 3}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run)
    went_on = train_here(run, {"optimizer.args.lr": 0.002, "trainer.epochs": 4})
    assert went_on.all(EpochEnded)[-1].lr == pytest.approx(2e-5)  # after two drops by then


@pytest.mark.parametrize("optimizer", list(signatures.optimizers()))
@pytest.mark.parametrize("schedule", ["CyclicLR", "OneCycleLR"])
def test_check_knows_which_optimizers_have_a_momentum_to_cycle(
    optimizer: str, schedule: str, tiny_mnist: Path, tmp_path: Path
) -> None:
    args = {"base_lr": 0.01, "max_lr": 0.1} if schedule == "CyclicLR" else {"max_lr": 0.1}
    edits = {
        "optimizer": {"type": optimizer, "args": {}},
        "lr_scheduler": {"type": schedule, "args": args},
    }
    value = tiny_config(tiny_mnist, tmp_path, edits).value
    config = Config.parse(value)
    refused = [problem.path for problem in check.problems_of(value)]
    target = build.optimizer(config.optimizer, nn.Linear(2, 2))
    if refused:
        assert refused == ["lr_scheduler.args.cycle_momentum"]
        with pytest.raises(build.BuildError, match="momentum"):
            build.scheduler(config, target, num_epochs=2, num_steps=STEPS)
        args["cycle_momentum"] = False
        config = Config.parse(tiny_config(tiny_mnist, tmp_path, edits).value)
        assert check.problems_of(config.model_dump()) == []
    assert build.scheduler(config, target, num_epochs=2, num_steps=STEPS) is not None


@pytest.mark.parametrize(
    ("args", "interval", "good"),
    [
        ({}, "batch", True),
        ({"total_steps": None, "epochs": None, "steps_per_epoch": None}, "batch", True),
        ({"total_steps": 2 * STEPS}, "batch", True),
        ({"total_steps": 2 * STEPS - 1}, "batch", False),
        ({"epochs": 2, "steps_per_epoch": STEPS}, "batch", True),
        ({"epochs": 1, "steps_per_epoch": STEPS}, "batch", False),
        ({"steps_per_epoch": 3}, "batch", True),
        ({"total_steps": 2}, "epoch", True),
        ({"total_steps": 1}, "epoch", False),
        ({"epochs": 2}, "epoch", False),
    ],
)
def test_one_cycle_is_as_long_as_the_run_or_refused(
    args: dict[str, Any], interval: str, good: bool, tiny_mnist: Path, tmp_path: Path
) -> None:
    block = {"type": "OneCycleLR", "args": {"max_lr": 0.01, **args}, "interval": interval}
    value = tiny_config(tiny_mnist, tmp_path, {"lr_scheduler": block}).value
    assert (check.problems_of(value) == []) is good
    if good:
        run = tiny_run(tiny_mnist, tmp_path, {"lr_scheduler": block})
        assert train_here(run).outcome == "completed"


def test_what_torch_raises_of_arguments_names_their_block() -> None:
    def made(error: type[Exception]) -> None:
        def raise_it(**_: object) -> None:
            raise error("odd")

        build._call("optimizer.args", raise_it, {})

    for error in (TypeError, ValueError, ZeroDivisionError, RuntimeError, KeyError):
        with pytest.raises(build.BuildError, match=r"^optimizer\.args: "):
            made(error)
