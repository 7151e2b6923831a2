"""How many processes a run is trained in, and torchrun that starts them."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from scratch import wait_for
from tiny_data import tiny_config, tiny_run

from core import launch
from core.config import Config
from core.errors import MistakeError
from core.processes import several

if TYPE_CHECKING:
    from pathlib import Path


def test_torchrun_trains_and_a_signal_to_it_is_for_all(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"trainer.epochs": 1000, "trainer.early_stop": 0})
    worker = several.worker_in(run, {}, 2)
    worker.start()
    wait_for(lambda: run.state().epoch >= 1 or not worker.alive)
    assert worker.alive, run.log_path.read_text()
    worker.stop("SIGINT")
    assert worker.join(30)
    assert worker.ended is not None
    assert (worker.ended.outcome, worker.ended.reason) == ("stopped", "SIGINT")
    started = run.state().started
    assert started is not None
    assert started.world_size == 2


def test_one_that_dies_before_the_first_step_fails_the_run(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    """torchrun ends the others with SIGTERM, which nobody asked for."""
    run = tiny_run(tiny_mnist, tmp_path)
    torchrun = launch.in_torchrun(run, 2)
    wait_for(lambda: run.state().phase == "importing torch" and len(ranks(torchrun.pid)) == 2)
    ranks(torchrun.pid)[1].send_signal(signal.SIGKILL)
    assert torchrun.wait(30) == 1
    ended = run.state().ended
    assert ended is not None
    assert ended.outcome == "failed"
    assert ended.reason.startswith("another process of this training is gone")


def ranks(torchrun: int) -> list[psutil.Process]:
    found = psutil.Process(torchrun).children()
    return sorted((item for item in found if "core" in item.cmdline()), key=lambda item: item.pid)


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
