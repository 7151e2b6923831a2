"""The config as text, in an editor; it becomes the draft when it is a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from core.settings.jsontext import JsonText, JsonTextError
from tui.clean import boxed, clean
from tui.config.draft import problems_of
from tui.screens.ask import Answer, Ask
from tui.widgets.json_view import line_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.timer import Timer

    from core.settings.file import Problem
    from tui.config.draft import Draft

CHECK_DELAY_SECONDS = 0.2
"""After the last key: checking a config takes longer than drawing a letter."""
NUM_PROBLEMS_SHOWN = 4
_GO_ON = Answer("c", "go on with the text")
_TAKE = Answer("t", "take the text into the form")
_TAKE_ALL_THE_SAME = Answer("t", "take it into the form all the same; its file stays as it is")
_DROP = Answer("d", "drop what was changed here")


class VisibleText(TextArea):
    """An editor in which what would be hidden, or would move the cursor, is a box."""

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn."""
        line = super().get_line(line_index)
        seen = boxed(line.plain)
        return line if seen == line.plain else Text(seen, end="", no_wrap=True)


class Editor(ModalScreen[bool | None]):
    """Gives True once the draft has the text; what is typed is kept on the way."""

    CSS_PATH = "editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "take the text", priority=True),
        Binding("escape", "back", "back", priority=True),
    ]

    def __init__(
        self, draft: Draft, keep: Callable[[str], None], text: str | None = None, line: int = 0
    ) -> None:
        """`text` is edited instead of the draft's; the cursor begins on `line`, from 1."""
        super().__init__()
        self._draft, self._keep = draft, keep
        self._first = draft.text.text if text is None else text
        self._line = line
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """What is edited, the text, what is wrong with it, the keys."""
        with Vertical(classes="editor"):
            yield Static(clean(self._draft.path.name), markup=False, classes="title")
            yield VisibleText(
                self._first, show_line_numbers=True, soft_wrap=False, tab_behavior="focus"
            )
            yield Static(id="editor-problems", markup=False)
            yield Static(
                "ctrl+s take it into the form   esc back   ctrl+z ctrl+y undo, redo",
                markup=False,
                classes="help",
            )

    def on_mount(self) -> None:
        """Begin where the form was."""
        area = self.query_one(TextArea)
        area.focus()
        start = (max(self._line - 1, 0), 0)
        self.call_after_refresh(area.move_cursor, start, center=True)  # once its size is known
        self._check()

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_DELAY_SECONDS, self._check)

    def action_take(self) -> None:
        """Make the text the draft's; asks first where it has problems."""
        problems = self._check()
        if not self._is_object():
            return
        if problems:
            self._ask(f"The text has {_number(problems)}.", [_GO_ON, _TAKE_ALL_THE_SAME])
        else:
            self._take()

    def action_back(self) -> None:
        """Leave; asks where something would be lost."""
        if self._text == self._draft.text.text:
            self.dismiss(None)
            return
        problems = self._check()
        if not self._is_object():
            self._ask("The text was changed, and is no config yet.", [_GO_ON, _DROP])
        elif problems:
            question = f"The text was changed, and has {_number(problems)}."
            self._ask(question, [_GO_ON, _TAKE_ALL_THE_SAME, _DROP])
        else:
            self._ask("The text was changed.", [_TAKE, _DROP, _GO_ON])

    def _ask(self, question: str, answers: list[Answer]) -> None:
        def answered(key: str | None) -> None:
            if key == _TAKE.key:
                self._take()
            elif key == _DROP.key:
                self.dismiss(None)

        self.app.push_screen(Ask(question, answers), answered)

    def _take(self) -> None:
        if self._text != self._draft.text.text:
            self._draft.replace(JsonText(self._text), self._draft.parent)
        self.dismiss(True)

    @property
    def _text(self) -> str:
        return self.query_one(TextArea).text

    def _is_object(self) -> bool:
        try:
            return isinstance(JsonText(self._text).value, dict)
        except JsonTextError:
            return False

    def _check(self) -> list[str]:
        """Say what is wrong with the text, each with its line."""
        self._keep(self._text)
        found = _problems(self._text, self._draft.folder)
        shown = found[:NUM_PROBLEMS_SHOWN]
        if len(found) > len(shown):
            shown.append(f"and {len(found) - len(shown)} more")
        self.query_one("#editor-problems", Static).update(clean_lines(shown))
        return found


def clean_lines(lines: list[str]) -> str:
    """Lines that may hold anything, one below the other."""
    return "\n".join(f"✗ {clean(line)}" for line in lines)


def _number(problems: list[str]) -> str:
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


def _problems(text: str, folder: Path) -> list[str]:
    read = JsonText(text)
    try:
        if not isinstance(read.value, dict):
            return ['must be an object: { "name": …, "arch": …, … }']
        found = problems_of(read, folder)
    except JsonTextError as error:
        return [str(error)]
    lines = sorted((_line(read, problem), str(problem)) for problem in found)
    return [f"line {line}: {sentence}" if line else sentence for line, sentence in lines]


def _line(text: JsonText, problem: Problem) -> int:
    """The line, from 1, of what a problem is about; 0 where it is nowhere."""
    path: list[str | int] = []
    for step in problem.path.split("."):
        is_item = step.isdecimal() and isinstance(_at(text, path), list)
        path.append(int(step) if is_item else step)
    return line_of(text, tuple(path))


def _at(text: JsonText, path: list[str | int]) -> object:
    value: object = text.value
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
    return value
