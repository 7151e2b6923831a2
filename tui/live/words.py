"""What a live run is doing, in words a beginner knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from core.state import RunState

QUIET_SECONDS = 5.0
"""Without a word from the trainer: steps are told ten times a second."""
QUIET_PAUSED_SECONDS = 75.0
"""While paused it says that it lives every 30 s."""

_MEANING = {
    "": "the trainer is being started",
    "importing torch": "this takes a few seconds the first time",
    "loading data": "the images are read into memory",
    "making the network": "the first step follows",
}


def phase(state: RunState) -> str:
    """What is done now."""
    if state.paused:
        return "paused"
    if state.started is not None and state.phase == "training" and state.last_step is None:
        return "first step"
    return clean(state.phase) or "starting"


def brief_phase(state: RunState) -> str:
    """The phase in the few columns before a bar."""
    return phase(state).replace(" the ", " ")


def begins(state: RunState) -> bool:
    """Whether the first step is still to come, also where the run was trained before."""
    return bool(state.phase) and state.phase in _MEANING


def meaning(state: RunState) -> str:
    """A word on a phase before the first step; empty where the phase says it all."""
    return _MEANING.get(state.phase, "")


def patience(state: RunState) -> str:
    """`no better for 2 of 10 epochs`; empty after a best epoch, and where patience has no end."""
    if state.started is None or state.started.early_stop is None or not state.history:
        return ""
    num_bad = state.history[-1].num_bad_epochs
    if num_bad and num_bad >= state.started.early_stop:  # one more than that ends it
        return f"no better for {num_bad}: one more ends it"
    return f"no better for {num_bad} of {state.started.early_stop:g} epochs" if num_bad else ""


def best(state: RunState, *, named: bool = True) -> str:
    """`best val_loss 0.0666 at epoch 3`; empty where there is none."""
    if state.best is None or state.monitor is None:
        return ""
    metric = state.monitor[1]
    value = fmt.number(state.best.metrics.get(metric))
    name = f"{clean(metric)} " if named else ""
    return f"best {name}{value} at epoch {state.best.epoch}"


def silence(state: RunState, seconds: float) -> str:
    """What to think of so many seconds without a word; empty while that is usual."""
    if seconds < quiet_limit(state):
        return ""
    if state.started is None:
        return f"for {seconds:.0f} s now"
    time = f"{seconds:.0f} s" if seconds < 60 else fmt.duration(seconds)
    return f"nothing heard for {time}: a long step, or a slow disk"


def quiet_limit(state: RunState) -> float:
    """After how many seconds without a word `silence` says something."""
    return QUIET_PAUSED_SECONDS if state.paused else QUIET_SECONDS


def may_end_early(state: RunState) -> bool:
    """Whether patience can run out before the last epoch."""
    started = state.started
    if started is None or started.early_stop is None or state.monitor is None:
        return False
    num_bad = state.history[-1].num_bad_epochs if state.history else 0
    return started.epochs - state.epoch > started.early_stop - num_bad + 1


def time_left(seconds: float | None) -> str:
    """`41 s left`; whole seconds, since tenths would flicker."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.0f} s left"
    # Of a longer time nobody knows the seconds.
    return f"{fmt.duration(seconds if seconds < 600 else round(seconds / 60) * 60.0)} left"
