"""What a view knows of a run: the events so far, folded into one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import singledispatch
from itertools import groupby
from typing import TYPE_CHECKING, cast

from core import events as e
from core.record.curve import Curve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NUM_NOTICES = 50
NUM_MEASURED = 100
NUM_RECENT = 64
"""Steps kept whole: some seconds of them, since ten a second are told."""
LEAST_PACED_SECONDS = 1.0
"""Of steps, before their pace says how long the rest takes."""


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
    recent_steps: tuple[e.StepEnded, ...] = ()
    """The last steps told since this start, the newest last."""
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
    paced_from: tuple[int, float] = (0, 0.0)
    """The first step told since this start, and `seconds` at it."""
    counted_until: float = 0.0
    """The time of the event up to which `seconds` counts."""
    changes: tuple[e.SettingChanged, ...] = ()
    """What was changed while the run was live."""
    measured: tuple[e.StepMeasured, ...] = ()
    """One step of each of the last epochs, taken apart."""
    history: tuple[e.EpochEnded, ...] = ()
    best: e.EpochEnded | None = None
    checkpoints: tuple[e.CheckpointSaved, ...] = ()
    paused: bool = False
    ended: e.RunEnded | None = None
    trouble: str = ""
    """A save that failed and was not made good since."""
    notices: tuple[str, ...] = ()
    """The last ones."""
    num_notices: int = 0
    """All that were given."""
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

    def notices_after(self, number: int) -> tuple[str, ...]:
        """The notices after the first `number` of them, as far as they are kept."""
        new = min(self.num_notices - number, len(self.notices))
        return self.notices[-new:] if new > 0 else ()

    def seconds_left(self) -> float | None:
        """Until the last epoch ends, in seconds: at the pace of the last epochs of this start.

        In its first epoch at that of its steps so far, validation guessed.
        """
        started, last = self.started, self.last_step
        if started is None or last is None or last.images_per_second <= 0:
            return None
        whole = [row.seconds for row in self.history[-3:] if row.epoch > started.epoch + 1]
        if whole:
            epochs_left = max(0.0, started.epochs - self.step / started.num_steps)
            return epochs_left * sum(whole) / len(whole)
        steps = started.epochs * started.num_steps - self.step
        first, then = self.paced_from
        if self.step > first and self.seconds - then >= LEAST_PACED_SECONDS:
            pace = (self.seconds - then) / (self.step - first)
            validated = self.epoch > started.epoch
        else:
            pace = started.num_train / started.num_steps / last.images_per_second
            validated = False
        guess = 0.0 if validated else 0.3 * started.num_validation / max(1, started.num_train)
        return steps * pace * (1 + guess)


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
        recent_steps=(*state.recent_steps, *steps[-NUM_RECENT:])[-NUM_RECENT:],
        paced_from=state.paced_from if state.last_step else (steps[0].step, clock[0]),
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
        recent_steps=(),
        train_loss=train_loss,
        lr=state.lr.until(position),
        metrics=metrics,
        resumes=(*resumes, position) if position > 0 else (),
        seconds=max(curve.seconds for curve in (train_loss, *metrics.values())),
        counted_until=event.time,
        changes=tuple(change for change in state.changes if change.step <= event.step),
        measured=tuple(step for step in state.measured if step.step <= event.step),
        history=history,
        best=best[-1] if best else None,
        paused=False,
        ended=None,
    )


@_apply.register
def _(event: e.EpochEnded, state: RunState) -> RunState:
    # An epoch is told again where its run was begun again from its parent.
    history = state.history
    if history and history[-1].epoch >= event.epoch:
        history = tuple(row for row in history if row.epoch < event.epoch)
    history = (*history, event)
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
def _(event: e.StepMeasured, state: RunState) -> RunState:
    return replace(state, measured=(*state.measured, event)[-NUM_MEASURED:])


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
    notices = (*state.notices, event.message)[-NUM_NOTICES:]
    return replace(state, notices=notices, num_notices=state.num_notices + 1)


@_apply.register
def _(event: e.RunEnded, state: RunState) -> RunState:
    return replace(state, ended=event, paused=False, phase="")


def _known(value: float | None) -> float:
    """What was not finite is a gap."""
    return math.nan if value is None else value
