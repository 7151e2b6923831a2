"""Several processes that train one run come to what one process comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import forked_ranks
import pytest
import torch
from forked_ranks import Odd
from tiny_data import tiny_run, train_here, write_tiny_mnist

from core import checkpoint
from core.loop.averages import Averages
from core.loop.together import Together
from core.processes import several
from core.processes.ranks import ALONE, BY_TORCHRUN, Ranks, of_environment
from core.resuming import check as resume_check
from core.resuming import plan as resume

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

LAST_OF_ONE = {"data_loader.args.batch_size": 77}
"""Of 540 images the last batch of an epoch has one: no rank but the first has a share in it."""


@pytest.fixture(scope="module")
def tiny_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More images than elsewhere: within few steps Adam makes much of the last bits of a sum."""
    return write_tiny_mnist(tmp_path_factory.mktemp("data"), num_train=600)


def weights(run: Run) -> dict[str, torch.Tensor]:
    content: dict[str, torch.Tensor] = checkpoint.load(run.path / "last.pth").content["state_dict"]
    return content


@pytest.mark.parametrize("num_processes", [2, 4])
def test_several_processes_come_to_the_weights_of_one(
    num_processes: int, alone: Run, tiny_mnist: Path, tmp_path: Path
) -> None:
    together, seen = tiny_run(tiny_mnist, tmp_path / "together", LAST_OF_ONE), tmp_path / "seen"
    seen.mkdir()
    forked_ranks.train(together, num_processes, Odd(undropped=True, seen=seen))
    for name, value in weights(alone).items():
        torch.testing.assert_close(weights(together)[name], value, rtol=0, atol=1e-5)
    check_metrics(alone, together, num_processes)
    check_seen(seen, num_processes)


@pytest.fixture(scope="module")
def alone(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What one process comes to, without dropout."""
    run = tiny_run(tiny_mnist, tmp_path_factory.mktemp("alone"), LAST_OF_ONE)
    with pytest.MonkeyPatch.context() as patch:
        forked_ranks.undrop(patch)
        train_here(run)
    return run


def test_a_resume_says_that_as_many_processes_come_to_the_same_bits(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path / "saved")
    forked_ranks.train(run, 2)
    planned = resume.plan(str(run.path), tmp_path / "saved", None, {"trainer.epochs": 3})
    assert several.of_run(run, planned.changes) == 2
    assert resume_check.outlook(planned).differences == ()
    beside = planned.checkpoint.with_name("checkpoint-epoch1.pth")
    earlier = resume.plan(str(beside), tmp_path / "saved", None, {})
    assert earlier.run is None
    assert resume_check.outlook(earlier).differences == ()
    assert several.of_run(earlier.realize(), {}) == 2


def check_metrics(alone: Run, together: Run, num_processes: int) -> None:
    state, expected = together.state(), alone.state()
    assert state.started is not None
    assert state.started.world_size == num_processes
    assert state.status(live=together.live()) == "completed"
    assert (state.epoch, state.step) == (expected.epoch, expected.step)
    for row, other in zip(state.history, expected.history, strict=True):
        assert row.metrics == pytest.approx(other.metrics, abs=1e-5)


def check_seen(seen: Path, num_processes: int) -> None:
    """Each image once an epoch; where a rank has no share it works on the only one again."""
    steps = [
        [list(map(int, line.split())) for line in (seen / str(rank)).read_text().splitlines()]
        for rank in range(num_processes)
    ]
    for epoch in (slice(0, 8), slice(8, 16)):
        whole = [step for rank in steps for step in rank[epoch][:-1]]
        last = [rank[epoch][-1] for rank in steps]
        assert all(step == last[0] for step in last)
        assert sorted([*(index for step in whole for index in step), *last[0]]) == list(range(540))


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("num_samples", [1, 2, 7, 64])
def test_the_shares_of_a_batch_are_the_batch(size: int, num_samples: int) -> None:
    ranks = [rank(number, size) for number in range(size)]
    shares = [(one.share(num_samples), one.num_counted(num_samples)) for one in ranks]
    samples = list(range(num_samples))
    counted = [index for share, num in shares for index in samples[share][:num]]
    assert sorted(counted) == samples
    assert all(samples[share] for share, _ in shares)  # each takes part
    assert max(num for _, num in shares) - min(num for _, num in shares) <= 1


def test_the_weighed_losses_have_the_mean_of_the_batch() -> None:
    losses = torch.rand(7)
    weighed = []
    for number in range(3):
        one = rank(number, 3)
        weighed.append(one.weighed(losses[one.share(7)].mean(), 7))
    torch.testing.assert_close(torch.stack(weighed).mean(), losses.mean())


def test_each_rank_draws_its_own() -> None:
    seeds = {rank(number, 8).seed(123, step) for number in range(1, 8) for step in (0, 9, 18)}
    assert len(seeds) == 7 * 3
    assert rank(0, 8).seed(123) is None  # as a single process does
    assert all(seed is not None and 0 <= seed < 2**32 for seed in seeds)


def test_sums_from_a_checkpoint_are_counted_once() -> None:
    before = Averages(torch.device("cpu"))
    before.add({"loss": torch.tensor(2.0)}, 10)
    sums = []
    for number in range(3):
        averages = Averages(torch.device("cpu"), Deaf(number))
        averages.load_state_dict(before.state_dict())
        assert averages.num_samples == 10
        sums.append(averages.sum("loss"))
    assert sums == [20.0, 0.0, 0.0]


def test_only_torchrun_makes_a_rank() -> None:
    cluster = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    assert of_environment(cluster) is ALONE
    assert of_environment({**cluster, BY_TORCHRUN: "x", "WORLD_SIZE": "1"}) is ALONE
    found = of_environment({**cluster, BY_TORCHRUN: "x"})
    assert (found.rank, found.size, found.local_rank, found.local_size) == (3, 4, 1, 2)
    assert not found.first


class Deaf(Ranks):
    """A rank whose sums nobody adds to those of others."""

    def __init__(self, number: int) -> None:
        self.rank = number


def rank(number: int, size: int) -> Together:
    return Together(rank=number, size=size, local_rank=number, local_size=size)
