"""Changing a value of the config of a run that is being trained."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from core.building import rates
from core.checking import check
from core.events import SettingChanged
from core.requests import EPOCHS, LR
from core.settings import file as config_file
from core.settings import schedules
from core.settings.file import ConfigError
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from core.config import Config
    from core.loop.training import Training


def change(training: Training, path: str, value: object) -> str:
    """Go on with `value` at `path`; returns the outcome in words, also of a refusal.

    From here on every checkpoint holds the new value, and the journal says when it changed.
    """
    if path not in (LR, EPOCHS):
        return f"{path}: only {LR} and {EPOCHS} can change while a run is live"
    if not _is_number(value):
        return f"{path}: {value!r} is not a number"
    raw = _with(training.raw_config, path, value)
    try:
        after = check.load(raw, training.run.code_path)
    except ConfigError as error:
        return "; ".join(str(error).splitlines())
    before = training.config
    if refusal := _refusal(training, path, after):
        return f"{path}: {refusal}"
    old, new = _value(before, path), _value(after, path)
    if old == new:
        return f"{path} is {new:g} already"
    if path == LR:
        rates.scale(training.optimizer, training.scheduler, new / old)
    # Where the images are was settled at the start; the file may name a folder that moved.
    training.config = after.with_data_dir(before.data_loader.args.data_dir)
    training.raw_config, training.changes = raw, {**training.changes, path: value}
    training.emit(
        SettingChanged(path=path, before=old, after=new, epoch=training.epoch, step=training.step)
    )
    return f"{path} was {old:g} and is {new:g} now"


def _is_number(value: object) -> bool:
    """Whether it is one that JSON has: Python reads Infinity and NaN too, where they are asked."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _refusal(training: Training, path: str, after: Config) -> str:
    """Why a value that is good in itself cannot be taken now; empty if it can."""
    if path == LR:
        base = rates.base_rate(training.config.optimizer)
        new = rates.base_rate(after.optimizer)
        return "" if base and new else "a rate of 0 cannot be scaled: stop, and start a new run"
    epochs, under_way = after.trainer.epochs, training.epoch + 1
    if epochs < under_way:
        return f"epoch {under_way} is under way: give {under_way} or more"
    longer = epochs > training.num_epochs
    if longer and (schedule := after.lr_scheduler) and schedule.type in schedules.FIXED_LENGTH:
        return f"{schedule.type} was drawn up for {training.num_epochs} epochs: start a new run"
    return ""


def _value(config: Config, path: str) -> float:
    if path == EPOCHS:
        return config.trainer.epochs
    return rates.base_rate(config.optimizer) or 0.0


def _with(raw: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    changed: dict[str, Any] = config_file.with_values(
        JsonText(json.dumps(raw)), {path: value}
    ).value
    return changed
