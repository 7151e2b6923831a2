"""The monitored metric, by the template's rules."""

from __future__ import annotations

import math

import pytest

from core.judge import Judge


def verdicts(judge: Judge, *values: float | None) -> list[bool]:
    return [judge.judge({"val_loss": value}) for value in values]


def test_a_smaller_value_and_a_tie_are_improvements_where_the_least_is_best() -> None:
    judge = Judge("min val_loss", math.inf)
    assert verdicts(judge, 0.5, 0.5, 0.6, 0.4, 0.45) == [True, True, False, True, False]
    assert (judge.best, judge.num_bad_epochs) == (0.4, 1)


def test_a_larger_value_and_a_tie_are_improvements_where_the_most_is_best() -> None:
    judge = Judge("max val_loss", math.inf)
    assert verdicts(judge, 0.5, 0.5, 0.4, 0.6) == [True, True, False, True]


@pytest.mark.parametrize("mode", ["min", "max"])
def test_what_is_no_number_never_improves(mode: str) -> None:
    judge = Judge(f"{mode} val_loss", math.inf)
    assert verdicts(judge, None, 1.0, None) == [False, True, False]


def test_patience_ends_after_more_bad_epochs_than_it_says() -> None:
    judge = Judge("min val_loss", 2)
    ended = []
    for value in (0.1, 0.2, 0.2, 0.2):
        judge.judge({"val_loss": value})
        ended.append(judge.out_of_patience)
    assert ended == [False, False, False, True]  # the template stops in its fourth epoch too
    assert judge.verdict() == "val_loss has not improved for 3 epochs"


def test_a_tie_gives_the_patience_back() -> None:
    judge = Judge("min val_loss", 1)
    verdicts(judge, 0.1, 0.2, 0.1, 0.2)
    assert not judge.out_of_patience


def test_nothing_is_best_when_nothing_is_watched() -> None:
    judge = Judge("off", 0)
    assert verdicts(judge, 0.1, 0.0) == [False, False]
    assert not judge.out_of_patience


def test_a_judge_goes_on_from_its_state_but_not_from_that_of_another_metric() -> None:
    judge = Judge("min val_loss", 5)
    verdicts(judge, 0.3, 0.4)
    same, other = Judge("min val_loss", 5), Judge("max val_accuracy", 5)
    same.load_state_dict(judge.state_dict())
    other.load_state_dict(judge.state_dict())
    assert (same.best, same.num_bad_epochs) == (0.3, 1)
    assert (other.best, other.num_bad_epochs) == (-math.inf, 0)
