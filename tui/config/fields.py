"""The fields of a config as rows: label, value, default, what it is counted in, a line of help."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from core.own_code import project as own_project
from core.settings.own_names import is_own
from core.settings.schedules import PLATEAU
from tui.clean import clean
from tui.config import field_choices, field_help, own
from tui.config.draft import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings.jsontext import Path
    from core.settings.signatures import Parameter
    from tui.config.draft import Draft

MISSING = object()
MAX_DEPTH = 5
"""Of keys that have a row of their own; what lies deeper is shown as JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form."""

    path: Path
    label: str
    value: object
    """MISSING where the config does not give it."""
    default: object
    """MISSING where there is none."""
    help: str
    choices: tuple[str, ...] = ()
    absent: str = ""
    """What happens without a value, in a word, where there is no default to show."""
    unit: str = ""
    """What it is counted in, or from where to where it goes."""

    @property
    def dotted(self) -> str:
        """Its path as problems name it."""
        return ".".join(map(str, self.path))

    @property
    def in_effect(self) -> object:
        """The value, or the default where there is none."""
        return self.default if self.value is MISSING else self.value

    @property
    def shown(self) -> str:
        """The value as it is typed, or the default where there is none."""
        value = self.in_effect
        return ", ".join(value) if self.dotted == "metrics" and _are_names(value) else show(value)

    @property
    def in_row(self) -> str:
        """The same for a table: a text as it is; nothing at all would look like a fault."""
        value = self.in_effect
        return value if isinstance(value, str) else self.shown or self.absent

    @property
    def given(self) -> bool:
        """Whether the config itself says it."""
        return self.value is not MISSING

    def parse(self, text: str) -> object:
        """What a person typed into it, as a value."""
        if self.dotted == "metrics" and not text.strip().startswith(("[", "{")):
            return [name.strip() for name in text.split(",") if name.strip()]
        return parse(text)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str
    block: str
    """The block of the config that becomes a call; empty where none does."""
    fields: tuple[Field, ...]


def show(value: object) -> str:
    """A value as it is typed: text bare where that can be read back, everything else as JSON."""
    if value is MISSING:
        return ""
    if isinstance(value, str) and clean(value) == value and parse(value) == value:
        return value
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def sections(draft: Draft) -> list[Section]:
    """The whole form."""
    known = [
        Section("run", "", tuple(_plain(draft, _RUN))),
        Section("data", "data_loader", tuple(_data(draft))),
        Section("model", "arch", tuple(_block(draft, "arch"))),
        Section("optimizer", "optimizer", tuple(_block(draft, "optimizer"))),
        Section("schedule", "lr_scheduler", tuple(_block(draft, "lr_scheduler"))),
        Section("loss and metrics", "loss", tuple(_plain(draft, _LOSS))),
        Section("training", "", tuple(_plain(draft, _TRAINING))),
    ]
    others = tuple(_others(draft, {item.path for section in known for item in section.fields}))
    return [*known, Section("other keys", "", others)] if others else known


def _plain(draft: Draft, rows: dict[str, object]) -> Iterator[Field]:
    for dotted, default in rows.items():
        path = tuple(dotted.split("."))
        value, block = _value(draft, path), path[0]
        words, offered = field_help.FIELDS[dotted], field_choices.of(dotted, value, draft.meant)
        if dotted in _NAMES:
            words = own.words(draft.folder, block, value) or words
        if dotted in _NAMES and offered:
            # In a project of the template's the names are its own, some of them ours too.
            offered = tuple(dict.fromkeys([*offered, *own.choices(draft.folder, block)]))
            offered = offered if value in offered or not is_own(value) else (*offered, value)
        yield Field(
            path, path[-1], value, default, words, offered, _ABSENT.get(dotted, ""),
            field_help.UNITS.get(dotted, ""),
        )  # fmt: skip


def _data(draft: Draft) -> Iterator[Field]:
    """The data set; of one's own the arguments that it takes, and nothing that changes ours."""
    kind = draft.get(("data_loader", "type"))
    if not own.meaning(draft.folder, "data_loader", kind):
        yield from _plain(draft, _DATA)
        return
    rows = {path: value for path, value in _DATA.items() if not path.startswith(_AUGMENT)}
    yield from _plain(draft, rows)
    signature, given = draft.signature_of("data_loader", kind), draft.get(("data_loader", "args"))
    names = [item.name for item in signature.parameters] if signature else []
    others = [name for name in given if name not in names] if isinstance(given, dict) else []
    for name in [*names, *others]:
        if f"data_loader.args.{name}" not in rows:
            yield _argument(draft, "data_loader", name, signature.get(name) if signature else None)


def _block(draft: Draft, name: str) -> Iterator[Field]:
    """The class of a block, then each of its arguments."""
    path: Path = (name, "type")
    offered, kind = tuple(draft.choices(name)), draft.get(path)
    if is_own(kind) and kind not in offered:
        offered = (*offered, kind)
    default = "none" if name == "lr_scheduler" else MISSING
    words = own.words(draft.folder, name, kind)
    words = words or _about_class(name, kind)
    yield Field(path, "type", _value(draft, path), default, words, offered)
    signature = draft.signature_of(name, kind)
    given = draft.get((name, "args"))
    names = list(given) if isinstance(given, dict) else []
    if signature is not None:
        names = [item.name for item in signature.parameters] + [
            item for item in names if signature.get(item) is None
        ]
    for argument in names:
        yield _argument(draft, name, argument, signature.get(argument) if signature else None)
    if name == "lr_scheduler" and signature is not None:
        yield _look_at(draft) if kind == PLATEAU else _interval(draft)


def _about_class(name: str, kind: object) -> str:
    about = field_help.CLASSES.get(kind) if isinstance(kind, str) else None
    return f"{kind}, {about}" if about else field_help.FIELDS[name]


def _argument(draft: Draft, block: str, name: str, parameter: Parameter | None) -> Field:
    path, kind = (block, "args", name), str(draft.get((block, "type")))
    default = MISSING if parameter is None or parameter.required else parameter.default
    absent, offered = "", field_choices.of_argument(parameter) if parameter else ()
    if name == "mode" and kind == PLATEAU:
        default, absent = MISSING, "as monitored"
    words = field_help.of_argument(name, kind)
    signature = draft.signature_of(block, kind)
    if parameter is None and signature is not None and not signature.takes_more:
        words = f"{kind} has no such argument: del takes it out"
    unit = field_help.unit_of(name, own.meaning(draft.folder, block, kind) or kind)
    return Field(path, name, _value(draft, path), default, words, offered, absent, unit)


def _look_at(draft: Draft) -> Field:
    path, words = ("lr_scheduler", "metric"), field_help.FIELDS["lr_scheduler.metric"]
    return Field(path, "metric", _value(draft, path), MISSING, words, absent="as monitored")


def _interval(draft: Draft) -> Field:
    path, words = ("lr_scheduler", "interval"), field_help.FIELDS["lr_scheduler.interval"]
    return Field(path, "interval", _value(draft, path), "epoch", words, ("epoch", "batch"))


def _value(draft: Draft, path: Path) -> object:
    if path in draft.current.spans:
        return draft.get(path)
    value: Any = draft.meant  # where a key of another name says it
    for key in path:
        value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
    return value


def _others(draft: Draft, known: set[Path]) -> Iterator[Field]:
    """What else the file says: other programs' keys, and arguments of classes not known here."""
    blocks = {path[0] for path in known if len(path) > 1}
    for path, value in _leaves(draft.current.value, ()):
        shown = any(path[:length] in known for length in range(1, len(path) + 1))
        if shown or (path[0] in blocks and value in (None, {})):
            continue
        broken = len(path) == 1 and path[0] in blocks
        words = "has to be an object: del takes it out" if broken else "kept, and not read here"
        yield Field(path, ".".join(path), value, MISSING, words)


def _leaves(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, item in value.items():
        if isinstance(item, dict) and item and len(path) < MAX_DEPTH:
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


def mean_the_same(dotted: str, one: str, other: str) -> bool:
    """Whether two values of a field, as they are shown, come to the same: `saved`, `saved/`."""
    if dotted in _FOLDERS:
        one, other = (os.path.normpath(os.path.expanduser(text)) for text in (one, other))  # noqa: PTH111 -- never raises
    if dotted in _NAMES:  # as a run of a template's project has frozen them
        file = own_project.PLACES[dotted.partition(".")[0]]
        one, other = (text.replace(f"{file}:", "") for text in (one, other))
    return one == other


def _are_names(value: object) -> TypeGuard[list[str]]:
    """Whether a value is a list of names that can be typed with commas between."""
    return isinstance(value, list) and all(
        isinstance(item, str) and item and not set(item) & set(", [{") for item in value
    )


_RUN: dict[str, object] = {
    "name": MISSING, "device": MISSING, "n_gpu": 0, "seed": 123, "threads": MISSING,
}  # fmt: skip
_DATA: dict[str, object] = {
    "data_loader.type": MISSING,
    "data_loader.args.data_dir": MISSING,
    "data_loader.args.batch_size": MISSING,
    "data_loader.args.shuffle": True,
    "data_loader.args.validation_split": 0.0,
    "data_loader.augment.shift": 0,
    "data_loader.augment.rotate": 0.0,
    "data_loader.augment.scale": 0.0,
    "data_loader.args.num_workers": 1,
}
_LOSS: dict[str, object] = {"loss": MISSING, "metrics": MISSING}
_TRAINING: dict[str, object] = {
    "trainer.epochs": MISSING,
    "trainer.monitor": "off",
    "trainer.early_stop": MISSING,
    "trainer.save_dir": MISSING,
    "trainer.save_period": 1,
    "trainer.keep_checkpoints": MISSING,
    "trainer.len_epoch": MISSING,
    "trainer.verbosity": 2,
    "trainer.tensorboard": False,
    "trainer.tensorboard_images": False,
    "trainer.tensorboard_histograms": False,
}
"""The default of each field, by its dotted path."""
_AUGMENT = "data_loader.augment"
_NAMES = ("data_loader.type", "arch.type", "loss", "metrics")
"""The fields that can name code of one's own."""
_FOLDERS = {"data_loader.args.data_dir", "trainer.save_dir"}
_ABSENT = {
    "device": "as n_gpu says",
    "threads": "all there are",
    "trainer.early_stop": "never",
    "trainer.keep_checkpoints": "all",
    "trainer.len_epoch": "all images once",
}
