"""A checkout laid out like pytorch-template's: its names win, and it is trained as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from in_process import command
from template_project import CONFIG, write_template_project
from tiny_data import train_here

from core import evaluate
from core.checking import check
from core.errors import MistakeError
from core.events import RunStarted
from core.own_code import project as own_project
from core.resuming import plan as resume
from core.settings import file as config_file
from tui import starting

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where one is, as in a shell."""
    folder = write_template_project(tmp_path / "checkout")
    monkeypatch.chdir(folder)
    return folder


def start(folder: Path, edits: dict[str, Any] | None = None) -> Run:
    text = starting.edited(config_file.read_text(folder / "config.json"), edits or {})
    return starting.create(text, folder)


def weights(run: Run) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run.path / "last.pth")["state_dict"]
    return found


def test_its_own_names_win_and_nothing_ran(checkout: Path) -> None:
    meant = own_project.resolved(CONFIG, checkout)
    assert meant["arch"]["type"] == "model/model.py:MnistModel"
    assert meant["data_loader"]["type"] == "data_loader/data_loaders.py:MnistDataLoader"
    assert meant["loss"] == "model/loss.py:nll_loss"
    assert meant["metrics"] == ["model/metric.py:accuracy", "model/metric.py:top_k_acc"]
    assert meant["optimizer"] == CONFIG["optimizer"]
    assert check.problems_of(CONFIG, checkout) == []
    assert own_project.resolved(CONFIG, checkout.parent) == CONFIG


def test_what_it_lacks_is_ours(checkout: Path) -> None:
    config = {**CONFIG, "loss": "cross_entropy", "metrics": ["accuracy", "my_metric"]}
    config["trainer"] = {**CONFIG["trainer"], "monitor": "max val_my_metric"}
    meant = own_project.resolved(config, checkout)
    assert meant["loss"] == "cross_entropy"
    assert meant["metrics"][1] == "model/metric.py:my_metric"
    assert check.problems_of(config, checkout) == []


def test_it_is_trained_by_two_words(checkout: Path) -> None:
    code, out, err = command(checkout, "train", "--epochs", "1", "--plain")
    assert (code, err) == (0, "")
    assert "top_k_acc" in out
    shown = json.loads(command(checkout, "show", "latest", "--json")[1])
    # Its loss adds 100, its network has weights of its own: neither is ours.
    assert shown["history"][0]["loss"] > 100
    assert shown["names"][0] == "model/model.py:MnistModel"
    assert {"base/base_model.py", "data_loader/data_loaders.py", "utils/util.py"} <= set(
        shown["code"]
    )
    assert "train.py" not in shown["code"]
    assert shown["config"]["arch"]["type"] == "model/model.py:MnistModel"
    tested = json.loads(command(checkout, "test", "-r", "latest", "--json")[1])
    assert tested["num_samples"] == 40


def test_the_journal_says_which_file_a_class_came_from(checkout: Path) -> None:
    run = start(checkout)
    trained = train_here(run)
    (started,) = trained.all(RunStarted)
    assert (started.num_train, started.num_validation, started.num_steps) == (72, 24, 5)
    assert started.names == [
        "model/model.py:MnistModel", "data_loader/data_loaders.py:MnistDataLoader",
        "model/loss.py:nll_loss", "model/metric.py:accuracy", "model/metric.py:top_k_acc",
    ]  # fmt: skip
    assert set(weights(run)) == {"first.weight", "first.bias", "last.weight", "last.bias"}
    assert torch.load(run.path / "last.pth")["arch"] == "MnistModel"


def test_a_resume_is_exact_at_the_end_of_an_epoch_and_says_where_not(checkout: Path) -> None:
    straight, run = start(checkout), start(checkout, {"trainer.epochs": 1})
    train_here(straight)
    train_here(run)
    plan = resume.plan(str(run.path), checkout / "saved", None, {"trainer.epochs": 2})
    train_here(plan.realize(), plan.changes)
    one, other = weights(straight), weights(run)
    assert all(torch.equal(one[name], other[name]) for name in one)
    left = start(checkout)
    train_here(left, stop_at=3)
    again = train_here(resume.plan(str(left.path), checkout / "saved", None, {}).realize())
    assert "goes on exactly at the end of an epoch alone" in again.notices


def test_a_run_of_the_project_itself_is_not_taken_for_ours(checkout: Path) -> None:
    theirs = checkout / "saved" / "models" / "Mnist_LeNet" / "0101_000000"
    run = start(checkout, {"trainer.epochs": 1})
    train_here(run)
    theirs.mkdir(parents=True)
    content = torch.load(run.path / "last.pth")
    keys = ("arch", "epoch", "state_dict", "optimizer", "monitor_best")
    file = theirs / "checkpoint-epoch1.pth"
    torch.save({**{key: content[key] for key in keys}, "config": CONFIG}, file)
    (theirs / "config.json").write_text(json.dumps(CONFIG))
    with pytest.raises(MistakeError, match=r"has code of its own for arch, .*give -c"):
        evaluate.evaluate(file)
    with pytest.raises(MistakeError, match=r"has code of its own for arch, .*give -c"):
        resume.plan(str(file), checkout / "saved", None, {})
    assert evaluate.evaluate(file, beside=checkout)["num_samples"] == 40
    given = config_file.read_text(checkout / "config.json")
    plan = resume.plan(str(file), checkout / "saved", given, {}, checkout)
    assert train_here(plan.realize(), plan.changes).outcome == "completed"


def test_what_its_modules_lack_is_said_with_the_line(checkout: Path) -> None:
    (checkout / "utils" / "util.py").write_text("import nowhere_to_be_found as pd\n")
    code, out, err = command(checkout, "train", "--plain")
    assert (code, out) == (1, "")
    assert (
        "ModuleNotFoundError: No module named 'nowhere_to_be_found' (utils/util.py line 1)" in err
    )
    assert "install it beside mnist-tui" in err
    assert "Traceback" not in err


def test_a_source_of_it_that_cannot_be_understood_is_said(checkout: Path) -> None:
    (checkout / "model" / "model.py").write_text("class MnistModel(\n")
    (found,) = [str(item) for item in check.problems_of(CONFIG, checkout)]
    assert found.startswith(f"arch.type: {checkout}/model/model.py line 1 cannot be understood")
