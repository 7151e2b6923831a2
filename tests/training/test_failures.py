"""Full disks, folders that cannot be written, losses that are no number: said and survived."""

from __future__ import annotations

import errno
import math
import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest
import torch
from tiny_data import tiny_run, train_here

from core import checkpoint, files, journal, launch
from core.events import CheckpointFailed, CheckpointSaved, EpochEnded, PhaseChanged, StepEnded
from core.loop.step_log import NonFiniteLossError
from core.loop.training import Training
from core.processes import child
from core.resuming import beginning
from core.saved import sidecar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.events import Event

DISK_FULL = OSError(errno.ENOSPC, "No space left on device")
TORCH_SAYS = RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 64 vs 0")


def fail_with(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_arguments: object, **_named: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize("error", [DISK_FULL, TORCH_SAYS], ids=["OSError", "RuntimeError"])
def test_a_failed_save_is_said_and_training_goes_on(
    error: Exception, tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 3})
    writes = files.write_atomic

    def on_event(event: Event) -> None:
        if isinstance(event, EpochEnded):
            broken = event.epoch == 2
            monkeypatch.setattr(checkpoint, "write_atomic", fail_with(error) if broken else writes)

    trained = train_here(run, on_event=on_event)
    assert trained.outcome == "completed"
    failed = trained.all(CheckpointFailed)
    assert {event.file for event in failed} >= {"last.pth", "checkpoint-epoch2.pth"}
    assert {event.reason for event in failed} == {getattr(error, "strerror", None) or str(error)}
    assert [event.epoch for event in trained.all(CheckpointSaved) if event.file == "last.pth"] == [
        1,
        3,
    ]
    for path in run.checkpoints():
        checkpoint.load(path)


def test_what_fails_at_the_end_is_no_success(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    monkeypatch.setattr(checkpoint, "write_atomic", fail_with(DISK_FULL))
    trained = train_here(run, stop_at=3)
    assert trained.outcome == "failed"
    assert trained.reason == "SIGTEST, but the last position was not saved: No space left on device"


def test_a_disk_that_is_nearly_full_spares_the_old_checkpoint(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run, stop_at=3)
    old = (run.path / "last.pth").read_bytes()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=100_000))
    trained = train_here(run, stop_at=3)
    assert "only 100,000 bytes are free" in trained.all(CheckpointFailed)[0].reason
    assert (run.path / "last.pth").read_bytes() == old


def test_a_disk_that_fails_under_a_file_leaves_nothing_half_written(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    monkeypatch.setattr(os, "fsync", fail_with(OSError(errno.EIO, "Input/output error")))
    trained = train_here(run)
    assert len(trained.all(EpochEnded)) == 2
    assert {event.reason for event in trained.all(CheckpointFailed)} == {"Input/output error"}
    assert {path.name for path in run.path.iterdir()} == {"config.json", "events.jsonl"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_said(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged):
            run.path.chmod(0o500)

    trained = train_here(run, on_event=on_event)
    run.path.chmod(0o700)
    assert len(trained.all(EpochEnded)) == 2
    assert {event.reason for event in trained.all(CheckpointFailed)} == {"Permission denied"}


def test_a_folder_that_is_deleted_meanwhile_is_said(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.phase == "validating":
            shutil.rmtree(run.path, ignore_errors=True)

    trained = train_here(run, on_event=on_event)
    assert len(trained.all(EpochEnded)) == 2
    assert trained.outcome == "failed"
    assert "No such file or directory" in trained.reason


def test_a_journal_that_cannot_be_written_waits_until_it_can(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    append = journal.Journal.append
    first_epoch: list[Event] = []

    def full_for_a_while(self: journal.Journal, event: Event) -> None:
        if isinstance(event, EpochEnded) and not first_epoch:
            first_epoch.append(event)
            raise DISK_FULL
        append(self, event)

    monkeypatch.setattr(journal.Journal, "append", full_for_a_while)
    worker = launch.in_thread(run)
    assert worker.join(60)
    assert worker.ended is not None
    assert worker.ended.outcome == "completed"
    assert [row.epoch for row in run.state().history] == [1, 2]


def test_a_loss_that_is_no_number_ends_the_run_before_anything_is_saved(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    edits = {"optimizer": {"type": "SGD", "args": {"lr": 1e30}}}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    events: list[Event] = []
    with pytest.raises(NonFiniteLossError, match=r"epoch 1, step \d: try a smaller"):
        train_here(run, on_event=events.append)
    assert run.checkpoints() == []
    assert any(isinstance(event, StepEnded) and event.loss is None for event in events)


@pytest.mark.parametrize("stop_at", [None, 1], ids=["at the end of an epoch", "at a stop"])
def test_weights_that_are_no_numbers_never_replace_good_ones(
    stop_at: int | None, tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 1})
    train_here(run)
    good = {path.name: path.read_bytes() for path in run.checkpoints()}
    step_on = Training.step_on

    def one_last_good_loss(training: Training, indices: torch.Tensor) -> None:
        step_on(training, indices)
        if training.step_in_epoch == training.num_steps or stop_at:
            next(training.model.parameters()).data.fill_(math.nan)

    monkeypatch.setattr(Training, "step_on", one_last_good_loss)
    with pytest.raises(NonFiniteLossError, match=r"nan in epoch 2: try a smaller optimizer"):
        train_here(run, {"trainer.epochs": 2}, stop_at=stop_at)
    assert {path.name: path.read_bytes() for path in run.checkpoints()} == good


def test_only_the_newest_checkpoints_are_kept(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"trainer.epochs": 4, "trainer.keep_checkpoints": 2}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run)
    names = {path.name for path in run.path.glob("*.pth*")}
    kept = {"checkpoint-epoch3.pth", "checkpoint-epoch4.pth", "last.pth", "model_best.pth"}
    assert names == kept | {f"{name}.json" for name in kept}


def test_epoch_ten_is_newer_than_epoch_nine(tiny_mnist: Path, tmp_path: Path) -> None:
    edits = {"trainer.epochs": 11, "trainer.keep_checkpoints": 2, "trainer.len_epoch": 1}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run)
    names = {path.name for path in run.path.glob("checkpoint-*.pth")}
    assert names == {"checkpoint-epoch10.pth", "checkpoint-epoch11.pth"}


def test_nothing_is_pruned_when_the_new_one_could_not_be_saved(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = {"trainer.epochs": 1, "trainer.keep_checkpoints": 1}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    train_here(run)
    monkeypatch.setattr(checkpoint, "write_atomic", fail_with(DISK_FULL))
    train_here(run, {"trainer.epochs": 3})
    assert (run.path / "checkpoint-epoch1.pth").exists()


def test_what_a_killed_writer_left_half_written_is_swept(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    stale = [run.path / ".last.pth.ab12cd_9.tmp", run.path / ".last.pth.json.ab12cd_9.tmp"]
    foreign = [run.path / ".last.pth.test.json.ab12cd_9.tmp", run.path / "notes.tmp"]
    for path in (*stale, *foreign):
        path.write_text("half")
    train_here(run, stop_at=1)
    assert not any(path.exists() for path in stale)
    assert all(path.exists() for path in foreign)


def test_best_is_saved_whenever_it_is_best_and_last_always(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 3, "trainer.save_period": 2})
    trained = train_here(run)
    saved = [(event.epoch, event.file) for event in trained.all(CheckpointSaved)]
    assert [epoch for epoch, file in saved if file == "last.pth"] == [1, 2, 3]
    assert [epoch for epoch, file in saved if file.startswith("checkpoint")] == [2]
    best = [event.epoch for event in trained.all(EpochEnded) if event.best]
    assert [epoch for epoch, file in saved if file == "model_best.pth"] == best
    facts = sidecar.read(run.path / "model_best.pth")
    assert facts is not None
    assert facts.epoch == best[-1]


def test_patience_ends_a_run_and_its_last_epoch_is_saved(tiny_mnist: Path, tmp_path: Path) -> None:
    # It learns, so the highest loss stays that of the first epoch.
    edits = {"trainer.monitor": "max loss", "trainer.early_stop": 1, "trainer.epochs": 9}
    run = tiny_run(tiny_mnist, tmp_path, edits)
    trained = train_here(run)
    assert [event.num_bad_epochs for event in trained.all(EpochEnded)] == [0, 1, 2]
    assert trained.reason == "loss has not improved for 2 epochs"
    assert torch.load(run.path / "last.pth", weights_only=True)["epoch"] == 3


def test_a_limit_on_file_sizes_ends_cleanly_and_leaves_the_older_checkpoints(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    """The kernel itself refuses to write on, as a full disk does."""
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 4})
    train_here(run, stop_at=12)
    before = {path.name: path.read_bytes() for path in run.checkpoints()}
    limit = len(before["last.pth"]) // 2

    def forbid() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "core", str(run.path)],
        preexec_fn=forbid,
        env=child.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + run.log_path.read_text()
    state = run.state()
    assert state.epoch == 4
    assert state.ended is not None
    assert state.ended.outcome == "failed"
    assert "the last position was not saved: File too large" in state.ended.reason
    assert {path.name: path.read_bytes() for path in run.checkpoints()} == before
    assert beginning.newest_valid(run)[0].step == 11
    assert list(run.path.glob("*.tmp*")) == []
