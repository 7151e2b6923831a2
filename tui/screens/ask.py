"""A question with a few answers, each a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from tui.clean import clean

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer."""

    key: str
    words: str


class Ask(ModalScreen[str | None]):
    """Gives the key of the answer; None for escape."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel")]

    def __init__(self, question: str, answers: list[Answer]) -> None:
        super().__init__()
        self._question, self._answers = question, answers

    def compose(self) -> ComposeResult:
        """The question over its answers."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_subtitle = "enter chooses, esc goes back"
            lines = map(clean, self._question.split("\n"))
            yield Static("\n".join(lines), markup=False)
            words = (clean(f"{answer.key}   {answer.words}") for answer in self._answers)
            yield OptionList(*words, markup=False)

    def on_mount(self) -> None:
        """So that enter and the arrows work too."""
        self.query_one(OptionList).focus()

    def on_key(self, event: Key) -> None:
        """Answer by key."""
        if any(event.key == answer.key for answer in self._answers):
            event.stop()
            self.dismiss(event.key)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer by enter or a click."""
        self.dismiss(self._answers[event.option_index].key)
