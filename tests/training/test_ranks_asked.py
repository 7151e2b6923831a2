"""Several processes that train one run: asked, stopped, killed, and taken up again."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import forked_ranks
import pytest
import torch
from forked_ranks import Odd
from scratch import FOREVER, wait_for
from tiny_data import STEPS, tiny_run, train_here

from core import checkpoint, requests
from core.events import NoticeGiven
from core.journal import Follower

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from core.runs import Run


def content(run: Run) -> dict[str, Any]:
    return checkpoint.load(run.path / "last.pth").content


def notices(run: Run) -> str:
    found = Follower(run.journal_path).read()
    return "\n".join(event.message for event in found if isinstance(event, NoticeGiven))


def answer(run: Run, kind: requests.Kind, **more: Any) -> str:
    """What came of a request."""
    identity = requests.ask(run.requests_path, kind, **more)
    wait_for(lambda: identity in dict(run.state().answers))
    return dict(run.state().answers)[identity]


def under_way(run: Run, num_processes: int = 2) -> list[ForkServerProcess]:
    ranks = forked_ranks.start(run, num_processes)
    wait_for(lambda: run.state().epoch >= 2 or not ranks[0].is_alive())  # the first is saved
    assert ranks[0].is_alive(), run.log_path.read_text()
    return ranks


def how_it_ended(run: Run) -> tuple[str, str]:
    ended = run.state().ended
    assert ended is not None
    assert not run.live()
    return ended.outcome, ended.reason


def test_a_signal_to_one_stops_all_and_a_resume_changes_no_bit(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    """The shipped network drops out: the draws of each process must go on."""
    whole, parts = (tiny_run(tiny_mnist, tmp_path / name) for name in ("whole", "parts"))
    forked_ranks.train(whole, 2)
    forked_ranks.train(parts, 2, Odd(stop_at=STEPS + 3))
    assert how_it_ended(parts) == ("stopped", "SIGUSR1")
    ours = content(parts)["mnist_tui"]
    assert ours["world_size"] == 2
    assert STEPS < ours["step"] <= 2 * STEPS  # they talk ten times a second, and at an epoch's end
    forked_ranks.train(parts, 2)
    assert notices(parts) == ""
    for name, value in content(whole)["state_dict"].items():
        assert torch.equal(content(parts)["state_dict"][name], value)
    expected = [row.metrics for row in whole.state().history]
    assert [row.metrics for row in parts.state().history] == expected
    further = train_here(parts, {"trainer.epochs": 3})  # by one process
    assert further.outcome == "completed"
    assert "the number of processes was 2 and is 1" in further.notices
    assert "order of the images go on exactly" in further.notices


def test_what_is_asked_of_the_first_is_done_by_all(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    ranks = under_way(run)
    assert answer(run, "pause") == "paused"
    at = run.state().step
    said = answer(run, "set", path="optimizer.args.lr", value=0.002)
    assert said == "optimizer.args.lr was 0.001 and is 0.002 now"
    assert answer(run, "save") == "saved"
    assert content(run)["mnist_tui"]["step"] == run.state().step == at
    assert answer(run, "continue") == "going on"
    wait_for(lambda: run.state().step > at)
    requests.ask(run.requests_path, "stop")
    assert forked_ranks.exit_codes(ranks) == [0, 0]
    assert how_it_ended(run) == ("stopped", "by request")
    assert content(run)["config"]["optimizer"]["args"]["lr"] == 0.002


def test_a_hangup_ends_no_training(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    (alone,) = under_way(run, 1)
    assert alone.pid is not None
    os.kill(alone.pid, signal.SIGHUP)
    at = run.state().epoch
    wait_for(lambda: run.state().epoch > at + 1 or not alone.is_alive())
    os.kill(alone.pid, signal.SIGTERM)
    assert forked_ranks.exit_codes([alone]) == [128 + signal.SIGTERM]
    assert how_it_ended(run) == ("stopped", "SIGTERM")


@pytest.mark.parametrize("number", [0, 1])
def test_a_killed_one_ends_the_run(number: int, tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, FOREVER)
    ranks = under_way(run)
    ranks[number].kill()
    assert set(forked_ranks.exit_codes(ranks)) == {-9, 1}
    if number == 0:  # the one that writes
        assert run.state().status(live=run.live()) == "interrupted"
    else:
        outcome, reason = how_it_ended(run)
        assert outcome == "failed"
        assert reason.startswith("another process of this training is gone")
    saved = content(run)["epoch"]
    assert saved >= 1
    assert train_here(run, {"trainer.epochs": saved + 1}).outcome == "completed"
