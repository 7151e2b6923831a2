"""From a config that was asked for to a run directory that can be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import devices, runs
from core.own_code import project as own_project
from core.settings import file as config_file
from core.settings import normalize
from core.settings.file import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from core.settings.jsontext import JsonText


def edited(text: JsonText, changes: dict[str, Any]) -> JsonText:
    """The config with values changed by dotted path."""
    text = normalize.editable(text) if changes else text
    for path, value in changes.items():
        text = text.set(config_file.parse_path(path), value)
    return text


def create(text: JsonText, folder: Path | None = None) -> Run:
    """A new run directory for a config, once it and its device are known to be good.

    `folder` is where code of one's own is looked up: from now on it is known as this person's.
    """
    from core.checking import check  # pydantic: not before the first paint
    from core.own_code import started as started_code  # pydantic: not before the first paint

    text = own_project.in_text(text, folder)
    settings = check.load(text.value, folder)
    if settings.device is not None:
        devices.choose(settings.device, settings.n_gpu)
    code = started_code.begin(folder, text.value) if folder is not None else None
    try:
        # Frozen as it is meant: in plain JSON and today's keys pytorch-template reads it too.
        frozen = normalize.in_text(text).text
        save_dir = settings.trainer.save_dir.expanduser()
        return runs.create(save_dir, settings.name, frozen, code=code)
    except OSError as error:
        problem = Problem(
            path="trainer.save_dir",
            message=f"{error.strerror}: {error.filename}: give a folder that can be written",
        )
        raise config_file.ConfigError([problem]) from error
