"""What happens to a run, one fact an event; `core.event_lines` has them as lines of a journal.

Times are seconds since 1970; a number that was not finite is None.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

Metrics = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    time: float = field(default_factory=time.time)
    """When, in seconds since 1970, by the writer's clock."""


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(Event):
    """The trainer turned to something else."""

    phase: str
    """In words: `importing torch`, `training`, `validating`, …"""


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """Training begins, or goes on after an end."""

    pid: int
    host: str
    device: str
    threads: int
    world_size: int
    seed: int
    versions: dict[str, str]
    """Of python, torch and mnist-tui."""
    save_dir: str
    data_dir: str
    """Both absolute."""
    classes: list[str] = field(default_factory=list)
    """Their names, by label; none in journals from before they were told."""
    verbosity: int | None = None
    """How much is said: 0, 1 or 2; None in journals from before it was told."""
    parent: str | None = None
    """The checkpoint this run was resumed from, where it lies in another run."""
    changes: dict[str, Any] = field(default_factory=dict)
    """What differs from config.json, by dotted path."""
    code: dict[str, str] = field(default_factory=dict)
    """The sha256 of each file of one's own code, by its path in the run's folder `code`."""
    names: list[str] = field(default_factory=list)
    """What the config names in them: `model.py:Net`."""
    epoch: int
    """Finished epochs at the start."""
    step: int
    """Finished steps at the start."""
    epochs: int
    """The last epoch, from 1."""
    num_steps: int
    """Steps in an epoch."""
    num_train: int
    num_validation: int
    num_parameters: int
    monitor: str
    early_stop: float | None
    """None where the run never ends early."""


@dataclass(frozen=True, kw_only=True)
class StepEnded(Event):
    """Some steps ended: written about ten times a second, not at every step."""

    epoch: int
    """The epoch under way, from 1."""
    step: int
    """Steps since the run began."""
    step_in_epoch: int
    loss: float | None
    """The mean over the samples since the event before it."""
    lr: float
    images_per_second: float


@dataclass(frozen=True, kw_only=True)
class StepMeasured(Event):
    """One step was taken apart: the middle one of an epoch."""

    epoch: int
    """The epoch under way, from 1."""
    step: int
    """Steps since the run began, this one included."""
    num_images: int
    """In its batch."""
    seconds: Metrics
    """Of `batch`, `forward`, `loss`, `backward` and `step`, as core.loop.step_parts has them."""
    gradient_norms: Metrics
    """Of each layer that learns, by its name in the network: the length of its gradient."""


@dataclass(frozen=True, kw_only=True)
class EpochEnded(Event):
    """An epoch was trained and validated."""

    epoch: int
    step: int
    metrics: Metrics
    """loss, each metric, and with validation val_loss, val_<metric>; means over samples."""
    lr: float | None
    """None where another program trained the epoch, which did not write it down."""
    seconds: float
    """Of training and validation, pauses not counted."""
    images_per_second: float | None
    """Of the training part; None as with lr."""
    best: bool
    """Whether the monitored metric is the best so far; a tie counts, as in the template."""
    num_bad_epochs: int
    """Epochs since the best."""
    inherited: bool = False
    """Whether it was trained in the parent run."""


@dataclass(frozen=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint is on the disk."""

    file: str
    epoch: int
    step: int
    num_bytes: int


@dataclass(frozen=True, kw_only=True)
class CheckpointFailed(Event):
    """A checkpoint could not be written; training goes on."""

    file: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    """A live run goes on with another value, because somebody asked for it."""

    path: str
    """Where config.json has it: `optimizer.args.lr` or `trainer.epochs`."""
    before: float
    after: float
    epoch: int
    """Finished epochs."""
    step: int
    """Steps since the run began."""


@dataclass(frozen=True, kw_only=True)
class RunPaused(Event):
    """Training waits."""


@dataclass(frozen=True, kw_only=True)
class RunContinued(Event):
    """Training goes on after a pause."""


@dataclass(frozen=True, kw_only=True)
class RequestHandled(Event):
    """The trainer did what a request asked, or says why not."""

    id: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class NoticeGiven(Event):
    """Something the person should know."""

    message: str


@dataclass(frozen=True, kw_only=True)
class Heartbeat(Event):
    """The writer lives; every 30 s, also while paused."""


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """The trainer let go of the run."""

    outcome: str
    """`completed`, `stopped` or `failed`."""
    reason: str
    seconds: float
    """Since this start, pauses counted."""
