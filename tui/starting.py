"""From a config that was asked for to a run directory that can be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import config_file, devices, normalize, runs
from core.config_file import Problem

if TYPE_CHECKING:
    from core.jsontext import JsonText
    from core.runs import Run


def edited(text: JsonText, changes: dict[str, Any]) -> JsonText:
    """The config with values changed by dotted path."""
    text = normalize.editable(text) if changes else text
    for path, value in changes.items():
        text = text.set(config_file.parse_path(path), value)
    return text


def create(text: JsonText) -> Run:
    """A new run directory for a config, once it and its device are known to be good."""
    from core import check  # pydantic: not before the first paint

    settings = check.load(text.value)
    if settings.device is not None:
        devices.choose(settings.device, settings.n_gpu)
    try:
        # Frozen as it is meant: in plain JSON and today's keys pytorch-template reads it too.
        frozen = normalize.in_text(text).text
        return runs.create(settings.trainer.save_dir.expanduser(), settings.name, frozen)
    except OSError as error:
        problem = Problem(
            path="trainer.save_dir",
            message=f"{error.strerror}: {error.filename}: give a folder that can be written",
        )
        raise config_file.ConfigError([problem]) from error
