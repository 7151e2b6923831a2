"""Going on from a checkpoint: which one, with which config, in which directory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core import (
    build,
    check,
    checkpoint,
    config,
    config_file,
    devices,
    normalize,
    own_project,
    resume_code,
    runs,
    schedules,
    seen_before,
    started_code,
)
from core.errors import MistakeError
from core.events import RunStarted, SettingChanged
from core.journal import Follower
from core.jsontext import JsonText
from core.own_names import is_own
from core.paths import expanded
from core.runs import Run

if TYPE_CHECKING:
    from core.checkpoint import Checkpoint
    from core.config import Config
    from core.own_code import Code

IN_PLACE = {
    "trainer.epochs",
    "trainer.save_period",
    "trainer.keep_checkpoints",
    "trainer.verbosity",
    "trainer.tensorboard",
    "trainer.tensorboard_images",
    "trainer.tensorboard_histograms",
}
"""What may change without the run becoming another one."""

NUMBER_OF_STEPS = {
    "data_loader.args.batch_size",
    "data_loader.args.training",
    "data_loader.args.validation_split",
    "trainer.len_epoch",
}
"""What says how many steps an epoch has."""


class Effective(NamedTuple):
    """What a run is trained with: its config.json, and what was changed since."""

    config: Config
    raw: dict[str, Any]
    changes: dict[str, Any]
    """By dotted path, those of earlier starts included."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to go on from a checkpoint."""

    checkpoint: Path
    """The run itself where it has none yet."""
    run: Run | None
    """Where it goes on in place; None for a new run."""
    text: JsonText
    """The config of the new run."""
    changes: dict[str, Any]
    """What changes for the run that goes on in place."""
    notices: list[str] = field(default_factory=list)
    weights_only: bool = False
    """Whether the new run begins at its first epoch, with the weights alone."""
    code: Code | None = None
    """Code of one's own that it needs."""

    def realize(self) -> Run:
        """The directory to train: the run itself, or a new one made now. Raises MistakeError."""
        if self.code is not None:
            started_code.remember(self.code.files)
        if self.run is not None:
            return self.run
        made = config.Config.parse(self.text.value)
        save_dir = made.trainer.save_dir.expanduser()
        return runs.create(
            save_dir,
            made.name,
            self.text.text,
            parent=self.checkpoint,
            weights_only=self.weights_only,
            code=self.code,
        )


def effective(run: Run, changes: dict[str, Any]) -> Effective:
    """The config of a run with all changes so far and these. Raises ConfigError."""
    text = config_file.read_text(run.config_path)
    everything = {**_changes_so_far(run), **changes}
    for path, value in everything.items():
        text = text.set(config_file.parse_path(path), value)
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


def where_its_data_was(settings: Config, start: Checkpoint) -> Config:
    """The config with the images the checkpoint was trained on, whatever folder one is in now.

    A relative data_dir means the folder that training was started in.
    """
    loader = start.config.get("data_loader", {})
    written = loader.get("args", {}).get("data_dir") if isinstance(loader, dict) else None
    absolute = start.ours.get("data_dir")
    if (
        written is None
        or absolute is None
        or str(settings.data_loader.args.data_dir) != str(Path(str(written)))
    ):
        return settings
    return settings.with_data_dir(Path(str(absolute)))


def threads(settings: Config, start: Checkpoint | None) -> int | None:
    """The config's threads, else those of the run before: another number gives other last bits."""
    if settings.threads is not None or start is None:
        return settings.threads
    before = start.ours.get("threads")
    return int(before) if before else None


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


def plan(
    reference: str,
    save_dir: Path,
    given: JsonText | None,
    edits: dict[str, Any],
    folder: Path | None = None,
) -> Plan:
    """What `-r reference` means. Raises MistakeError.

    `given` is the file of -c, whose top-level blocks replace the run's; `edits` are values by
    dotted path, which come last. Code of one's own is looked up in `folder`, beside that file;
    without it the run's own is taken.
    """
    if (unsaved := _unsaved(reference, save_dir)) is not None:
        return _from_the_start(unsaved, given, edits, folder)
    start, run, notices = _target(reference, save_dir)
    before = _config_before(start, run, notices)
    text = own_project.in_text(_replaced(before, given, edits), folder)
    settings, code = resume_code.checked(text, before, Run(start.path.parent), folder)
    _refuse_other_weights(settings, start)
    differing = _differing(before.value, text.value)
    if not start.weights_only:
        _refuse_endless(settings, start, before.value, differing)
    fits = (
        differing.keys() <= IN_PLACE
        and run.ours()
        and not run.live()
        and resume_code.has(run, code)
    )
    if fits and _is_furthest(start, run):
        return Plan(start.path, run, text, differing, notices, code=code)
    notices += seen_before.notices(before.value, settings)
    weights_only = start.weights_only
    return Plan(start.path, None, text, {}, notices, weights_only=weights_only, code=code)


def fine_tuning(
    reference: str,
    save_dir: Path,
    given: JsonText | None,
    edits: dict[str, Any],
    folder: Path | None = None,
) -> Plan:
    """What `--fine-tune reference` means: a new run from the weights alone. Raises MistakeError.

    Its config comes about as that of `plan` does.
    """
    start, run, notices = _target(reference, save_dir)
    before = _config_before(start, run, notices)
    text = own_project.in_text(_replaced(before, given, edits), folder)
    return _from_weights(start, before, text, notices, folder)


def fine_tuning_with(path: Path, text: JsonText, folder: Path | None = None) -> Plan:
    """A new run from the weights of a checkpoint, its config as it stands. Raises MistakeError.

    Code of one's own is looked up in `folder`; without it that of the checkpoint's run is taken.
    """
    start = checkpoint.load(path)
    before = _config_before(start, Run(path.parent), [])
    return _from_weights(start, before, own_project.in_text(text, folder), [], folder)


def config_to_fine_tune(path: Path) -> tuple[JsonText, list[str]]:
    """The config a checkpoint was trained with, and what should be said. Raises MistakeError."""
    notices: list[str] = []
    return _config_before(checkpoint.load(path), Run(path.parent), notices), notices


def _from_weights(
    start: Checkpoint, before: JsonText, text: JsonText, notices: list[str], folder: Path | None
) -> Plan:
    settings, code = resume_code.checked(text, before, Run(start.path.parent), folder)
    _refuse_other_weights(settings, start)
    notices += seen_before.notices(before.value, settings)
    return Plan(start.path, None, text, {}, notices, weights_only=True, code=code)


def _replaced(text: JsonText, given: JsonText | None, edits: dict[str, Any]) -> JsonText:
    for key, block in (normalize.editable(given).value if given else {}).items():
        text = text.set((key,), block)
    for path, value in edits.items():
        text = text.set(config_file.parse_path(path), value)
    return text


def _refuse_other_weights(settings: Config, start: Checkpoint) -> None:
    """Say that the weights do not fit before there is a run directory."""
    if start.arch != settings.arch.label:
        raise MistakeError(
            f"arch.type: {start.path} holds the weights of {start.arch}, not of "
            f"{settings.arch.type}: leave arch as it was"
        )
    if not is_own(settings.arch.type):  # of one's own nothing is run until the training begins
        checkpoint.load_weights(build.empty_model(settings.arch), start, assign=True)


def _unsaved(reference: str, save_dir: Path) -> Run | None:
    """The run that is meant, where it was stopped before its first checkpoint."""
    path = expanded(reference)
    if path.is_file() or runs.is_checkpoint(path):
        return None
    run = runs.find(reference, save_dir)
    begun = run.ours() and not run.live() and run.parent() is None
    return run if begun and not run.checkpoints() else None


def _from_the_start(
    run: Run, given: JsonText | None, edits: dict[str, Any], folder: Path | None
) -> Plan:
    """It begins again in its own directory: whatever changes, nothing was trained without it."""
    before = _as_changed(run, normalize.editable(config_file.read_text(run.config_path)))
    text = _replaced(before, given, edits)
    code = resume_code.checked(text, before, run, folder)[1]
    if not resume_code.has(run, code):
        raise MistakeError(
            f"{run.path}: was to begin with other code, and nothing was saved of it: start a new "
            "run"
        )
    return Plan(run.path, run, text, _differing(before.value, text.value), code=code)


def _as_changed(run: Run, text: JsonText) -> JsonText:
    """A run's config with what was changed since."""
    for path, value in effective(run, {}).changes.items():
        text = text.set(config_file.parse_path(path), value)
    return text


def _target(reference: str, save_dir: Path) -> tuple[Checkpoint, Run, list[str]]:
    """The checkpoint that is meant, its run, and what should be said."""
    path = expanded(reference)
    if path.is_file() or runs.is_checkpoint(path):
        start = checkpoint.load(path.absolute())
        return start, Run(start.path.parent), []
    run = runs.find(reference, save_dir)
    if run.live():
        raise MistakeError(f"{run.path}: is being trained now: stop it first, or give a checkpoint")
    found, problems = starting_checkpoint(run)
    if found is None:
        raise checkpoint.CheckpointError(f"{run.path}: holds no checkpoint yet: start a new run")
    return found, run, problems


def _config_before(start: Checkpoint, run: Run, notices: list[str]) -> JsonText:
    inside = JsonText("{}")
    for key, value in start.config.items():
        inside = inside.set((key,), value)
    inside = normalize.editable(inside)
    if not run.config_path.exists():
        notices.append(f"{run.path} has no config.json: taking the one in {start.path.name}")
        return inside
    written = config_file.read_text(run.config_path)
    text = normalize.editable(written)
    if not start.ours:
        notices += normalize.notes_of(written)
    if run.ours():
        text = _as_changed(run, text)
    differing = ", ".join(_differing(inside.value, text.value).keys() - IN_PLACE)
    if differing and start.path.parent == run.path:
        notices.append(f"config.json and {start.path.name} differ in {differing}: the file counts")
    return text


def _refuse_endless(
    settings: Config, start: Checkpoint, before: dict[str, Any], differing: dict[str, Any]
) -> None:
    epochs, schedule = settings.trainer.epochs, settings.lr_scheduler
    kept = not any(path.startswith("lr_scheduler") for path in differing)
    if schedule and schedule.type in schedules.FIXED_LENGTH and kept:
        longer = {"trainer.epochs"} if epochs > _epochs(before, epochs) else set()
        if schedule.interval == "batch":
            longer |= NUMBER_OF_STEPS
        for path in sorted(longer & differing.keys()):
            raise MistakeError(
                f"{path}: {schedule.type} was drawn up for the steps it began with and cannot go "
                "on after them: start a new run, or give another lr_scheduler"
            )
    if start.epoch >= epochs:
        raise MistakeError(f"finished {start.epoch} of {epochs} epochs: give --epochs N")
    num_bad = start.ours.get("judge", {}).get("num_bad_epochs", 0)
    if num_bad > settings.trainer.patience and not start.ours.get("step_in_epoch"):
        metric = settings.trainer.monitor.split()[-1]
        raise MistakeError(
            f"trainer.early_stop: ended after {num_bad} epochs without a better {metric}: "
            f"give --set trainer.early_stop={num_bad} or more"
        )


def _epochs(before: dict[str, Any], otherwise: int) -> int:
    """How far a run should have gone; a file of another program may not say it as ours do."""
    try:
        return config.Config.parse(before).trainer.epochs
    except config_file.ConfigError:
        return otherwise


def _is_furthest(start: Checkpoint, run: Run) -> bool:
    if start.path.parent != run.path:  # the parent's, since it has none of its own yet
        return True
    newest = newest_valid(run)[0]
    return (newest.epoch, newest.step) <= (start.epoch, start.step)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The values of `after` that mean something else, by dotted path; None where one is gone."""
    old, new = (_flat(normalize.normalize(value).value) for value in (before, after))
    paths = [*new, *(path for path in old if path not in new)]
    return {path: new.get(path) for path in paths if old.get(path) != new.get(path)}


def _flat(value: object, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict) or (path and not value):
        return {path: value}
    found = {}
    for key, item in value.items():
        found.update(_flat(item, f"{path}.{key}" if path else key))
    return found
