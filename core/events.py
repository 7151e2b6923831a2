"""What happens to a run, one fact an event, one line of JSON each.

Readers are often newer or older than writers: kinds and fields that are not known are skipped.
Times are seconds since 1970; a number that was not finite is None.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from dataclasses import dataclass, field
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from core.files import without_non_finite

if TYPE_CHECKING:
    from collections.abc import Sequence

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


_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
_FIELDS = {name: {item.name for item in dataclasses.fields(kind)} for name, kind in _KINDS.items()}


def _types_of(hint: Any) -> frozenset[type]:
    """What JSON may have in the place of a type; what lists and objects hold is asked apart."""
    if isinstance(hint, UnionType):
        return frozenset[type]().union(*map(_types_of, get_args(hint)))
    origin = get_origin(hint) or hint
    return frozenset((int, float) if origin is float else (origin,))


_HINTS = {kind: get_type_hints(kind) for kind in _KINDS.values()}
_TYPES = {
    kind: tuple((name, _types_of(hint)) for name, hint in hints.items())
    for kind, hints in _HINTS.items()
}
"""Of each field, so that a line of another program's cannot end a window far from here."""
_INNER_TYPES = {
    kind: tuple(
        (name, _types_of(get_args(hint)[-1]))
        for name, hint in hints.items()
        if get_origin(hint) in (list, dict) and get_args(hint)[-1] is not Any
    )
    for kind, hints in _HINTS.items()
}
"""Of what the lists and objects hold, where that is not anything."""
_NUMBERS = (int, float)
_MOST = sys.float_info.max


def to_line(event: Event) -> bytes:
    """One line of JSON, its newline at the end."""
    # Every field is JSON as it stands, so __dict__ does; asdict would copy each value deeply.
    value = without_non_finite({"kind": type(event).__name__, **event.__dict__})
    # In ASCII, since a path in it may hold bytes that UTF-8 does not know.
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


IS_BEST = b',"best":true'
"""In the line of an epoch that was the best so far."""


def beginnings(*kinds: str) -> tuple[bytes, ...]:
    """How the lines of these kinds begin, for whoever picks lines without parsing them."""
    return tuple(f'{{"kind":"{kind}"'.encode() for kind in kinds)


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""Other writers spell NaN and Infinity, which JSON has not: they are null, as in our own lines."""


MOST_AT_ONCE = 200
"""Lines that are read as one list, which spares a third of reading each by itself."""


def from_lines(lines: Sequence[bytes]) -> list[Event]:
    """The events of lines, without those that are none."""
    events: list[Event | None] = []
    for start in range(0, len(lines), MOST_AT_ONCE):
        some = lines[start : start + MOST_AT_ONCE]
        try:
            values = _DECODER.decode((b"[" + b",".join(some) + b"]").decode())
        except (ValueError, RecursionError):
            values = []
        whole = len(values) == len(some)
        events += map(_from_value, values) if whole else map(from_line, some)
    return [event for event in events if event is not None]


def from_line(line: bytes) -> Event | None:
    """The event of a line; None if it is torn, not ours, lacks a field or has an impossible one."""
    try:
        return _from_value(_DECODER.decode(line.decode()))
    except (ValueError, RecursionError):
        return None


def _from_value(value: Any) -> Event | None:
    try:
        kind = _KINDS[value.pop("kind")]
        known = _FIELDS[kind.__name__]
        if value.keys() == known:  # nearly always; a frozen class's own way takes far longer
            event: Event = object.__new__(kind)
            event.__dict__.update(value)
        else:
            event = kind(**{name: item for name, item in value.items() if name in known})
        return event if _fits(event) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _fits(event: Event) -> bool:
    """Whether its values are such as the fields can have."""
    values = event.__dict__
    for name, types in _TYPES[type(event)]:
        value = values[name]
        kind = type(value)  # of each line of a journal: no function is called for it
        if kind not in types or (kind in _NUMBERS and not -_MOST <= value <= _MOST):
            return False
    for name, types in _INNER_TYPES[type(event)]:
        inner = values[name].values() if type(values[name]) is dict else values[name]
        for value in inner:
            kind = type(value)
            if kind not in types or (kind in _NUMBERS and not -_MOST <= value <= _MOST):
                return False
    if type(event) is RunStarted:
        return event.num_steps > 0 and (event.monitor == "off" or len(event.monitor.split()) == 2)
    return True
