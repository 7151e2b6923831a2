"""Leaving a window that trains at a random moment; tests/benchmarks does each many times."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from leaving import EDITS, end_by_signal, leave_in_background
from program import scratch_in, train, weights

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, tiny_mnist: Path) -> dict[str, Any]:
    """The weights at the end when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    return weights(train(scratch_in(folder, tiny_mnist, EDITS)))


def test_in_the_background_from_any_step_on_the_weights_are_the_same(
    scratch: Scratch, undisturbed: dict[str, Any]
) -> None:
    scratch.write_config(EDITS)
    leave_in_background(scratch, random.Random(7), undisturbed)


@pytest.mark.parametrize("seed", [2, 9], ids=["while it starts", "while it trains"])
def test_a_signal_at_any_moment_ends_it_in_order_and_it_goes_on_to_the_same_weights(
    scratch: Scratch, undisturbed: dict[str, Any], seed: int
) -> None:
    scratch.write_config(EDITS)
    left = end_by_signal(scratch, random.Random(seed), undisturbed)
    assert left.moment.startswith("early") == (seed == 2)
