"""What a training begins with: its config as it is by now, its checkpoint, its device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core import checkpoint, devices
from core.checking import check
from core.events import RunStarted, SettingChanged
from core.journal import Follower
from core.machine import host as machine
from core.settings import file as config_file

if TYPE_CHECKING:
    from pathlib import Path

    from core.checkpoint import Checkpoint
    from core.config import Config
    from core.runs import Run


class Effective(NamedTuple):
    """What a run is trained with: its config.json, and what was changed since."""

    config: Config
    raw: dict[str, Any]
    changes: dict[str, Any]
    """By dotted path, those of earlier starts included."""


def effective(run: Run, changes: dict[str, Any]) -> Effective:
    """The config of a run with all changes so far and these. Raises ConfigError."""
    everything = {**_changes_so_far(run), **changes}
    text = config_file.with_values(config_file.read_text(run.config_path), everything)
    return Effective(check.load(text.value, run.code_path), text.value, everything)


def _changes_so_far(run: Run) -> dict[str, Any]:
    """What was changed at a start of the run, or while it was live, by dotted path."""
    changes: dict[str, Any] = {}
    for event in Follower(run.journal_path).read():
        if isinstance(event, RunStarted):
            changes = dict(event.changes)
        elif isinstance(event, SettingChanged):
            changes[event.path] = event.after
    return changes


def starting_checkpoint(run: Run) -> tuple[Checkpoint | None, list[str]]:
    """Where a run goes on: its furthest checkpoint that is whole, its parent's, or the start.

    With a sentence about each file that should have been it and cannot be read.
    """
    if run.checkpoints():
        return newest_valid(run)
    parent = run.parent()
    if parent is None:
        return None, []
    return replace(checkpoint.load(parent), weights_only=run.fine_tunes()), []


def newest_valid(run: Run) -> tuple[Checkpoint, list[str]]:
    """The furthest checkpoint that can be read, and a sentence about each that cannot."""
    problems = _renew_sidecars(run) if run.ours() else {}
    for path in reversed(run.checkpoints()):
        if path in problems:
            continue
        try:
            return checkpoint.load(path), list(problems.values())
        except checkpoint.CheckpointError as error:
            problems[path] = str(error)
    if problems:
        message = f"{run.path}: none of its checkpoints can be read: start a new run"
        raise checkpoint.CheckpointError(f"{message} ({'; '.join(problems.values())})")
    raise checkpoint.CheckpointError(f"{run.path}: holds no checkpoint yet: start a new run")


def _renew_sidecars(run: Run) -> dict[Path, str]:
    """Make the order of the checkpoints right; returns a sentence about each that is damaged."""
    problems = {}
    for path in run.checkpoints():
        try:
            checkpoint.renew_sidecar(path)
        except checkpoint.CheckpointError as error:
            problems[path] = str(error)
        except OSError:  # a folder that may only be read: the older order must do
            continue
    return problems


def threads(
    settings: Config, start: Checkpoint | None, *, world_size: int = 1, local_size: int = 1
) -> int:
    """CPU threads for torch: the config's, else those of the run before, else this process's share.

    Another number gives other last bits. That of the run before says nothing where another number
    of processes trained it than the `world_size` of now, of which `local_size` share the CPUs here.
    """
    if settings.threads is not None:
        return settings.threads
    alike = start is not None and start.ours.get("world_size", 1) == world_size
    before = start.ours.get("threads") if start is not None and alike else None
    return int(before) if before else max(1, machine.usable_cpus() // local_size)


def device(settings: Config, start: Checkpoint | None) -> tuple[str, list[str]]:
    """The device the config asks for, else that of the run before, else what there is."""
    before = start.ours.get("device") if start else None
    if settings.device is None and before:
        try:
            return devices.choose(str(before), settings.n_gpu)
        except devices.DeviceError as error:
            name, notices = devices.choose(None, settings.n_gpu)
            return name, [*notices, str(error)]
    return devices.choose(settings.device, settings.n_gpu)
