"""From a config that was asked for to a run directory that can be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import check, config, devices, runs
from core.config import Problem

if TYPE_CHECKING:
    from core.jsontext import JsonText
    from core.runs import Run


def edited(text: JsonText, changes: dict[str, Any]) -> JsonText:
    """The config with values changed by dotted path."""
    for path, value in changes.items():
        text = text.set(config.parse_path(path), value)
    return text


def create(text: JsonText) -> Run:
    """A new run directory for a config, once it and its device are known to be good."""
    settings = check.load(text.value)
    if settings.device is not None:
        devices.choose(settings.device, settings.n_gpu)
    try:
        return runs.create(settings.trainer.save_dir.expanduser(), settings.name, text.text)
    except OSError as error:
        problem = Problem(
            path="trainer.save_dir",
            message=f"{error.strerror}: {error.filename}: give a folder that can be written",
        )
        raise config.ConfigError([problem]) from error
