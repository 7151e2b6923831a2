"""What the options of a command mean: the config, its edits, the folder, the run to train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.own_code import copies as own_code
from core.paths import expanded
from core.processes import several
from core.settings import file as config_file
from core.settings import normalize
from tui import say, starting
from tui.clean import clean

if TYPE_CHECKING:
    import argparse

    from core.runs import Run
    from core.settings.jsontext import JsonText


def edits(options: argparse.Namespace) -> dict[str, Any]:
    """The flags that stand for values of the config, by dotted path."""
    flags = {
        "optimizer.args.lr": getattr(options, "lr", None),
        "data_loader.args.batch_size": getattr(options, "bs", None),
        "trainer.epochs": getattr(options, "epochs", None),
        "name": getattr(options, "name", None),
        "device": options.device,
        "trainer.save_dir": str(options.saved) if options.saved else None,
    }
    found = {path: value for path, value in flags.items() if value is not None}
    for item in getattr(options, "set", []):
        path, equals, value = item.partition("=")
        if not equals or not all(path.split(".")):
            raise MistakeError(f"--set {clean(item)}: give PATH=VALUE, as trainer.epochs=5")
        found[path] = _value(value)
    return found


def prepare(options: argparse.Namespace) -> tuple[Run, dict[str, Any]]:
    """The run directory to train and what changes in it; nothing is left behind by a mistake."""
    fine_tune = getattr(options, "fine_tune", None)
    if options.resume and fine_tune:
        raise MistakeError("--fine-tune: begins anew where -r goes on: give one of the two")
    if options.resume or fine_tune:
        from core.resuming import plan as resume

        given = normalize.read(options.config) if options.config else None
        say.complain(*(normalize.notes_of(given) if given else []))
        plan_of = resume.fine_tuning if fine_tune else resume.plan
        reference = str(fine_tune or options.resume)
        folder = own_code.folder_of(options.config) if options.config else None
        plan = plan_of(reference, save_dir(options), given, edits(options), folder)
        say.complain(*plan.notices)
        _check_processes(plan.text, options)
        return plan.realize(), plan.changes
    path = config_file.asked_for(options.config, Path.cwd())
    given = normalize.read(path)
    text = _on_the_cpu(starting.edited(given, edits(options)), options)
    _check_processes(text, options)
    created = starting.create(text, own_code.folder_of(path))
    say.complain(*normalize.notes_of(given, text))
    return created, {}


def _check_processes(text: JsonText, options: argparse.Namespace) -> None:
    """Raise MistakeError while there is no run yet."""
    if (asked := getattr(options, "nproc", None)) is not None:
        from core.config import Config  # pydantic: only where it is wanted

        several.num_processes(Config.parse(text.value), asked)


def _on_the_cpu(text: JsonText, options: argparse.Namespace) -> JsonText:
    """With --nproc the CPU is meant where no device is named, whatever n_gpu says."""
    if getattr(options, "nproc", None) is None or text.value.get("device") not in (None, "auto"):
        return text
    return text.set(("device",), "cpu")


def save_dir(options: argparse.Namespace) -> Path:
    """The folder whose runs a command means: --saved, else that of the config here."""
    if options.saved:
        return Path(options.saved)
    given = getattr(options, "config", None)
    try:
        text = config_file.read_text(config_file.asked_for(given, Path.cwd()))
        # In today's keys and no more: what classes take is read from torch's source, a slow thing.
        return expanded(str(normalize.editable(text).value["trainer"]["save_dir"]))
    except (MistakeError, KeyError, TypeError):
        return Path("saved")


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
