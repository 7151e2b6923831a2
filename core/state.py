"""What a view knows of a run: the events so far, folded into one frozen value.

A curve keeps at most `NUM_BUCKETS` buckets, each with the lowest and the highest value in it, so
that a run of any length costs the same to hold and to draw, and a spike is never lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import singledispatch
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, cast

from core import events as e

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NUM_BUCKETS = 1024
NUM_NOTICES = 50


class Bucket(NamedTuple):
    """Some neighbouring values of a curve."""

    x: float
    """Of the last value in it."""
    low: float
    high: float
    mean: float
    seconds: float
    """Of training when the last value came."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A bounded series of values over growing x."""

    buckets: tuple[Bucket, ...] = ()
    stride: int = 1
    """Values a full bucket holds."""
    in_last: int = 0
    """Values in the last bucket."""

    def extend(
        self, xs: Sequence[float], values: Sequence[float], seconds: Sequence[float]
    ) -> Curve:
        """The curve with more values. A batch costs one copy, so fold many at once."""
        buckets, stride, in_last = list(self.buckets), self.stride, self.in_last
        at = 0
        while at < len(xs):
            begins = not buckets or in_last >= stride
            if begins:
                in_last = 0
            end = min(at + stride - in_last, len(xs))
            new = _bucket(xs[end - 1], values[at:end], seconds[end - 1])
            in_last += end - at
            if begins:
                buckets.append(new)
            else:
                buckets[-1] = _join(buckets[-1], new, (end - at) / in_last)
            if len(buckets) > NUM_BUCKETS:
                pairs = zip(buckets[:-1:2], buckets[1::2], strict=True)
                buckets = [*(_join(*pair, 0.5) for pair in pairs), new]
                stride *= 2
            at = end
        return Curve(tuple(buckets), stride, in_last)

    def append(self, x: float, value: float, seconds: float) -> Curve:
        """The curve with one more value."""
        return self.extend([x], [value], [seconds])

    @property
    def seconds(self) -> float:
        """Of training when its last value came."""
        return self.buckets[-1].seconds if self.buckets else 0.0

    def until(self, x: float) -> Curve:
        """The part up to `x`: what a run keeps that goes back to an earlier position."""
        if not self.buckets or self.buckets[-1].x <= x:
            return self
        kept = tuple(bucket for bucket in self.buckets if bucket.x <= x)
        return Curve(kept, self.stride, self.stride)


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as its journal tells it."""

    started: e.RunStarted | None = None
    phase: str = ""
    epoch: int = 0
    """The last finished epoch."""
    step: int = 0
    step_in_epoch: int = 0
    last_step: e.StepEnded | None = None
    train_loss: Curve = field(default_factory=Curve)
    """Over x in epochs: 1.5 is the middle of the second."""
    lr: Curve = field(default_factory=Curve)
    """The learning rate at the same places."""
    metrics: Mapping[str, Curve] = field(default_factory=dict)
    """What every epoch came to, by name: loss, each metric, val_loss, val_<metric>."""
    resumes: tuple[float, ...] = ()
    """Places on the x axis where training was taken up again."""
    seconds: float = 0.0
    """Of training: pauses and the time between two starts are not counted."""
    counted_until: float = 0.0
    """The time of the event up to which `seconds` counts."""
    changes: tuple[e.SettingChanged, ...] = ()
    """What was changed while the run was live."""
    history: tuple[e.EpochEnded, ...] = ()
    best: e.EpochEnded | None = None
    checkpoints: tuple[e.CheckpointSaved, ...] = ()
    paused: bool = False
    ended: e.RunEnded | None = None
    trouble: str = ""
    """A save that failed and was not made good since."""
    notices: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    """The last requests answered: id and outcome."""
    time: float = 0.0
    """Of the last event."""

    def status(self, *, live: bool) -> str:
        """`running`, `paused`, `completed`, `stopped`, `failed` or `interrupted`."""
        if self.ended is not None:  # the writer holds the lock a moment longer
            return self.ended.outcome
        if live:
            return "paused" if self.paused else "running"
        return "interrupted"

    @property
    def monitor(self) -> tuple[str, str] | None:
        """`min` or `max` and the metric watched, or None."""
        if self.started is None or self.started.monitor == "off":
            return None
        mode, metric = self.started.monitor.split()
        return mode, metric

    def seconds_left(self) -> float | None:
        """Until the last epoch ends, in seconds: at the pace of the last epochs of this start.

        In its first epoch at that of the last steps, validation guessed.
        """
        started, last = self.started, self.last_step
        if started is None or last is None or last.images_per_second <= 0:
            return None
        whole = [row.seconds for row in self.history[-3:] if row.epoch > started.epoch + 1]
        if whole:
            epochs_left = max(0.0, started.epochs - self.step / started.num_steps)
            return epochs_left * sum(whole) / len(whole)
        steps = started.epochs * started.num_steps - self.step
        share = 1 + 0.3 * started.num_validation / max(1, started.num_train)
        return steps * started.num_train / started.num_steps / last.images_per_second * share


def fold(state: RunState, events: Iterable[e.Event]) -> RunState:
    """The state after `events`: a batch in, one new state out."""
    for kind, group in groupby(events, type):
        if kind is e.StepEnded:  # neighbouring steps together: a curve is copied once for them all
            state = _steps_ended(state, cast("list[e.StepEnded]", list(group)))
        else:
            for event in group:
                state = _apply(event, replace(state, time=event.time))
    return state


def _steps_ended(state: RunState, steps: list[e.StepEnded]) -> RunState:
    last = steps[-1]
    if state.started is None:
        return replace(state, time=last.time)
    num_steps = state.started.num_steps
    seconds, counted_until = state.seconds, state.counted_until
    clock: list[float] = []
    for step in steps:
        seconds += max(0.0, step.time - counted_until)
        counted_until = max(step.time, counted_until)
        clock.append(seconds)
    xs = [step.epoch - 1 + step.step_in_epoch / num_steps for step in steps]
    losses = [_known(step.loss) for step in steps]
    return replace(
        state,
        time=last.time,
        step=last.step,
        step_in_epoch=last.step_in_epoch,
        last_step=last,
        train_loss=state.train_loss.extend(xs, losses, clock),
        lr=state.lr.extend(xs, [step.lr for step in steps], clock),
        seconds=seconds,
        counted_until=counted_until,
    )


@singledispatch
def _apply(_event: e.Event, state: RunState) -> RunState:
    return state


@_apply.register
def _(event: e.PhaseChanged, state: RunState) -> RunState:
    # A writer that speaks again has taken the run up again.
    return replace(state, phase=event.phase, ended=None)


@_apply.register
def _(event: e.RunStarted, state: RunState) -> RunState:
    position = event.epoch + (event.step - event.epoch * event.num_steps) / event.num_steps
    history = tuple(row for row in state.history if row.epoch <= event.epoch)
    best = [row for row in history if row.best]
    train_loss = state.train_loss.until(position)
    metrics = {name: curve.until(event.epoch) for name, curve in state.metrics.items()}
    resumes = tuple(x for x in state.resumes if x < position)
    return replace(
        state,
        started=event,
        epoch=event.epoch,
        step=event.step,
        step_in_epoch=event.step - event.epoch * event.num_steps,
        last_step=None,
        train_loss=train_loss,
        lr=state.lr.until(position),
        metrics=metrics,
        resumes=(*resumes, position) if position > 0 else (),
        seconds=max(curve.seconds for curve in (train_loss, *metrics.values())),
        counted_until=event.time,
        changes=tuple(change for change in state.changes if change.step <= event.step),
        history=history,
        best=best[-1] if best else None,
        paused=False,
        ended=None,
    )


@_apply.register
def _(event: e.EpochEnded, state: RunState) -> RunState:
    # An epoch is told again where its run was begun again from its parent.
    history = (*(row for row in state.history if row.epoch < event.epoch), event)
    state = replace(state, history=history, best=event if event.best else state.best)
    state = _inherit(state, event) if event.inherited else _count(state, event)
    metrics = {
        **state.metrics,
        **{
            name: state.metrics.get(name, Curve())
            .until(event.epoch - 1)
            .append(float(event.epoch), _known(value), state.seconds)
            for name, value in event.metrics.items()
        },
    }
    return replace(state, metrics=metrics)


def _count(state: RunState, event: e.EpochEnded) -> RunState:
    """The state at the end of an epoch of this run."""
    state = _clocked(state, event)
    return replace(state, epoch=event.epoch, step=event.step, step_in_epoch=0)


def _inherit(state: RunState, event: e.EpochEnded) -> RunState:
    """The state with an epoch of the parent's: its steps are in the parent's journal."""
    x = float(event.epoch)
    train_loss, lr = state.train_loss.until(x - 1), state.lr.until(x - 1)
    seconds = train_loss.seconds + event.seconds
    if "loss" in event.metrics:
        train_loss = train_loss.append(x, _known(event.metrics["loss"]), seconds)
    if event.lr is not None:
        lr = lr.append(x, event.lr, seconds)
    return replace(state, train_loss=train_loss, lr=lr, seconds=seconds)


def _clocked(state: RunState, event: e.Event) -> RunState:
    """The state with the time of training counted up to an event."""
    seconds = state.seconds + max(0.0, event.time - state.counted_until)
    counted_until = max(event.time, state.counted_until)
    return replace(state, seconds=seconds, counted_until=counted_until)


@_apply.register
def _(event: e.CheckpointSaved, state: RunState) -> RunState:
    others = tuple(item for item in state.checkpoints if item.file != event.file)
    return replace(state, checkpoints=(*others, event), trouble="")


@_apply.register
def _(event: e.CheckpointFailed, state: RunState) -> RunState:
    return replace(state, trouble=f"{event.file} was not saved: {event.reason}")


@_apply.register
def _(event: e.SettingChanged, state: RunState) -> RunState:
    started = state.started
    if started is not None and event.path == "trainer.epochs":
        started = replace(started, epochs=int(event.after))
    return replace(state, started=started, changes=(*state.changes, event)[-NUM_NOTICES:])


@_apply.register
def _(event: e.RunPaused, state: RunState) -> RunState:
    return replace(_clocked(state, event), paused=True)


@_apply.register
def _(event: e.RunContinued, state: RunState) -> RunState:
    return replace(state, paused=False, counted_until=event.time)


@_apply.register
def _(event: e.RequestHandled, state: RunState) -> RunState:
    return replace(state, answers=(*state.answers, (event.id, event.outcome))[-NUM_NOTICES:])


@_apply.register
def _(event: e.NoticeGiven, state: RunState) -> RunState:
    return replace(state, notices=(*state.notices, event.message)[-NUM_NOTICES:])


@_apply.register
def _(event: e.RunEnded, state: RunState) -> RunState:
    return replace(state, ended=event, paused=False, phase="")


def _bucket(x: float, values: Sequence[float], seconds: float) -> Bucket:
    mean = sum(values) / len(values)
    if math.isnan(mean):  # a gap, which min and max might step over
        return Bucket(x, mean, mean, mean, seconds)
    return Bucket(x, min(values), max(values), mean, seconds)


def _join(first: Bucket, second: Bucket, share: float) -> Bucket:
    """One bucket of two, the second of which has so large a share in the mean."""
    for bucket in (first, second):
        if math.isnan(bucket.low):  # a gap stays one
            return bucket._replace(x=second.x, seconds=second.seconds)
    return Bucket(
        second.x,
        min(first.low, second.low),
        max(first.high, second.high),
        first.mean + (second.mean - first.mean) * share,
        second.seconds,
    )


def _known(value: float | None) -> float:
    """What was not finite is a gap."""
    return math.nan if value is None else value


__all__ = ["Bucket", "Curve", "RunState", "fold"]
