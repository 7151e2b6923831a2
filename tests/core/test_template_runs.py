"""pytorch-template's run directories in our list: epochs and curve out of their info.log."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from template_run import RUN_ID, copy_template_run

from core.saved import finding, sidecar, summary
from core.template import log as template_log

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

VAL_LOSS = [0.11930864565867058, 0.08312820298399062, 0.06658067161891054]
KEYS = ["loss", "accuracy", "top_k_acc", "val_loss", "val_accuracy", "val_top_k_acc"]
FILES = [
    "checkpoint-epoch1.pth",
    "checkpoint-epoch2.pth",
    "model_best.pth",
    "checkpoint-epoch3.pth",
]


@pytest.fixture
def real(tmp_path: Path) -> Run:
    """The real run, a copy."""
    return copy_template_run(tmp_path / "saved")


def log_of(run: Run) -> Path:
    path = template_log.path_of(run.path)
    assert path is not None
    return path


def lines(*epochs: dict[str, Any], second: int = 0) -> str:
    """A log as the template writes it, an epoch a minute."""
    text = "2020-03-02 10:00:00,000 - train - INFO - MnistModel(\n  (fc): Linear()\n)\n"
    for row in epochs:
        stamp = f"2020-03-02 10:{row['epoch']:02}:{second:02},500"
        for name, value in row.items():
            text += f"{stamp} - trainer - INFO -     {name:15s}: {value}\n"
    return text


def test_the_real_run_is_listed_with_its_three_epochs(real: Run, tmp_path: Path) -> None:
    assert finding.scan(tmp_path / "saved") == [real]
    row = summary.summary(real)
    assert (row["name"], row["id"], row["origin"]) == ("Mnist_LeNet", RUN_ID, "pytorch-template")
    assert (row["status"], row["epoch"], row["epochs"]) == ("completed", 3, 3)
    assert (row["device"], row["parent"]) == (None, None)
    assert row["best"] == {"metric": "val_loss", "value": VAL_LOSS[2], "epoch": 3}
    assert [item["file"] for item in row["checkpoints"]] == FILES
    assert [item["epoch"] for item in row["checkpoints"]] == [1, 2, 3, 3]
    assert all(item["sound"] for item in row["checkpoints"])
    assert [item["metrics"]["val_loss"] for item in row["checkpoints"]] == [
        *VAL_LOSS, VAL_LOSS[2]
    ]  # fmt: skip


def test_the_real_run_is_shown_with_its_history(real: Run) -> None:
    report = summary.report(real)
    assert [list(row) for row in report["history"]] == [["epoch", *KEYS, "lr", "seconds"]] * 3
    assert [row["val_loss"] for row in report["history"]] == VAL_LOSS
    assert [row["lr"] for row in report["history"]] == [None] * 3
    assert [row["seconds"] for row in report["history"]] == pytest.approx([21.729, 22.899, 24.954])
    for unknown in ("device", "threads", "num_steps", "images_per_second"):
        assert report[unknown] is None
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_the_real_run_has_a_curve(real: Run) -> None:
    state = real.state()
    assert [bucket.x for bucket in state.train_loss.buckets] == [1.0, 2.0, 3.0]
    assert state.train_loss.buckets[2].low == 0.2393829033520267
    assert [row.best for row in state.history] == [True] * 3
    assert state.monitor == ("min", "val_loss")
    assert state.best == state.history[2]
    assert state.ended is not None
    assert state.ended.reason == "all 3 epochs are done"


def test_it_was_started_when_its_log_says(real: Run) -> None:
    log = log_of(real)
    log.write_text(lines({"epoch": 1, "loss": 0.5}))
    assert finding.started(real) == template_log.read(real.path).began
    log.unlink()
    assert finding.started(real) == real.config_path.stat().st_mtime


def test_a_run_before_its_last_epoch_was_interrupted(real: Run) -> None:
    value = real.config()
    value["trainer"]["epochs"] = 100
    real.config_path.write_text(json.dumps(value))
    row = summary.summary(real)
    assert (row["status"], row["epoch"], row["epochs"]) == ("interrupted", 3, 100)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe\x00binary\x80\n" * 50,
        b"2020-13-45 99:99:99,000 - trainer - INFO -     epoch          : 1\n",
        b"2020-03-02 10:00:00,000 - trainer - INFO -     epoch          : first\n",
        b"2020-03-02 10:00:00,000 - trainer - INFO -     loss           : 0.5\n",
    ],
    ids=["missing", "empty", "binary", "no date", "no number", "no epoch"],
)
def test_without_a_log_that_can_be_read_the_files_tell(content: bytes | None, real: Run) -> None:
    if content is None:
        log_of(real).unlink()
    else:
        log_of(real).write_bytes(content)
    row = summary.summary(real)
    assert (row["status"], row["epoch"], row["epochs"]) == ("completed", 3, 3)
    assert row["best"] is None
    assert [item["file"] for item in row["checkpoints"]] == [
        "model_best.pth", "checkpoint-epoch1.pth", "checkpoint-epoch2.pth", "checkpoint-epoch3.pth"
    ]  # fmt: skip
    assert summary.report(real)["history"] == []


def test_a_log_that_is_a_folder_is_no_log(real: Run) -> None:
    log = log_of(real)
    log.unlink()
    log.mkdir()
    assert summary.summary(real)["epoch"] == 3


def test_a_log_cut_off_at_any_byte_is_read_as_far_as_it_goes(real: Run) -> None:
    log = log_of(real)
    whole = log.read_bytes()
    for length in range(0, len(whole), 37):
        log.write_bytes(whole[:length])
        row = summary.summary(real)
        assert row["epoch"] == 3
        report = summary.report(real)
        assert len(report["history"]) <= 3
        json.dumps(report, allow_nan=False)


def test_odd_values_in_a_log_are_left_out_or_unknown(real: Run) -> None:
    rows: list[dict[str, Any]] = [
        {"epoch": 1, "loss": "nan", "accuracy": "[0.1, 0.2]", "val_loss": "inf"},
        {"epoch": 2, "loss": 0.5, "val_loss": 0.25},
    ]
    log_of(real).write_text(lines(*rows) + "a line of another program\n")
    history = summary.report(real)["history"]
    assert history[0] == {
        "epoch": 1, "loss": None, "val_loss": None, "lr": None, "seconds": 60.5
    }  # fmt: skip
    assert history[1]["seconds"] == 60.0
    assert summary.summary(real)["best"]["epoch"] == 2


def test_a_long_log_is_read_with_its_older_parts_in_their_order(real: Run) -> None:
    log = log_of(real)
    parts = {".10": 1, ".2": 2, ".1": 3, "": 4}
    for ending, epoch in parts.items():
        log.with_name(log.name + ending).write_text(lines({"epoch": epoch, "loss": 1 / epoch}))
    assert [row.number for row in template_log.read(real.path).epochs] == [1, 2, 3, 4]
    assert [row.seconds for row in template_log.read(real.path).epochs][1:] == [60.0] * 3


@pytest.mark.parametrize("name", ["plain", "with/slashes/inside", "models", "models/models", ""])
def test_the_log_is_found_whatever_the_run_is_called(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "saved" / "models" / name / RUN_ID
    log = tmp_path / "models" / "saved" / "log" / name / RUN_ID / "info.log"
    for path in (folder, log.parent):
        path.mkdir(parents=True)
    assert template_log.path_of(folder) is None
    log.touch()
    assert template_log.path_of(folder) == log


def test_a_folder_with_a_config_alone_is_not_listed(real: Run, tmp_path: Path) -> None:
    failed = real.path.with_name("1123_062600")
    failed.mkdir()
    shutil.copy(real.config_path, failed)
    assert finding.scan(tmp_path / "saved") == [real]


def test_epoch_10_comes_after_epoch_2_and_the_files_of_2018_count(real: Run) -> None:
    for path in real.checkpoints():
        path.unlink()
    log_of(real).unlink()
    names = [
        "checkpoint-epoch10.pth", "checkpoint-epoch2.pth", "model_best.pth.tar", "notes.pth.txt",
        "checkpoint-epoch003-loss-0.1234.pth.tar",
    ]  # fmt: skip
    for name in names:
        (real.path / name).touch()
    assert [path.name for path in real.checkpoints()] == [
        "model_best.pth.tar", "checkpoint-epoch2.pth", "checkpoint-epoch003-loss-0.1234.pth.tar",
        "checkpoint-epoch10.pth",
    ]  # fmt: skip
    assert real.best_checkpoint() == real.path / "model_best.pth.tar"
    (real.path / "model_best.pth.tar").unlink()
    assert real.best_checkpoint() == real.path / "checkpoint-epoch10.pth"


def test_a_file_of_torch_before_16_is_sound_by_its_head(real: Run) -> None:
    old = real.path / "checkpoint-epoch4.pth"
    old.write_bytes(sidecar.LEGACY_HEAD + b"and so on")
    rows = {row["file"]: row["sound"] for row in summary.summary(real)["checkpoints"]}
    assert rows[old.name] is True


@pytest.mark.parametrize(
    ("trainer", "expected"),
    [
        ({"epochs": 5, "monitor": "min val_loss"}, (5, "min val_loss")),
        ({"epochs": 5, "monitor": "val_loss", "monitor_mode": "min"}, (5, "min val_loss")),
        ({"epochs": 5, "monitor": "off"}, (5, "off")),
        ({"epochs": 5, "monitor": None}, (5, "off")),
        ({"epochs": "5", "monitor": "best val_loss"}, (0, "off")),
        ([], (0, "off")),
    ],
)
def test_what_its_config_does_not_say_is_unknown(
    trainer: Any, expected: tuple[int, str], real: Run
) -> None:
    real.config_path.write_text(json.dumps({"name": "Mnist_LeNet", "trainer": trainer}))
    started = real.state().started
    assert started is not None
    assert (started.epochs, started.monitor) == expected


def test_listing_and_showing_it_imports_no_torch(real: Run) -> None:
    code = (
        "import sys\nfrom core.saved import finding, summary\nfrom pathlib import Path\n"
        f"(run,) = finding.scan(Path({str(real.path.parents[2])!r}))\n"
        "assert len(summary.report(run)['history']) == 3\n"
        "assert summary.summary(run)['epoch'] == 3\n"
        "assert not {'torch', 'textual', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
