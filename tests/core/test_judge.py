"""What is best, and when patience ends: pytorch-template's rules."""

from __future__ import annotations

import math

import pytest

from core.judge import Judge


@pytest.mark.parametrize(
    ("monitor", "values", "expected"),
    [
        ("min loss", [3.0, 2.0, 2.5, 1.0], [True, True, False, True]),
        ("max loss", [3.0, 2.0, 3.5, 1.0], [True, False, True, False]),
        ("min loss", [2.0, 2.0], [True, True]),
        ("max loss", [2.0, 2.0], [True, True]),
        ("min loss", [None, math.nan, 2.0, None, 1.0], [False, False, True, False, True]),
        ("max loss", [math.nan, 2.0], [False, True]),
        ("off", [1.0, 0.5], [False, False]),
    ],
)
def test_a_tie_counts_and_what_is_no_number_never_does(
    monitor: str, values: list[float | None], expected: list[bool]
) -> None:
    judge = Judge(monitor, math.inf)
    assert [judge.judge({"loss": value}) for value in values] == expected


def test_a_run_ends_after_more_bad_epochs_than_its_patience() -> None:
    judge = Judge("min loss", 2)
    ends = []
    for value in (1.0, 2.0, 2.0, 2.0):
        judge.judge({"loss": value})
        ends.append(judge.out_of_patience)
    assert ends == [False, False, False, True]
    assert judge.verdict() == "loss has not improved for 3 epochs"


def test_without_a_monitor_patience_never_ends() -> None:
    judge = Judge("off", 1)
    for _ in range(5):
        judge.judge({"loss": 1.0})
    assert not judge.out_of_patience


def test_a_resumed_judge_goes_on_counting_its_own_metric() -> None:
    first = Judge("min loss", 5)
    first.judge({"loss": 1.0})
    first.judge({"loss": 2.0})
    second = Judge("min loss", 5)
    second.load_state_dict(first.state_dict())
    assert (second.best, second.num_bad_epochs) == (1.0, 1)
    assert not second.judge({"loss": 1.5})
    other = Judge("max accuracy", 5)
    other.load_state_dict(first.state_dict())
    assert other.judge({"accuracy": 0.1})
