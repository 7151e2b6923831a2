"""`runs --json` and `show --json`: shapes that scripts rely on."""

from __future__ import annotations

import json
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core import events as e
from core import runs
from core.journal import Journal
from core.runs import Run
from core.saved import finding, sidecar, summary
from core.saved.sidecar import Sidecar

RUN_KEYS = [
    "run", "name", "id", "status", "epoch", "epochs", "device", "origin", "parent", "started",
    "best", "checkpoints",
]  # fmt: skip
CHECKPOINT_KEYS = ["file", "epoch", "step", "bytes", "sound", "metrics"]
SHOW_KEYS = [
    "run", "status", "config", "device", "threads", "num_steps", "images_per_second", "history",
]  # fmt: skip
CONFIG = {"name": "Mnist_LeNet", "trainer": {"epochs": 3, "monitor": "min val_loss"}}


def fake_checkpoint(path: Path, facts: dict[str, Any] | None = None) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", path.name)
    if facts is not None:
        size = path.stat().st_size
        sidecar.write(path, Sidecar(file=path.name, bytes=size, sha256="0" * 64, **facts))


def epoch(number: int, value: float, *, best: bool) -> e.EpochEnded:
    return e.EpochEnded(
        epoch=number,
        step=number * 10,
        metrics={"loss": value, "accuracy": 0.9, "val_loss": value, "val_accuracy": None},
        lr=0.001,
        seconds=1.5,
        images_per_second=1000.0 + number,
        best=best,
        num_bad_epochs=0,
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of two epochs that was stopped in the third."""
    made = runs.create(tmp_path / "saved", "Mnist_LeNet", json.dumps(CONFIG))
    with Journal(made.journal_path) as journal:
        journal.append(
            e.RunStarted(
                pid=1, host=socket.gethostname(), device="cpu", threads=2, world_size=1, seed=123,
                versions={}, save_dir="/s", data_dir="/d", epoch=0, step=0, epochs=4, num_steps=10,
                num_train=100, num_validation=10, num_parameters=1, monitor="min val_loss",
                early_stop=None,
            )
        )  # fmt: skip
        journal.append(epoch(1, 0.5, best=True))
        journal.append(epoch(2, 0.75, best=False))
        journal.append(e.RunEnded(outcome="stopped", reason="by request", seconds=3.0))
    facts = {"epoch": 2, "metrics": {"loss": 0.75}}
    fake_checkpoint(made.path / "last.pth", facts | {"step": 25})
    fake_checkpoint(made.path / "model_best.pth", {"epoch": 1, "step": 10, "metrics": {}})
    fake_checkpoint(made.path / "checkpoint-epoch2.pth", facts | {"step": 20})
    return made


@pytest.fixture
def template(tmp_path: Path) -> Run:
    """A folder as pytorch-template leaves it."""
    path = tmp_path / "saved" / "models" / "Mnist_LeNet" / "1220_101112"
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(CONFIG))
    for number in (1, 2, 10):
        fake_checkpoint(path / f"checkpoint-epoch{number}.pth")
    fake_checkpoint(path / "model_best.pth")
    return Run(path)


def test_a_run_in_a_line_has_the_keys_of_the_contract(run: Run) -> None:
    row = summary.summary(run)
    assert list(row) == RUN_KEYS
    checkpoints = row.pop("checkpoints")
    assert row == {
        "run": str(run.path),
        "name": "Mnist_LeNet",
        "id": run.id,
        "status": "stopped",
        "epoch": 2,
        "epochs": 4,
        "device": "cpu",
        "origin": "mnist-tui",
        "parent": None,
        "started": finding.started(run),
        "best": {"metric": "val_loss", "value": 0.5, "epoch": 1},
    }
    assert Path(row["run"]).is_absolute()
    assert isinstance(row["started"], float)
    assert [list(item) for item in checkpoints] == [CHECKPOINT_KEYS] * 3
    assert [(item["file"], item["epoch"], item["step"]) for item in checkpoints] == [
        ("model_best.pth", 1, 10),
        ("checkpoint-epoch2.pth", 2, 20),
        ("last.pth", 2, 25),
    ]
    assert checkpoints[2] == {
        "file": "last.pth",
        "epoch": 2,
        "step": 25,
        "bytes": (run.path / "last.pth").stat().st_size,
        "sound": True,
        "metrics": {"loss": 0.75},
    }


def test_a_whole_run_has_the_keys_of_the_contract(run: Run) -> None:
    report = summary.report(run)
    assert list(report) == SHOW_KEYS
    history = report.pop("history")
    assert report == {
        "run": str(run.path),
        "status": "stopped",
        "config": CONFIG,
        "device": "cpu",
        "threads": 2,
        "num_steps": 10,
        "images_per_second": 1002.0,
    }
    assert [list(row) for row in history] == [
        ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    ] * 2
    assert list(history[1].values()) == [2, 0.75, 0.9, 0.75, None, 0.001, 1.5]


def test_both_are_json(run: Run, template: Run) -> None:
    for made in (run, template):
        value = [summary.summary(made), summary.report(made)]
        assert json.loads(json.dumps(value, allow_nan=False)) == value


def test_a_live_run_is_running(run: Run) -> None:
    with Journal(run.journal_path) as journal:
        journal.append(e.PhaseChanged(phase="importing torch"))
        assert summary.summary(run)["status"] == "running"
    assert summary.summary(run)["status"] == "interrupted"


def test_a_run_that_only_begins_says_what_it_knows(tmp_path: Path) -> None:
    parent = tmp_path / "other" / "last.pth"
    made = runs.create(tmp_path, "Mnist_LeNet", json.dumps(CONFIG), parent)
    Journal(made.journal_path).close()
    row = summary.summary(made)
    assert (row["status"], row["epoch"], row["epochs"]) == ("interrupted", 0, 3)
    assert (row["device"], row["best"], row["checkpoints"]) == (None, None, [])
    assert row["parent"] == str(parent)
    report = summary.report(made)
    assert (report["threads"], report["num_steps"], report["images_per_second"]) == (None,) * 3
    assert report["history"] == []


def test_a_folder_of_the_template_is_listed_beside_ours(run: Run, template: Run) -> None:
    assert template in finding.scan(template.path.parents[2])
    row = summary.summary(template)
    assert list(row) == RUN_KEYS
    assert row["origin"] == "pytorch-template"
    assert (row["name"], row["id"], row["device"]) == ("Mnist_LeNet", "1220_101112", None)
    assert (row["epoch"], row["epochs"], row["status"]) == (10, 3, "completed")
    assert row["best"] is None
    assert [(item["file"], item["epoch"], item["sound"]) for item in row["checkpoints"]] == [
        ("model_best.pth", 0, True),
        ("checkpoint-epoch1.pth", 1, True),
        ("checkpoint-epoch2.pth", 2, True),
        ("checkpoint-epoch10.pth", 10, True),
    ]
    assert list(summary.report(template)) == SHOW_KEYS


def test_a_run_of_the_template_before_its_last_epoch_was_interrupted(template: Run) -> None:
    (template.path / "checkpoint-epoch10.pth").unlink()
    row = summary.summary(template)
    assert (row["epoch"], row["status"]) == (2, "interrupted")


def test_a_damaged_checkpoint_is_not_sound(run: Run) -> None:
    last = run.path / "last.pth"
    last.write_bytes(last.read_bytes()[:-30])
    sound = {item["file"]: item["sound"] for item in summary.summary(run)["checkpoints"]}
    assert sound == {"model_best.pth": True, "checkpoint-epoch2.pth": True, "last.pth": False}


def test_a_checkpoint_that_is_pruned_meanwhile_is_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run.checkpoints()
    (run.path / "checkpoint-epoch2.pth").unlink()
    monkeypatch.setattr(Run, "checkpoints", lambda _: found)
    files = [item["file"] for item in summary.summary(run)["checkpoints"]]
    assert files == ["model_best.pth", "last.pth"]


@pytest.mark.parametrize("content", ["{", "[]", '{"trainer": 3}', '{"trainer": {"epochs": "x"}}'])
def test_a_config_that_means_nothing_is_no_crash(template: Run, content: str) -> None:
    template.config_path.write_text(content)
    row = summary.summary(template)
    assert (row["name"], row["epochs"]) == ("Mnist_LeNet", 0)
