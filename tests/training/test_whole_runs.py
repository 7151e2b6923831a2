"""Runs from the config to the last file, in a thread and as processes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import torch
import warm
from tiny_data import STEPS, tiny_run, train_here

from core import launch, requests
from core.events import EpochEnded, RunEnded, RunStarted
from core.journal import Follower
from core.processes import child
from core.saved import sidecar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.runs import Run

TEMPLATE_KEYS = {"arch", "epoch", "state_dict", "optimizer", "monitor_best", "config"}
PATIENCE_SECONDS = 60
FOREVER = {"trainer.epochs": 10**6, "trainer.save_period": 10**6, "trainer.early_stop": 0}


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def check_files(run: Run) -> None:
    """All that a finished run of two epochs leaves behind, and nothing more."""
    names = {"last.pth", "model_best.pth", "checkpoint-epoch1.pth", "checkpoint-epoch2.pth"}
    assert {path.name for path in run.checkpoints()} == names
    others = {"config.json", "events.jsonl", "train.log"} | {f"{name}.json" for name in names}
    assert {path.name for path in run.path.iterdir()} == names | others
    for path in run.checkpoints():
        content = torch.load(path, weights_only=True)
        assert set(content) == TEMPLATE_KEYS | {"mnist_tui"}
        assert type(content["config"]) is dict
        assert content["config"] == run.config()
        assert content["arch"] == "MnistModel"
        facts = sidecar.read(path)
        assert facts is not None
        assert facts.file == path.name
        assert facts.bytes == path.stat().st_size
        assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (facts.epoch, facts.step) == (content["epoch"], content["mnist_tui"]["step"])
        assert facts.metrics == content["mnist_tui"]["history"][-1]["metrics"]
    assert sidecar.is_whole(run.path / "last.pth")


def check_journal(run: Run) -> None:
    state = run.state()
    assert state.status(live=run.live()) == "completed"
    assert [row.epoch for row in state.history] == [1, 2]
    assert (state.epoch, state.step) == (2, 2 * STEPS)
    assert state.ended is not None
    assert state.ended.reason == "all 2 epochs are done"
    keys = ["loss", "accuracy", "top_k_acc", "val_loss", "val_accuracy", "val_top_k_acc"]
    assert list(state.history[0].metrics) == keys
    assert "epoch 2: loss" in run.log_path.read_text()


def test_a_run_in_a_thread_leaves_all_its_files(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    worker = launch.in_thread(run)
    assert worker.join(PATIENCE_SECONDS)
    assert worker.error is None
    assert worker.ended is not None
    assert worker.ended.outcome == "completed"
    check_files(run)
    check_journal(run)


def test_a_run_as_a_process_leaves_all_its_files_whatever_lies_around(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "core").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (tmp_path / "core" / name).write_text("raise SystemExit('somebody else')\n")
    monkeypatch.chdir(tmp_path)
    run = tiny_run(tiny_mnist, tmp_path / "saved")
    process = launch.in_process(run)
    assert process.wait(PATIENCE_SECONDS) == 0, run.log_path.read_text()
    check_files(run)
    check_journal(run)
    beside = tiny_run(tiny_mnist, tmp_path / "beside")
    train_here(beside)
    weights, same = (
        torch.load(item.path / "last.pth", weights_only=True)["state_dict"]
        for item in (run, beside)
    )
    assert all(torch.equal(weights[name], same[name]) for name in weights)


@pytest.mark.parametrize(("number", "paused"), [(signal.SIGTERM, False), (signal.SIGUSR1, True)])
def test_a_signal_saves_the_exact_step_and_the_run_goes_on_from_it(
    number: signal.Signals, paused: bool, tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    process = warm.train(run)
    wait_for(lambda: run.state().epoch >= 1)
    if paused:
        requests.ask(run.requests_path, "pause")
        wait_for(lambda: run.state().paused)
    process.send_signal(number)
    assert process.wait(PATIENCE_SECONDS) == 128 + number
    state = run.state()
    assert state.status(live=run.live()) == "stopped"
    assert state.ended is not None
    assert state.ended.reason == number.name
    content = torch.load(run.path / "last.pth", weights_only=True)
    ours = content["mnist_tui"]
    # At most ten steps a second are in the journal; the checkpoint is never behind them.
    assert ours["step"] >= state.step
    assert ours["step"] == content["epoch"] * STEPS + ours["step_in_epoch"]
    went_on = train_here(run, {"trainer.epochs": content["epoch"] + 1})
    assert went_on.outcome == "completed"
    assert went_on.all(RunStarted)[0].step == ours["step"]


def python_m_core(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        env={**child.environment(), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_a_child_of_another_version_refuses(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    done = python_m_core(str(run.path), environment={child.VERSION_VARIABLE: "0.0.0"})
    assert done.returncode == 2
    assert "the caller is 0.0.0" in done.stderr
    assert "Traceback" not in done.stderr
    assert run.journal_path.read_bytes() == b""


def test_a_folder_that_is_no_run_is_a_mistake_of_the_callers(tmp_path: Path) -> None:
    done = python_m_core(str(tmp_path), environment={})
    assert done.returncode == 2
    assert (
        done.stderr
        == f"mnist-tui: {tmp_path}: holds no config.json, so it is not a run directory\n"
    )


def test_a_second_writer_is_refused(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    first = launch.in_thread(run)
    try:
        wait_for(lambda: run.state().step > 0)
        second = launch.in_thread(run)
        assert second.join(PATIENCE_SECONDS)
        assert second.ended is None
        assert f"is already being trained by pid {os.getpid()}" in str(second.error)
        assert python_m_core(str(run.path), environment={}).returncode == 2
        assert first.alive
    finally:
        first.stop("SIGTERM")
        assert first.join(PATIENCE_SECONDS)
    assert len([e for e in Follower(run.journal_path).read() if isinstance(e, RunEnded)]) == 1


def test_a_run_whose_folder_is_gone_is_one_sentence(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    for path in run.path.iterdir():
        path.unlink()
    run.path.rmdir()
    worker = launch.in_thread(run)
    assert worker.join(PATIENCE_SECONDS)
    assert str(run.path) in str(worker.error)


def test_requests_are_answered_while_a_process_trains(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    process = warm.train(run)

    def outcome_of(request: str) -> str:
        answers: dict[str, str] = {}
        wait_for(lambda: answers.update(run.state().answers) or request in answers)
        return answers[request]

    wait_for(lambda: run.state().step > 0)
    assert outcome_of(requests.ask(run.requests_path, "pause")) == "paused"
    wait_for(lambda: run.state().paused)
    used = psutil.Process(process.pid).cpu_times().user
    time.sleep(0.5)
    assert psutil.Process(process.pid).cpu_times().user - used < 0.3
    assert run.state().status(live=run.live()) == "paused"
    assert outcome_of(requests.ask(run.requests_path, "continue")) == "going on"
    assert outcome_of(requests.ask(run.requests_path, "stop")) == "stopping"
    assert process.wait(PATIENCE_SECONDS) == 0  # as asked
    state = run.state()
    assert state.ended is not None
    assert (state.ended.outcome, state.ended.reason) == ("stopped", "by request")


def test_a_loss_that_is_no_number_fails_the_process_and_spares_the_good_checkpoints(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run)
    good = {path.name: path.read_bytes() for path in run.checkpoints()}
    edited: dict[str, Any] = {"optimizer": {"type": "SGD", "args": {"lr": 1e30}}}
    edited["trainer.epochs"] = 3
    arguments = [str(run.path), "--changes", json.dumps(edited)]
    done = warm.run(arguments, cwd=tmp_path, env=child.environment(), module="core")
    assert done.returncode == 1
    assert "try a smaller optimizer.args.lr than 1e+30" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in run.checkpoints()} == good
    assert run.state().status(live=False) == "failed"
    assert [e.epoch for e in Follower(run.journal_path).read() if isinstance(e, EpochEnded)] == [
        1,
        2,
    ]
