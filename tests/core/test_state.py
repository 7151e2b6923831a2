"""A journal folded into what a view shows."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import events as e
from core.record.curve import NUM_BUCKETS, Curve
from core.state import NUM_NOTICES, RunState, fold

NUM_STEPS = 10


def started(epoch: int = 0, step: int | None = None, **fields: Any) -> e.RunStarted:
    known: dict[str, Any] = {
        "pid": 1, "host": "h", "device": "cpu", "threads": 2, "world_size": 1, "seed": 123,
        "versions": {}, "save_dir": "/s", "data_dir": "/d", "epoch": epoch,
        "step": epoch * NUM_STEPS if step is None else step, "epochs": 5, "num_steps": NUM_STEPS,
        "num_train": 100, "num_validation": 10, "num_parameters": 1, "monitor": "min val_loss",
        "early_stop": None, "time": 1.0,
    }  # fmt: skip
    return e.RunStarted(**known | fields)


def step(number: int, loss: float | None = 0.5, rate: float = 100.0) -> e.StepEnded:
    epoch, in_epoch = divmod(number - 1, NUM_STEPS)
    return e.StepEnded(
        time=float(number),
        epoch=epoch + 1,
        step=number,
        step_in_epoch=in_epoch + 1,
        loss=loss,
        lr=0.1,
        images_per_second=rate,
    )


def epoch(number: int, loss: float = 0.5, *, best: bool = True, inherited: bool = False) -> Any:
    return e.EpochEnded(
        time=float(number),
        epoch=number,
        step=number * NUM_STEPS,
        metrics={"loss": loss, "val_loss": loss},
        lr=0.1,
        seconds=1.0,
        images_per_second=100.0,
        best=best,
        num_bad_epochs=0,
        inherited=inherited,
    )


def saved(file: str, number: int = 1) -> e.CheckpointSaved:
    return e.CheckpointSaved(file=file, epoch=number, step=number * NUM_STEPS, num_bytes=5)


events = st.one_of(
    st.builds(started, epoch=st.integers(0, 4), time=st.floats(0, 10)),
    st.builds(step, st.integers(1, 50), st.none() | st.floats(0, 3)),
    st.builds(step, st.integers(1, 50), st.none() | st.floats(0, 3)),
    st.builds(epoch, st.integers(1, 5), st.floats(0, 3), best=st.booleans()),
    st.builds(epoch, st.integers(1, 5), inherited=st.just(True)),
    st.builds(saved, st.sampled_from(["last.pth", "model_best.pth"])),
    st.builds(e.CheckpointFailed, file=st.just("last.pth"), reason=st.just("full")),
    st.builds(e.PhaseChanged, phase=st.sampled_from(["training", "validating"])),
    st.builds(e.RunPaused),
    st.builds(e.RunContinued),
    st.builds(e.RequestHandled, id=st.text(max_size=2), outcome=st.just("saved")),
    st.builds(e.NoticeGiven, message=st.text(max_size=2)),
    st.builds(e.Heartbeat, time=st.floats(0, 10)),
    st.builds(e.RunEnded, outcome=st.just("stopped"), reason=st.just(""), seconds=st.just(1.0)),
)


@given(st.lists(events, max_size=30))
@settings(max_examples=150)
def test_a_batch_gives_the_state_that_single_events_give(batch: list[e.Event]) -> None:
    one_by_one = reduce(lambda state, event: fold(state, [event]), batch, RunState())
    # repr, since a gap in a curve is a value that does not equal itself
    assert repr(fold(RunState(), batch)) == repr(one_by_one)


@given(st.lists(events, max_size=30), st.data())
def test_it_does_not_matter_where_a_batch_is_cut(batch: list[e.Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(batch)))
    parts = fold(fold(RunState(), batch[:cut]), batch[cut:])
    assert repr(fold(RunState(), batch)) == repr(parts)


def test_no_events_change_nothing() -> None:
    state = fold(RunState(), [started(), step(1)])
    assert fold(state, []) is state


def test_a_curve_of_any_length_keeps_its_spike_and_its_gap() -> None:
    values = [math.sin(x / 1000) for x in range(200_000)]
    values[123_456], values[77_777] = 1e6, -1e6
    values[150_000] = math.nan
    curve = Curve()
    for start in range(0, len(values), 1000):
        xs = range(start, min(start + 1000, len(values)))
        curve = curve.extend(xs, [values[x] for x in xs], [2.0 * x for x in xs])
        assert len(curve.buckets) <= NUM_BUCKETS
    assert len(curve.buckets) > NUM_BUCKETS // 4
    assert max(bucket.high for bucket in curve.buckets) == 1e6
    assert min(bucket.low for bucket in curve.buckets) == -1e6
    (gap,) = [bucket for bucket in curve.buckets if math.isnan(bucket.low)]
    assert math.isnan(gap.high)
    assert 150_000 <= gap.x < 150_000 + curve.stride
    places = [bucket.x for bucket in curve.buckets]
    assert places == sorted(places)
    assert places[-1] == 199_999


def test_a_short_curve_is_kept_point_by_point() -> None:
    curve = Curve().extend([0.1, 0.2], [3.0, 2.0], [1.0, 2.0])
    assert curve.buckets == ((0.1, 3.0, 3.0, 3.0, 1.0), (0.2, 2.0, 2.0, 2.0, 2.0))
    assert curve.until(0.2) is curve
    assert len(curve.until(0.15).buckets) == 1
    assert curve.until(0.0).append(0.3, 1.0, 3.0).buckets[-1].x == 0.3


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=60), st.integers(1, 60))
def test_a_bucket_has_the_mean_and_the_time_of_what_is_in_it(
    values: list[float], size: int
) -> None:
    curve = Curve(stride=len(values))
    for start in range(0, len(values), size):
        xs = range(start, min(start + size, len(values)))
        curve = curve.extend(xs, values[start : start + size], xs)
    (bucket,) = curve.buckets
    assert bucket.mean == pytest.approx(sum(values) / len(values))
    assert (bucket.low, bucket.high) == (min(values), max(values))
    assert (bucket.x, bucket.seconds) == (len(values) - 1, len(values) - 1)


def test_every_metric_and_the_learning_rate_have_a_curve() -> None:
    state = fold(RunState(), [started(), step(1), step(10), epoch(1, 0.5), epoch(2, 0.25)])
    assert {name: [b.high for b in curve.buckets] for name, curve in state.metrics.items()} == {
        "loss": [0.5, 0.25],
        "val_loss": [0.5, 0.25],
    }
    assert [(bucket.x, bucket.low) for bucket in state.lr.buckets] == [(0.1, 0.1), (1.0, 0.1)]
    told_again = fold(state, [started(epoch=1), epoch(2, 0.75)])
    assert [bucket.high for bucket in told_again.metrics["loss"].buckets] == [0.5, 0.75]
    assert [row.epoch for row in told_again.history] == [1, 2]


def test_a_metric_that_is_not_finite_is_a_gap() -> None:
    row = epoch(1)
    row.metrics["val_loss"] = None
    (bucket,) = fold(RunState(), [started(), row]).metrics["val_loss"].buckets
    assert math.isnan(bucket.low)


def test_where_a_run_was_taken_up_again_is_kept() -> None:
    state = fold(RunState(), [started(), step(25), started(epoch=2, step=25)])
    assert state.resumes == (2.5,)
    assert fold(state, [started(epoch=3)]).resumes == (2.5, 3.0)
    assert fold(state, [started(epoch=1)]).resumes == (1.0,)
    assert fold(state, [started(epoch=0)]).resumes == ()


def test_only_the_time_of_training_is_counted() -> None:
    def at(time: float, event: Any) -> Any:
        return replace(event, time=time)

    batch = [
        at(100.0, started()),
        at(101.0, step(1)),
        at(102.0, e.RunPaused()),
        at(150.0, e.RunContinued()),
        at(151.0, step(2)),
        at(155.0, epoch(1)),
    ]
    state = fold(RunState(), batch)
    assert state.seconds == 7.0
    assert [bucket.seconds for bucket in state.train_loss.buckets] == [1.0, 3.0]
    assert state.metrics["loss"].seconds == 7.0
    # Nobody trained between the end and the next start, and what came after a position is gone.
    resumed = fold(state, [at(500.0, started(epoch=1)), at(502.0, step(11))])
    assert resumed.seconds == 9.0
    assert fold(state, [at(500.0, started(epoch=0))]).seconds == 0.0


def test_inherited_epochs_bring_their_time() -> None:
    state = fold(RunState(), [started(epoch=2), *(epoch(n, inherited=True) for n in (1, 2))])
    assert [bucket.seconds for bucket in state.train_loss.buckets] == [1.0, 2.0]
    assert state.seconds == 2.0


def test_steps_give_the_position_and_the_curve() -> None:
    state = fold(RunState(), [started(), step(1, 2.0), step(15, None)])
    assert (state.step, state.step_in_epoch, state.epoch) == (15, 5, 0)
    assert [bucket.x for bucket in state.train_loss.buckets] == [0.1, 1.5]
    assert math.isnan(state.train_loss.buckets[-1].low)
    assert state.time == 15.0


def test_a_resume_goes_back_to_its_position() -> None:
    first = [started(), *(step(n) for n in range(1, 26)), epoch(1), epoch(2, best=False)]
    state = fold(RunState(), [*first, started(epoch=1)])
    assert (state.epoch, state.step, state.step_in_epoch) == (1, 10, 0)
    assert [row.epoch for row in state.history] == [1]
    assert max(bucket.x for bucket in state.train_loss.buckets) == 1.0
    assert state.last_step is None
    state = fold(state, [step(11), epoch(2)])
    assert [row.epoch for row in state.history] == [1, 2]
    assert len(state.train_loss.buckets) == 11


def test_a_resume_in_the_middle_of_an_epoch_keeps_its_steps() -> None:
    first = [started(), *(step(n) for n in range(1, 26)), epoch(1), epoch(2)]
    state = fold(RunState(), [*first, started(epoch=2, step=23)])
    assert (state.epoch, state.step, state.step_in_epoch) == (2, 23, 3)
    assert state.train_loss.buckets[-1].x == 2.3


def test_the_best_epoch_is_the_last_that_was_best() -> None:
    batch = [started(), epoch(1, 0.5), epoch(2, 0.3), epoch(3, 0.4, best=False)]
    state = fold(RunState(), batch)
    assert state.best is not None
    assert state.best.epoch == 2
    state = fold(state, [started(epoch=1)])
    assert state.best is not None
    assert state.best.epoch == 1
    assert fold(state, [started(epoch=0)]).best is None


def test_inherited_epochs_are_never_doubled() -> None:
    parents = [epoch(n, inherited=True) for n in (1, 2, 3)]
    start = started(epoch=3, step=34)
    once = fold(RunState(), [start, *parents])
    twice = fold(once, [start, *parents])
    for state in (once, twice):
        assert [row.epoch for row in state.history] == [1, 2, 3]
        assert [bucket.x for bucket in state.train_loss.buckets] == [1.0, 2.0, 3.0]
        assert (state.epoch, state.step, state.step_in_epoch) == (3, 34, 4)
    assert [row.epoch for row in fold(twice, [epoch(4)]).history] == [1, 2, 3, 4]


STOPPED = e.RunEnded(outcome="stopped", reason="", seconds=1.0)
FAILED = e.RunEnded(outcome="failed", reason="", seconds=1.0)
COMPLETED = e.RunEnded(outcome="completed", reason="", seconds=1.0)
AGAIN = e.PhaseChanged(phase="importing torch")


@pytest.mark.parametrize(
    ("batch", "live", "status"),
    [
        ([], True, "running"),
        ([], False, "interrupted"),
        ([started()], True, "running"),
        ([started()], False, "interrupted"),
        ([started(), e.RunPaused()], True, "paused"),
        ([started(), e.RunPaused()], False, "interrupted"),
        ([started(), e.RunPaused(), e.RunContinued()], True, "running"),
        ([started(), COMPLETED], False, "completed"),
        ([started(), COMPLETED], True, "completed"),
        ([started(), e.RunPaused(), STOPPED], False, "stopped"),
        ([FAILED], False, "failed"),
        ([started(), STOPPED, AGAIN], True, "running"),
        ([started(), STOPPED, AGAIN], False, "interrupted"),
        ([started(), STOPPED, started(epoch=1)], True, "running"),
        ([started(), e.RunPaused(), started(epoch=1)], True, "running"),
    ],
)
def test_the_status_follows_from_the_end_and_the_lock(
    batch: list[e.Event], live: bool, status: str
) -> None:
    assert fold(RunState(), batch).status(live=live) == status


def test_trouble_lasts_until_a_save_succeeds() -> None:
    failed = e.CheckpointFailed(file="last.pth", reason="the disk is full")
    state = fold(RunState(), [failed])
    assert state.trouble == "last.pth was not saved: the disk is full"
    assert fold(state, [saved("last.pth")]).trouble == ""


def test_a_checkpoint_is_listed_once_by_its_last_save() -> None:
    batch = [saved("last.pth", 1), saved("model_best.pth", 1), saved("last.pth", 2)]
    found = [(item.file, item.epoch) for item in fold(RunState(), batch).checkpoints]
    assert found == [("model_best.pth", 1), ("last.pth", 2)]


def test_notices_and_answers_are_bounded() -> None:
    many = range(NUM_NOTICES + 20)
    state = fold(RunState(), [e.NoticeGiven(message=str(number)) for number in many])
    assert state.notices == tuple(map(str, many))[-NUM_NOTICES:]
    state = fold(state, [e.RequestHandled(id=str(n), outcome="saved") for n in many])
    assert state.answers[-1] == (str(many[-1]), "saved")
    assert len(state.answers) == NUM_NOTICES


def test_the_notices_that_are_new_are_known_though_only_the_last_are_kept() -> None:
    state = fold(RunState(), [e.NoticeGiven(message=str(n)) for n in range(NUM_NOTICES + 20)])
    assert state.notices_after(NUM_NOTICES + 18) == (str(NUM_NOTICES + 18), str(NUM_NOTICES + 19))
    assert state.notices_after(state.num_notices) == ()
    assert state.notices_after(0) == state.notices


def test_what_is_monitored_is_known_from_the_start() -> None:
    assert RunState().monitor is None
    assert fold(RunState(), [started(monitor="off")]).monitor is None
    assert fold(RunState(), [started()]).monitor == ("min", "val_loss")


def test_the_time_left_is_known_once_there_is_a_pace() -> None:
    state = fold(RunState(), [started()])
    assert state.seconds_left() is None
    state = fold(state, [step(10, rate=100.0)])
    # 40 steps of 10 images at 100 a second, and validation on top
    assert state.seconds_left() == pytest.approx(4.0, rel=0.1)
    assert fold(state, [step(11, rate=0.0)]).seconds_left() is None


def test_the_time_left_in_the_first_epoch_does_not_jump_with_a_slow_moment() -> None:
    state = fold(RunState(), [started(), step(1), step(4), step(5, rate=10.0)])
    # a step a second so far, 45 to go, validation on top
    assert state.seconds_left() == pytest.approx(45.0, rel=0.1)
    later = fold(state, [epoch(1), step(11)])
    assert later.seconds_left() == pytest.approx(39 * later.seconds / 10, rel=0.2)


def test_the_time_left_is_that_of_whole_epochs_once_there_are_some() -> None:
    state = fold(RunState(), [started(), step(10, rate=100.0), epoch(1), epoch(2)])
    (_, second) = state.history
    assert state.started is not None
    left = state.started.epochs - state.step / state.started.num_steps
    assert state.seconds_left() == pytest.approx(left * second.seconds)
