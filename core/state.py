"""What a view knows of a run: the events so far, folded into one frozen value.

A curve keeps at most `NUM_BUCKETS` buckets, each with the lowest and the highest value in it, so
that a run of any length costs the same to hold and to draw, and a spike is never lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import reduce, singledispatch
from typing import TYPE_CHECKING, NamedTuple

from core import events as e

if TYPE_CHECKING:
    from collections.abc import Iterable

NUM_BUCKETS = 1024
NUM_NOTICES = 50


class Bucket(NamedTuple):
    """Some neighbouring values of a curve."""

    x: float
    """Of the last value in it."""
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A bounded series of values over growing x."""

    buckets: tuple[Bucket, ...] = ()
    stride: int = 1
    """Values a full bucket holds."""
    in_last: int = 0
    """Values in the last bucket."""

    def extend(self, points: Iterable[tuple[float, float]]) -> Curve:
        """The curve with more points. A batch costs one copy, so fold many at once."""
        buckets, stride, in_last = list(self.buckets), self.stride, self.in_last
        for x, y in points:
            if buckets and in_last < stride:
                last = buckets[-1]
                buckets[-1] = _join(last, Bucket(x, y, y))
                in_last += 1
            else:
                buckets.append(Bucket(x, y, y))
                in_last = 1
            if len(buckets) > NUM_BUCKETS:
                buckets = [_join(*buckets[i : i + 2]) for i in range(0, NUM_BUCKETS, 2)] + [
                    buckets[-1]
                ]
                stride *= 2
        return Curve(tuple(buckets), stride, in_last)

    def until(self, x: float) -> Curve:
        """The part up to `x`: what a run keeps that goes back to an earlier position."""
        kept = tuple(bucket for bucket in self.buckets if bucket.x <= x)
        return self if len(kept) == len(self.buckets) else Curve(kept, self.stride, self.stride)


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
        """Until the last epoch ends at the pace of this one, validation left out; in seconds."""
        started, last = self.started, self.last_step
        if started is None or last is None or last.images_per_second <= 0:
            return None
        steps = started.epochs * started.num_steps - self.step
        share = 1 + 0.3 * started.num_validation / max(1, started.num_train)
        return steps * started.num_train / started.num_steps / last.images_per_second * share


def fold(state: RunState, events: Iterable[e.Event]) -> RunState:
    """The state after `events`: a batch in, one new state out."""
    parts: list[list[e.Event]] = []
    for event in events:  # neighbouring steps together: a curve is copied once for them all
        if parts and isinstance(event, e.StepEnded) and isinstance(parts[-1][-1], e.StepEnded):
            parts[-1].append(event)
        else:
            parts.append([event])
    return reduce(_fold_part, parts, state)


def _fold_part(state: RunState, part: list[e.Event]) -> RunState:
    state = replace(state, time=part[-1].time)
    if isinstance(part[0], e.StepEnded):
        return _steps_ended(state, part)  # type: ignore[arg-type]  # parts hold one kind of event
    return _apply(part[0], state)


def _steps_ended(state: RunState, steps: list[e.StepEnded]) -> RunState:
    if state.started is None:
        return state
    num_steps, last = state.started.num_steps, steps[-1]
    points = (
        (step.epoch - 1 + step.step_in_epoch / num_steps, float("nan"))
        if step.loss is None
        else (step.epoch - 1 + step.step_in_epoch / num_steps, step.loss)
        for step in steps
    )
    return replace(
        state,
        step=last.step,
        step_in_epoch=last.step_in_epoch,
        last_step=last,
        train_loss=state.train_loss.extend(points),
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
    return replace(
        state,
        started=event,
        epoch=event.epoch,
        step=event.step,
        step_in_epoch=event.step - event.epoch * event.num_steps,
        last_step=None,
        train_loss=state.train_loss.until(position),
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
    if not event.inherited:
        return replace(state, epoch=event.epoch, step=event.step, step_in_epoch=0)
    # The parent's steps are in the parent's journal; its epochs say enough here.
    curve, loss = state.train_loss.until(event.epoch - 1), event.metrics.get("loss")
    points = [] if loss is None else [(float(event.epoch), loss)]
    return replace(state, train_loss=curve.extend(points))


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
def _(_event: e.RunPaused, state: RunState) -> RunState:
    return replace(state, paused=True)


@_apply.register
def _(_event: e.RunContinued, state: RunState) -> RunState:
    return replace(state, paused=False)


@_apply.register
def _(event: e.RequestHandled, state: RunState) -> RunState:
    return replace(state, answers=(*state.answers, (event.id, event.outcome))[-NUM_NOTICES:])


@_apply.register
def _(event: e.NoticeGiven, state: RunState) -> RunState:
    return replace(state, notices=(*state.notices, event.message)[-NUM_NOTICES:])


@_apply.register
def _(event: e.RunEnded, state: RunState) -> RunState:
    return replace(state, ended=event, paused=False, phase="")


def _join(first: Bucket, second: Bucket) -> Bucket:
    for bucket in (first, second):
        if math.isnan(bucket.low):  # a gap stays one
            return bucket._replace(x=second.x)
    return Bucket(second.x, min(first.low, second.low), max(first.high, second.high))


__all__ = ["Bucket", "Curve", "RunState", "fold"]
