"""Configs as they are found, turned into what is meant: each odd value with a note for a person.

Pure functions from values to values: a file's own text stays until somebody edits it. What cannot
be meant is left as it is, for `core.config` and `core.checking.check` to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.settings import file as config_file
from core.settings import old_formats, spelled
from core.settings.file import ConfigError, Problem
from core.settings.jsontext import shown
from core.settings.own_names import is_own, label
from core.settings.schedules import PLATEAU

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.settings.jsontext import JsonText
    from core.settings.jsontext import Path as KeyPath

LOSSES = {"my_loss": "nll_loss", "NLLLoss": "nll_loss", "CrossEntropyLoss": "cross_entropy"}
METRICS = {"my_metric": "accuracy", "my_metric2": "top_k_acc"}
"""Names of other days, or of torch's, and what they are called here."""


@dataclass(frozen=True, slots=True)
class Normal:
    """What a config means."""

    value: Any
    notes: tuple[str, ...] = ()
    """What was read otherwise than it is written, or will surprise: a sentence each."""
    problems: tuple[Problem, ...] = ()
    """What an old format says that today's cannot."""
    foreign: str = ""
    """Whose config it is, where it is another program's."""


def normalize(value: object) -> Normal:
    """What the value of a config.json means; it is left alone itself."""
    if not isinstance(value, dict):
        return Normal(value)
    if foreign := old_formats.relative(value):
        return Normal(value, foreign=foreign)
    config = _copied(value)
    notes, problems = old_formats.convert(config)
    for step in (
        _loss,
        _metrics,
        _monitor,
        _scheduler,
        spelled.arguments,
        spelled.numbers,
        _warnings,
    ):
        notes += step(config)
    return Normal(config, tuple(notes), tuple(problems))


def read(path: Path) -> JsonText:
    """The text of a config file. Raises ConfigError, also for one of another program."""
    text = config_file.read_text(path)
    if foreign := normalize(text.value).foreign:
        raise ConfigError([Problem(path=str(path), message=foreign)])
    return text


def notes_of(text: JsonText, edited: JsonText | None = None) -> list[str]:
    """What a person should know of a config that was read, and of what it was edited into."""
    notes = [] if text.is_plain else [config_file.LENIENT]
    now = normalize(editable(edited or text).value).notes
    if old_formats.is_old(text.value):
        later = normalize(editable(text).value).notes
        notes += [note for note in normalize(text.value).notes if note not in later]
    return [*notes, *now]


def in_text(text: JsonText) -> JsonText:
    """The text with every value as it is meant; what needs no change stays as it stands."""
    return _with_values(text.plain, normalize(text.value).value)


@lru_cache(maxsize=8)  # a form asks for it once a field
def editable(text: JsonText) -> JsonText:
    """The text as fields show and change it: that of an old format in today's keys.

    Unchanged where it is in those already, another program's, or more than today's keys can say.
    """
    value = text.value
    if not isinstance(value, dict) or old_formats.relative(value) or not old_formats.is_old(value):
        return text
    converted = _copied(value)
    problems = old_formats.convert(converted)[1]
    return text if problems else _with_values(text.plain, converted)


# The steps: each changes the config in place and says so


def _loss(config: dict[str, Any]) -> Iterator[str]:
    loss = config.get("loss")
    name = loss.get("type") if isinstance(loss, dict) else loss
    if isinstance(name, str) and name in LOSSES:
        config["loss"] = {**loss, "type": LOSSES[name]} if isinstance(loss, dict) else LOSSES[name]
        yield f"loss: {shown(name)} is read as {LOSSES[name]}"


def _metrics(config: dict[str, Any]) -> Iterator[str]:
    metrics: Any = config.get("metrics")
    if isinstance(metrics, dict):
        one = isinstance(metrics.get("type"), str)
        metrics = [metrics] if one else [_metric(*item) for item in metrics.items()]
        config["metrics"] = metrics
        yield "metrics: an object is read as a list of names with arguments"
    for index, item in enumerate(metrics if isinstance(metrics, list) else ()):
        name = item.get("type") if isinstance(item, dict) else item
        if isinstance(name, str) and name in METRICS:
            new = METRICS[name]
            metrics[index] = {**item, "type": new} if isinstance(item, dict) else new
            yield f"metrics.{index}: {shown(name)} is read as {new}"


def _metric(name: str, args: object) -> object:
    return {"type": name, "args": args} if args else name


def _monitor(config: dict[str, Any]) -> Iterator[str]:
    """`monitor` beside `monitor_mode`, off in other words, and metrics of other names."""
    trainer = config.get("trainer")
    if not isinstance(trainer, dict) or "monitor" not in trainer:
        return
    written = monitor = trainer["monitor"]
    if isinstance(monitor, str) and len(monitor.split()) == 1 and "monitor_mode" in trainer:
        monitor = f"{trainer.pop('monitor_mode')} {monitor}"
    if monitor is None or str(monitor).split()[:1] in (["OFF"], ["Off"], ["off"]):
        monitor = "off"
    if isinstance(monitor, str):
        own = _own_metrics(config)
        monitor = " ".join(_today(word, own) for word in monitor.split())
    if monitor != written:
        trainer["monitor"] = monitor
        same = isinstance(written, str) and written.split() == str(monitor).split()
        if not same:
            yield f"trainer.monitor: {shown(written)} is read as {shown(monitor)}"


def _scheduler(config: dict[str, Any]) -> Iterator[str]:
    schedule = config.get("lr_scheduler")
    if not isinstance(schedule, dict):
        return
    if not schedule or schedule.get("type", "") is None:
        config["lr_scheduler"] = None
        yield f"lr_scheduler: {shown(schedule)} is read as none"
        return
    args = schedule.get("args")
    if isinstance(args, dict) and "verbose" in args:
        del args["verbose"]
        yield "lr_scheduler.args.verbose: is dropped: torch has no such argument any more"
    if isinstance(schedule.get("metric"), str):
        schedule["metric"] = _today(schedule["metric"], _own_metrics(config))
        if schedule.get("type") != PLATEAU:
            yield f"lr_scheduler.metric: is not used: only {PLATEAU} looks at a metric"


def _warnings(config: dict[str, Any]) -> Iterator[str]:
    """What is allowed and hardly meant."""
    trainer, loader = config.get("trainer"), config.get("data_loader")
    args = loader.get("args") if isinstance(loader, dict) else None
    trainer = trainer if isinstance(trainer, dict) else {}
    split = args.get("validation_split", 0) if isinstance(args, dict) else None
    if type(split) is int and split == 1:
        yield (
            "data_loader.args.validation_split: 1 keeps one single image for validation: "
            "give a share like 0.1 or a number like 6000"
        )
    if _is_number(split) and split == 0:
        yield from _unwatched(trainer, _metric_names(config))
    epochs, period = trainer.get("epochs"), trainer.get("save_period")
    if type(epochs) is int and epochs == 0:
        yield "trainer.epochs: 0 trains nothing, as in the template: give 1 or more"
    if type(epochs) is int and type(period) is int and period > epochs > 0:
        yield (
            f"trainer.save_period: {period} is more than the {epochs} epochs: "
            "only the best and the last checkpoint will be saved"
        )


def _unwatched(trainer: dict[str, Any], names: set[str]) -> Iterator[str]:
    """As in the template a run goes on without validation; unlike there it says what that means."""
    monitor = trainer.get("monitor")
    words = monitor.split() if isinstance(monitor, str) else []
    if len(words) == 2 and words[0] in ("min", "max") and words[1].removeprefix("val_") in names:
        if not words[1].startswith("val_"):
            return
        trainer["monitor"] = "off"
        yield (
            f"trainer.monitor: is off, since {words[1]} needs data_loader.args.validation_split "
            "above 0: no checkpoint will be the best and early_stop cannot end the run"
        )


# Small helpers


def _today(word: str, own: set[str]) -> str:
    prefix = "val_" if word.startswith("val_") else ""
    name = word.removeprefix("val_")
    return prefix + (name if name in own else METRICS.get(name, name))


def _metric_names(config: dict[str, Any]) -> set[str]:
    return {"loss", *map(label, _metric_types(config))}


def _own_metrics(config: dict[str, Any]) -> set[str]:
    """What metrics of one's own are called: a name of other days is theirs."""
    return {label(name) for name in _metric_types(config) if is_own(name)}


def _metric_types(config: dict[str, Any]) -> list[str]:
    metrics = config.get("metrics")
    items = metrics if isinstance(metrics, list) else []
    names = (item.get("type") if isinstance(item, dict) else item for item in items)
    return [name for name in names if isinstance(name, str)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_values(text: JsonText, config: Any) -> JsonText:
    for path, value in _differing(text.value, config):
        text = text.remove(path) if value is _GONE else text.set(path, value)
    return text


def _copied(value: dict[str, Any]) -> dict[str, Any]:
    """A copy as deep as the steps change it."""
    return {
        key: _copied_block(block) if isinstance(block, dict) else _copied_list(block)
        for key, block in value.items()
    }


def _copied_block(block: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(item) if isinstance(item, dict) else item for key, item in block.items()}


def _copied_list(value: object) -> object:
    return list(value) if isinstance(value, list) else value


def _differing(old: Any, new: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Where two configs are not the same: paths and new values, a block at a time where it can."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        if type(old) is not type(new) or old != new:
            yield path, new
        return
    for key in old:
        if key not in new:
            yield (*path, key), _GONE
    for key, value in new.items():
        if key in old:
            yield from _differing(old[key], value, (*path, key))
        else:
            yield (*path, key), value


_GONE = object()
