"""The images a second that a live run is said to train at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scratch import beginning

from core import events as e
from core.state import RunState, fold
from tui.live.speed import images_per_second

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED = beginning(epochs=10)[0]
BATCH = 60


def test_nothing_is_said_before_the_first_step() -> None:
    assert images_per_second(RunState()) is None
    assert images_per_second(fold(RunState(), [STARTED])) is None


def test_the_first_step_is_all_there_is_to_go_by() -> None:
    assert rate([(0.1, 2)]) == 1200


def test_busy_cores_do_not_make_it_jump() -> None:
    uneven = [(0.1, 30), (0.1, 10)] * 40  # 18,000 and 6,000 images a second by turns
    shown = {rate(uneven[:number]) for number in range(50, 80)}
    assert shown
    assert max(shown) - min(shown) < 300
    assert min(shown) == pytest.approx(12000, rel=0.03)


def test_it_is_that_of_all_images_in_their_time_rather_than_the_mean_of_rates() -> None:
    assert rate([(0.1, 10), (0.1, 10), (0.3, 10)]) == pytest.approx(20 * BATCH / 0.4)


def test_some_seconds_later_it_is_the_new_pace() -> None:
    slowed = [(0.1, 20)] * 60 + [(0.1, 5)] * 51
    assert rate(slowed) == 3000


def test_a_pause_and_a_validation_leave_it_as_it_was() -> None:
    steps = list(told([(0.1, 20)] * 40))
    time = steps[-1].time + 3600.0
    after = e.StepEnded(
        epoch=1, step=steps[-1].step + 1, step_in_epoch=1, loss=1.0, lr=0.1,
        images_per_second=3000.0, time=time,
    )  # fmt: skip
    events = [e.RunPaused(time=steps[-1].time), e.RunContinued(time=time - 0.1), after]
    state = fold(RunState(), [STARTED, *steps, *events])
    assert images_per_second(state) == pytest.approx(12000, rel=0.02)


def test_steps_that_take_seconds_are_averaged_over_a_few() -> None:
    assert rate([(3.0, 1), (6.0, 1)] * 4) == pytest.approx(BATCH / 4.5, rel=0.12)


def test_another_start_begins_anew() -> None:
    state = fold(RunState(), [STARTED, *told([(0.1, 20)] * 40), STARTED])
    assert images_per_second(state) is None


def test_three_digits_are_enough() -> None:
    assert rate([(0.1, 20), (0.0987, 20)]) == 12200


def rate(steps: list[tuple[float, int]]) -> float:
    found = images_per_second(fold(RunState(), [STARTED, *told(steps)]))
    assert found is not None
    return found


def told(steps: list[tuple[float, int]]) -> Iterator[e.StepEnded]:
    """Events, each after so many seconds and steps."""
    time, number = STARTED.time, 0
    for seconds, new in steps:
        time, number = time + seconds, number + new
        yield e.StepEnded(
            epoch=1, step=number, step_in_epoch=number, loss=1.0, lr=0.1,
            images_per_second=new * BATCH / seconds, time=time,
        )  # fmt: skip
