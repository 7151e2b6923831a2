"""Going on from a checkpoint: which one, with which config, in which directory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core import checkpoint, config, runs
from core.errors import MistakeError
from core.own_code import project as own_project
from core.own_code import started as started_code
from core.paths import expanded
from core.resuming import beginning, seen_before
from core.resuming import code as resume_code
from core.resuming import refused as resume_refused
from core.runs import Run
from core.saved import finding
from core.settings import file as config_file
from core.settings import normalize
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from pathlib import Path

    from core.checkpoint import Checkpoint
    from core.own_code.copies import Code

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
    resume_refused.other_weights(settings, start)
    differing = _differing(before.value, text.value)
    if not start.weights_only:
        resume_refused.nothing_left(settings, start, before.value, differing)
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
    resume_refused.other_weights(settings, start)
    notices += seen_before.notices(before.value, settings)
    return Plan(start.path, None, text, {}, notices, weights_only=True, code=code)


def _replaced(text: JsonText, given: JsonText | None, edits: dict[str, Any]) -> JsonText:
    for key, block in (normalize.editable(given).value if given else {}).items():
        text = text.set((key,), block)
    return config_file.with_values(text, edits)


def _unsaved(reference: str, save_dir: Path) -> Run | None:
    """The run that is meant, where it was stopped before its first checkpoint."""
    path = expanded(reference)
    if path.is_file() or runs.is_checkpoint(path):
        return None
    run = finding.find(reference, save_dir)
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
    return config_file.with_values(text, beginning.effective(run, {}).changes)


def _target(reference: str, save_dir: Path) -> tuple[Checkpoint, Run, list[str]]:
    """The checkpoint that is meant, its run, and what should be said."""
    path = expanded(reference)
    if path.is_file() or runs.is_checkpoint(path):
        start = checkpoint.load(path.absolute())
        return start, Run(start.path.parent), []
    run = finding.find(reference, save_dir)
    if run.live():
        raise MistakeError(f"{run.path}: is being trained now: stop it first, or give a checkpoint")
    found, problems = beginning.starting_checkpoint(run)
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


def _is_furthest(start: Checkpoint, run: Run) -> bool:
    if start.path.parent != run.path:  # the parent's, since it has none of its own yet
        return True
    newest = beginning.newest_valid(run)[0]
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
