"""The config being edited: its text, where it came from, what was done and can be undone."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from core.own_code import copies as own_code
from core.own_code import project as own_project
from core.settings import file as config_file
from core.settings import normalize, signatures
from core.settings.jsontext import JsonTextError
from tui.config import own

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings.file import Problem, Stamp
    from core.settings.jsontext import JsonText
    from core.settings.jsontext import Path as KeyPath
    from core.settings.signatures import Signature

_CHOSEN = ("arch", "optimizer", "lr_scheduler")
"""The blocks whose class is chosen from a list, with its arguments as fields."""
_BARE_FRACTION = re.compile(r"[+-]?(\.\d+|\d+\.)([eE][+-]?\d{1,3})?", re.ASCII)
"""A number as people type it and JSON has it not: `.01`."""


class File(NamedTuple):
    """The file of a draft, as far as is known."""

    path: Path
    saved: JsonText
    stamp: Stamp | None


class Step(NamedTuple):
    """What an undo or a redo brings back."""

    text: JsonText
    parent: Path | None
    file: File | None
    """Only where another file was read; a save under another name is nothing to undo."""


@dataclass
class Draft:
    """A config on its way to the file it was read from."""

    path: Path
    text: JsonText
    saved: JsonText
    """As it stands in the file, as far as is known."""
    parent: Path | None = None
    """The checkpoint with whose weights the next run begins; None for a run from the start."""
    asked_processes: int = 1
    """What was asked for in Device, for which config.json has no word; see `num_processes`."""
    _undo: list[Step] = field(default_factory=list)
    _redo: list[Step] = field(default_factory=list)
    _stamp: Stamp | None = None
    _backed_up: set[Path] = field(default_factory=set)
    """The files that were kept as they were before this program first wrote them."""

    @classmethod
    def read(cls, path: Path) -> Draft:
        """The draft of a file. Raises ConfigError."""
        stamp = config_file.stamp(path)
        text = config_file.read_text(path)
        return cls(path, text, text, _stamp=stamp)

    @property
    def value(self) -> dict[str, Any]:
        """The config as it would be saved."""
        value: dict[str, Any] = self.text.value
        return value

    @property
    def num_processes(self) -> int:
        """Of the next run, where the config says that it is trained on the CPU."""
        return self.asked_processes if self.value.get("device") == "cpu" else 1

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return self.text.text != self.saved.text

    @property
    def current(self) -> JsonText:
        """The text as its fields are shown and changed: an old format in today's keys."""
        return normalize.editable(self.text)

    @property
    def meant(self) -> dict[str, Any]:
        """The config as it is read: with today's names, and numbers where those were spelled."""
        return _meant(self.text)

    @property
    def folder(self) -> Path:
        """Where code of one's own is looked up: beside the file, or in the run it goes on from."""
        if self.parent is not None and own_code.is_of_run(self.parent):
            return own_code.folder_of(self.parent)
        return own_code.folder_of(self.path)

    @property
    def resolved(self) -> JsonText:
        """The text with the names of a project as it is meant: `model/model.py:MnistModel`."""
        return own_project.in_text(self.text, self.folder)

    def signature_of(self, block: str, name: object) -> Signature | None:
        """What a class that `block` (`optimizer`, `arch`, …) can name takes; None if unknown."""
        return signature_of(block, name, self.folder)

    def choices(self, block: str) -> list[str]:
        """The classes that `block` can name, those of one's own files included."""
        return choices(block, self.folder)

    def notes(self) -> list[str]:
        """What a person should know of the file, and of the config as it stands."""
        return [*self._seen_before(), *normalize.notes_of(self.saved, self.text)]

    def _seen_before(self) -> list[str]:
        """What is to be said of the validation images where the weights are a checkpoint's."""
        if self.parent is None:
            return []
        from core.checking import check
        from core.resuming import seen_before

        with contextlib.suppress(config_file.ConfigError):
            before = config_file.read_text(self.parent.parent / "config.json")
            return list(seen_before.notices(before.value, check.load(self.text.value, self.folder)))
        return []

    def problems(self) -> list[Problem]:
        """Every problem of the config as it stands."""
        return problems_of(self.text, self.folder)

    def problem_with(self, path: KeyPath, value: object) -> str:
        """What would be wrong with the value at `path` if it were `value`; empty for nothing."""
        dotted = ".".join(map(str, path))
        try:
            text = self.current.set(path, value)
        except JsonTextError as error:
            return str(error)
        found = [item for item in problems_of(text, self.folder) if item.path == dotted]
        return str(found[0]) if found else ""

    def get(self, path: KeyPath) -> Any:
        """The value at `path`; None where there is none."""
        value: Any = self.current.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def set(self, path: KeyPath, value: object) -> list[str]:
        """Change a value. A new class keeps of its arguments those that it has.

        Returns the names of those that it has not. Raises JsonTextError where nothing can be.
        """
        text = self.current.set(path, value)
        self._remember()
        self.text = text
        return self._drop_foreign_arguments(path[:-1]) if path[-1] == "type" else []

    def remove(self, path: KeyPath) -> None:
        """Take a value out, back to its default."""
        if path in self.current.spans:
            self._remember()
            self.text = self.current.remove(path)

    def replace(self, text: JsonText, parent: Path | None = None) -> None:
        """Take another text, in one step; with `parent` the weights of a checkpoint too."""
        self._remember()
        self.text, self.parent = text, parent

    def fine_tune(self, text: JsonText, parent: Path) -> None:
        """Take the config of a checkpoint, and its weights for the next run."""
        self.replace(text, parent)

    def undo(self) -> bool:
        """Take back the last change; False if there is none."""
        return self._step(self._undo, self._redo)

    def redo(self) -> bool:
        """Do again what was taken back; False if there is nothing."""
        return self._step(self._redo, self._undo)

    def open(self, path: Path) -> None:
        """Read another file, in one step. Raises ConfigError."""
        other = Draft.read(path)
        self._remember(self._file)
        self._file = other._file
        self.text, self.parent = other.text, None

    def reload(self) -> None:
        """Read the file again, as one change more. Raises ConfigError."""
        other = Draft.read(self.path)
        self.replace(other.text)
        self.saved, self._stamp = other.saved, other._stamp

    def save(self, path: Path | None = None) -> None:
        """Write the file, kept as `.bak` as it was before the first time. Raises OSError."""
        path = path or self.path
        backup = path.resolve() not in self._backed_up
        config_file.save_text(path, self.text, backup=backup)
        self.path = path
        self._backed_up.add(path.resolve())
        self.text = self.saved = self.text.plain
        self._stamp = config_file.stamp(path)

    @property
    def stamp_on_disk(self) -> Stamp | None:
        """When the file was last written, by whomever."""
        return config_file.stamp(self.path)

    def changed_on_disk(self) -> bool:
        """Whether somebody else wrote the file since; one look at its date where nobody did."""
        stamp = self.stamp_on_disk
        if stamp in (None, self._stamp):
            return False
        if not config_file.says(self.path, self.saved):
            return True
        self._stamp = stamp  # touched only
        return False

    @property
    def _file(self) -> File:
        return File(self.path, self.saved, self._stamp)

    @_file.setter
    def _file(self, file: File) -> None:
        self.path, self.saved, self._stamp = file

    def _remember(self, file: File | None = None) -> None:
        self._undo.append(Step(self.text, self.parent, file))
        self._redo.clear()

    def _step(self, source: list[Step], target: list[Step]) -> bool:
        if not source:
            return False
        step = source.pop()
        target.append(Step(self.text, self.parent, self._file if step.file else None))
        self.text, self.parent = step.text, step.parent
        if step.file is not None and step.file.path != self.path:  # else what is known is newer
            self._file = step.file
        return True

    def _drop_foreign_arguments(self, block: KeyPath) -> list[str]:
        signature = self.signature_of(str(block[0]), self.get((*block, "type")))
        arguments = self.get((*block, "args"))
        if signature is None or not isinstance(arguments, dict):
            return []
        if signature.takes_more or block[0] == "data_loader":  # given what every loader is, too
            return []
        dropped = [name for name in arguments if signature.get(name) is None]
        for name in dropped:
            self.text = self.text.remove((*block, "args", name))
        return dropped


@lru_cache(maxsize=4)  # a form asks for it once a field
def _meant(text: JsonText) -> dict[str, Any]:
    value: dict[str, Any] = normalize.normalize(text.value).value
    return value


def problems_of(text: JsonText, folder: Path) -> list[Problem]:
    """Every problem of a config's text; code of one's own is looked up in `folder`."""
    from core.checking import check  # pydantic: a tenth of a second after the first paint

    return check.problems_of(text.value, folder)


def signature_of(block: str, name: object, folder: Path | None = None) -> Signature | None:
    """What a class that `block` (`optimizer`, `arch`, …) can name takes; None if unknown."""
    if own.meaning(folder, block, name):
        return own.signature_of(folder, block, name)
    return signatures.of(block, name) if block in _CHOSEN else None


def choices(block: str, folder: Path | None = None) -> list[str]:
    """The classes that `block` can name, those in the files of a folder included."""
    if block not in _CHOSEN:
        return []
    return list(dict.fromkeys([*signatures.names(block), *own.choices(folder, block)]))


def parse(text: str) -> object:
    """What a person typed, as a value: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return float(text) if _BARE_FRACTION.fullmatch(text.strip()) else text
