"""The files of the config: saving, presets and other files, one that somebody else wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.settings.file import PRESETS, ConfigError
from tui import format as fmt
from tui import words
from tui.clean import clean
from tui.screens.ask import Answer, Ask
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.notifications import SeverityLevel
    from textual.widget import Widget

    from core.settings.file import Stamp
    from tui.config.draft import Draft

_ANOTHER = "another file …"


class ConfigFiles:
    """The questions between the draft and the disk, asked over the window of `pane`."""

    def __init__(self, draft: Draft, pane: Widget, changed: Callable[[bool], None]) -> None:
        """`changed` is called when the draft was saved or read: with True from another file."""
        self._draft, self._pane, self._changed = draft, pane, changed
        self._warned: Stamp | None = None

    # Saving

    def save(self) -> None:
        """Write the config to its file; a bundled one is copied here first."""
        path = words.own_path(self._draft.path)
        if path != self._draft.path and path.exists():
            self._ask_to_replace(path)
        elif self._draft.changed_on_disk():
            self._ask_which_counts()
        else:
            self._write(path)

    def save_as(self) -> None:
        """Write the config to another file, which is its file from then on."""

        def answered(text: str | None) -> None:
            if text is None:
                return
            path = _path(text)
            if os.path.exists(path):  # noqa: PTH110 -- never raises
                self._ask_to_replace(path)
            else:
                self._write(path)

        prompt = Prompt(
            "Save the config as",
            value=str(words.own_path(self._draft.path)),
            help="a path, from the folder you started in",
            check=_cannot_be_written,
        )
        self._pane.app.push_screen(prompt, answered)

    def look(self) -> None:
        """Say so if somebody else wrote the file; costs one look at its date."""
        draft = self._draft
        if not draft.changed_on_disk() or draft.stamp_on_disk == self._warned:
            return
        self._warned = draft.stamp_on_disk
        self._say(
            f"{draft.path.name} was changed on disk since it was read: "
            "ctrl+s asks which one counts, o reads it again",
            "warning",
        )

    def _ask_which_counts(self) -> None:
        name = self._draft.path.name
        question = f"{name} was changed on disk since it was read."
        answers = [
            Answer("o", "overwrite it with the config shown here"),
            Answer("r", "read it again; ctrl+z brings back what is shown here"),
            Answer("w", "write this config to another file"),
            Answer("c", "cancel"),
        ]

        def answered(key: str | None) -> None:
            if key == "o":
                self._write(self._draft.path)
            elif key == "r":
                self._reload()
            elif key == "w":
                self.save_as()

        self._pane.app.push_screen(Ask(question, answers), answered)

    def _ask_to_replace(self, path: Path) -> None:
        answers = [Answer("o", "overwrite it"), Answer("c", "cancel")]

        def answered(key: str | None) -> None:
            if key == "o":
                self._write(path)

        self._pane.app.push_screen(Ask(f"{fmt.path(path)} is there already.", answers), answered)

    def _write(self, path: Path) -> None:
        """Write the config; asks first where it could not be trained."""
        problems = self._draft.problems()
        if not problems:
            self._put(path)
            return
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        question = f"The config cannot be trained as it is.\n{problems[0]}{more}"
        answers = [
            Answer("c", "cancel; n goes to what is wrong"),
            Answer("s", f"save it all the same to {path.name}"),
        ]

        def answered(key: str | None) -> None:
            if key == "s":
                self._put(path)

        self._pane.app.push_screen(Ask(question, answers), answered)

    def _put(self, path: Path) -> None:
        try:
            new = "" if path.exists() else ", a new file"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._draft.save(path)
        except OSError as error:
            self._say(f"not saved: {error.strerror}: {fmt.path(error.filename or path)}", "error")
            return
        self._say(f"saved {fmt.path(self._draft.path)}{new}")
        self._changed(False)

    # Reading

    def open(self) -> None:
        """Choose a preset or another file, and read it."""
        offered = _presets(self._draft.path)

        def answered(label: str | None) -> None:
            if label == _ANOTHER:
                self._ask_for_path()
            elif label is not None:
                self._read(offered[label])

        hints = {label: _length(path) for label, path in offered.items()}
        prompt = Prompt(
            "Read which config?",
            value=next(iter(offered)),
            help="the first one is the file of the config shown, read again",
            choices=[*offered, _ANOTHER],
            hints=hints,
        )
        self._pane.app.push_screen(prompt, answered)

    def _ask_for_path(self) -> None:
        def check(text: str) -> str:
            known = os.path.isfile(_path(text))  # noqa: PTH113 -- never raises
            return "" if known else f"{text}: there is no such file: give its path"

        def answered(text: str | None) -> None:
            if text is not None:
                self._read(_path(text))

        self._pane.app.push_screen(Prompt("Read the config in", check=check), answered)

    def _read(self, path: Path) -> None:
        """Read a file; asks first where unsaved changes would go."""
        if path == self._draft.path:
            self._reload()
            return
        if not self._draft.changed:
            self._open(path)
            return
        question = f"The changes of {self._draft.path.name} are not saved."
        answers = [
            Answer("d", f"read {path.name}; ctrl+z brings them back"),
            Answer("c", "cancel; ctrl+s saves them"),
        ]

        def answered(key: str | None) -> None:
            if key == "d":
                self._open(path)

        self._pane.app.push_screen(Ask(question, answers), answered)

    def _open(self, path: Path) -> None:
        try:
            self._draft.open(path)
        except ConfigError as error:
            self._say(_with_short_path(error, path), "error")
            return
        self._say(f"{words.called(path)} is the config of the next run now, ctrl+z goes back")
        self._changed(True)

    def _reload(self) -> None:
        try:
            self._draft.reload()
        except ConfigError as error:
            self._say(_with_short_path(error, self._draft.path), "error")
            return
        self._say(f"read {fmt.path(self._draft.path)} again, ctrl+z goes back")
        self._changed(False)

    def _say(self, sentence: str, severity: SeverityLevel = "information") -> None:
        self._pane.notify(clean(sentence), severity=severity, markup=False)


def _presets(own: Path) -> dict[str, Path]:
    """The config's own file, those of this folder, then the bundled ones that are not here too."""
    here = [Path("config.json"), *sorted(Path("configs").glob("*.json"))]
    others = [
        path for path in here if _content(path) is not None and path.resolve() != own.resolve()
    ]
    found = {words.called(path): path for path in (own, *others)}
    contents = {_content(path) for path in found.values()}
    for path in sorted(PRESETS.glob("*.json")):
        if _content(path) not in contents:
            found[words.called(path)] = path
    return found


def _with_short_path(error: ConfigError, path: Path) -> str:
    """A notice is no place for a path of many lines."""
    return str(error).replace(str(path), fmt.path(path))


def _content(path: Path) -> bytes | None:
    """None where there is no file that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _length(path: Path) -> str:
    """What tells presets apart at a glance: the network and the epochs."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        epochs = value["trainer"]["epochs"]
        words = "1 epoch" if epochs == 1 else f"up to {epochs} epochs"
        return clean(f"{value['arch']['type']}, {words}")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _path(text: str) -> Path:
    return Path(os.path.expanduser(text))  # noqa: PTH111 -- of unknown users it makes nothing


def _cannot_be_written(text: str) -> str:
    path = _path(text)
    if not text.strip() or "\0" in text:
        return "give a path, like configs/mine.json"
    if str(path).startswith("~"):
        return f"{text}: there is no such user: give another path"
    if os.path.isdir(path):  # noqa: PTH112 -- never raises
        return f"{text}: is a folder: give a file in it"
    if path.suffix != ".json":
        return f"{text}: end the name in .json, so that it is found again"
    return ""
