"""The run's log in words: `train.log`."""

from __future__ import annotations

import contextlib
import time
from functools import singledispatch
from typing import TYPE_CHECKING

from core import events as e

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STEP = "step "
_TIME_WIDTH = len("2026-11-23 14:22:33  ")
_FROM_VERBOSITY = {e.StepEnded: 2, e.EpochEnded: 1, e.CheckpointSaved: 1}
"""From which verbosity on an event is told; those that are not here always are."""


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[Callable[[str | None], None]]:
    """A function that adds a line with the time to the log; None adds nothing."""
    # What is printed may hold anything.
    file = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    try:

        def write(text: str | None) -> None:
            # A full disk must not end a training that could have gone on.
            with contextlib.suppress(OSError):
                if text:
                    file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text.rstrip()}\n")

        yield write
    finally:
        with contextlib.suppress(OSError):  # closing writes what a full disk did not take
            file.close()


class Narrator:
    """Turns events into lines, as many as the run's `trainer.verbosity` asks for.

    As in pytorch-template: 0 leaves out what goes as planned, 1 tells the epochs, 2 steps too.
    """

    def __init__(self) -> None:
        self._verbosity = 2

    def line(self, event: e.Event) -> str | None:
        """The event in words, or None."""
        if isinstance(event, e.RunStarted) and event.verbosity is not None:
            self._verbosity = event.verbosity
        return sentence(event) if self._verbosity >= _FROM_VERBOSITY.get(type(event), 0) else None


def is_step(line: str) -> bool:
    """Whether a line of the log tells of a step: there are many of them."""
    return line[_TIME_WIDTH:].startswith(_STEP)


def numbers(metrics: e.Metrics) -> str:
    """`loss 0.2394  val_loss 0.0666 …`; a number that was not finite is `nan`."""
    return "  ".join(
        f"{name} {'nan' if value is None else format(value, '.4f')}"
        for name, value in metrics.items()
    )


@singledispatch
def sentence(_event: e.Event) -> str | None:
    """An event in words; None for those that say nothing to a person."""
    return None


@sentence.register
def _(event: e.RunStarted) -> str:
    where = f"{event.device}, {event.threads} threads" if event.device == "cpu" else event.device
    where += f" in {event.world_size} processes" if event.world_size > 1 else ""
    start = f"from epoch {event.epoch}, step {event.step}" if event.step else "from the start"
    return (
        f"training {start} to epoch {event.epochs} on {where}: {event.num_train:,} images, "
        f"{event.num_validation:,} for validation, {event.num_parameters:,} parameters"
        f"{_code(event)}"
    )


def _code(event: e.RunStarted) -> str:
    files = ", ".join(f"{path} ({digest[:8]})" for path, digest in event.code.items())
    return f"; own code: {', '.join(event.names)} from {files}" if files else ""


@sentence.register
def _(event: e.StepEnded) -> str:
    loss = "nan" if event.loss is None else f"{event.loss:.4f}"
    return f"{_STEP}{event.step_in_epoch} of epoch {event.epoch}: loss {loss}  lr {event.lr:.6g}"


@sentence.register
def _(event: e.EpochEnded) -> str | None:
    if event.inherited:
        return None
    lr = "" if event.lr is None else f"  lr {event.lr:.6g}"
    best = "  (best so far)" if event.best else ""
    return f"epoch {event.epoch}: {numbers(event.metrics)}{lr}  {event.seconds:.1f} s{best}"


@sentence.register
def _(event: e.CheckpointSaved) -> str:
    return f"saved {event.file}"


@sentence.register
def _(event: e.CheckpointFailed) -> str:
    return f"WARNING {event.file} was not saved: {event.reason}"


@sentence.register
def _(event: e.SettingChanged) -> str:
    return f"{event.path} was {event.before:g} and is {event.after:g} from step {event.step} on"


@sentence.register
def _(_event: e.RunPaused) -> str:
    return "paused"


@sentence.register
def _(_event: e.RunContinued) -> str:
    return "going on"


@sentence.register
def _(event: e.NoticeGiven) -> str:
    return f"NOTE {event.message}"


@sentence.register
def _(event: e.RunEnded) -> str:
    return f"{event.outcome}: {event.reason}"
