"""Several processes that train one run: asked, stopped, killed, and taken up again."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import torch
from scratch import FOREVER, wait_for
from tiny_data import tiny_config, tiny_run, train_here

from core import checkpoint, launch, requests, several
from core.config import Config
from core.errors import MistakeError
from core.events import NoticeGiven
from core.journal import Follower

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from core.runs import Run

LONG = {"trainer.epochs": 40, "trainer.early_stop": 0, "trainer.save_period": 100}


def content(run: Run) -> dict[str, Any]:
    return checkpoint.load(run.path / "last.pth").content


def train(run: Run, changes: dict[str, Any] | None = None) -> None:
    process = launch.in_torchrun(run, 2, changes)
    assert process.wait() == 0, run.log_path.read_text()


def notices(run: Run) -> str:
    found = Follower(run.journal_path).read()
    return "\n".join(event.message for event in found if isinstance(event, NoticeGiven))


def answer(run: Run, kind: requests.Kind, **more: Any) -> str:
    """What came of a request."""
    identity = requests.ask(run.requests_path, kind, **more)
    wait_for(lambda: identity in dict(run.state().answers))
    return dict(run.state().answers)[identity]


def ranks(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found = psutil.Process(process.pid).children()
    return sorted((item for item in found if "core" in item.cmdline()), key=lambda item: item.pid)


def under_way(run: Run) -> subprocess.Popen[bytes]:
    process = launch.in_torchrun(run, 2)
    wait_for(lambda: run.state().epoch >= 1 or process.poll() is not None)
    assert process.poll() is None, run.log_path.read_text()
    return process


def test_a_stop_and_a_resume_change_no_bit(tiny_mnist: Path, tmp_path: Path) -> None:
    """The shipped network drops out: the draws of each process must go on."""
    whole = tiny_run(tiny_mnist, tmp_path / "whole", LONG)
    train(whole)
    parts = tiny_run(tiny_mnist, tmp_path / "parts", LONG)
    process = under_way(parts)
    assert answer(parts, "pause") == "paused"
    at = parts.state().step
    assert answer(parts, "save") == "saved"
    assert content(parts)["mnist_tui"]["world_size"] == 2
    assert parts.state().step == at
    requests.ask(parts.requests_path, "stop")
    assert process.wait() == 0
    assert parts.state().status(live=parts.live()) == "stopped"
    assert 0 < content(parts)["mnist_tui"]["step"] < 40 * 9
    train(parts)
    assert notices(parts) == ""
    for name, value in content(whole)["state_dict"].items():
        assert torch.equal(content(parts)["state_dict"][name], value)
    expected = [row.metrics for row in whole.state().history]
    assert [row.metrics for row in parts.state().history] == expected
    further = train_here(parts, {"trainer.epochs": 41})  # by one process
    assert "the number of processes was 2 and is 1" in further.notices
    assert "order of the images go on exactly" in further.notices
    assert further.outcome == "completed"


def test_a_signal_to_one_of_them_stops_all(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    process = under_way(run)
    said = answer(run, "set", path="optimizer.args.lr", value=0.002)
    assert said == "optimizer.args.lr was 0.001 and is 0.002 now"
    ranks(process)[1].send_signal(signal.SIGUSR1)
    assert process.wait() == 0
    ended = run.state().ended
    assert ended is not None
    assert (ended.outcome, ended.reason) == ("stopped", "SIGUSR1")
    assert content(run)["config"]["optimizer"]["args"]["lr"] == 0.002


def test_a_killed_one_ends_the_run(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    worker = several.worker_in(run, {}, 2)
    worker.start()
    wait_for(lambda: run.state().epoch >= 1)
    assert isinstance(worker, several.Processes)
    (torchrun,) = (
        item for item in psutil.Process().children() if "torch.distributed.run" in item.cmdline()
    )
    found = [item for item in torchrun.children() if "core" in item.cmdline()]
    max(found, key=lambda item: item.pid).kill()
    assert worker.join(30)
    assert worker.ended is not None
    assert worker.ended.outcome == "failed"
    assert worker.ended.reason.startswith("another process of this training is gone")
    assert not run.live()
    saved = content(run)["epoch"]
    assert saved >= 1
    further = train_here(run, {"trainer.epochs": saved + 1})
    assert further.outcome == "completed"


@pytest.mark.parametrize(
    ("values", "asked", "expected"),
    [({}, None, 1), ({}, 3, 3), ({"device": "cpu"}, 2, 2), ({"n_gpu": 1}, None, 1)],
)
def test_how_many_processes(
    values: dict[str, Any], asked: int | None, expected: int, tmp_path: Path
) -> None:
    settings = Config.parse(tiny_config(tmp_path, tmp_path, values).value)
    assert several.num_processes(settings, asked) == expected


def test_nproc_is_for_the_cpu(tmp_path: Path) -> None:
    settings = Config.parse(tiny_config(tmp_path, tmp_path, {"device": "cuda:0"}).value)
    with pytest.raises(MistakeError, match=r"^--nproc: is for the CPU"):
        several.num_processes(settings, 2)
