"""One value to type, or to choose from a list; what is wrong with it is said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from tui.clean import boxed, clean
from tui.config.numbers import stepped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.events import Key


class VisibleInput(Input):
    """A field in which what would be hidden, or would reach the terminal as an order, is a box."""

    @property
    def _value(self) -> Text:
        return Text(boxed(self.value), no_wrap=True, overflow="ignore", end="")


_CHOOSE = "letters search, enter chooses, esc goes back"
_TYPE = "enter takes it, esc goes back"


class Prompt(ModalScreen[str | None]):
    """Gives the text that was entered; None for escape.

    `check` says what is wrong with a text, or gives an empty sentence: only then enter takes it.
    Of `choices` the letters of one lead to it; `hints` say what each is. A number goes up and down
    by the arrows.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel")]

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        help: str = "",  # noqa: A002 -- the right word
        choices: Sequence[str] = (),
        hints: Mapping[str, str] | None = None,
        check: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__()
        self._title, self._value, self._help = title, value, help
        self._choices, self._hints, self._check = choices, hints or {}, check
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Title, input or list, help, error line."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_subtitle = _CHOOSE if self._choices else _TYPE
            yield Static(clean(self._title), markup=False, classes="title")
            if self._choices:
                yield OptionList(*map(self._option, self._choices), markup=False)
            else:
                yield VisibleInput(self._value, select_on_focus=True)
            lines = map(clean, self._help.splitlines())
            yield Static("\n".join(lines), markup=False, classes="help")
            yield Static(id="error", markup=False)

    def on_mount(self) -> None:
        """Focus what can be changed."""
        if not self._choices:
            self.query_one(Input).focus()
            return
        options = self.query_one(OptionList)
        options.focus()
        if self._value in self._choices:
            options.highlighted = list(self._choices).index(self._value)

    def on_key(self, event: Key) -> None:
        """Letters search the list; the arrows change a number."""
        if self._choices:
            self._search(event)
        elif event.key in ("up", "down"):
            event.stop()
            field = self.query_one(Input)
            field.value = stepped(field.value, 1 if event.key == "up" else -1)
            field.action_end()

    @on(Input.Changed)
    def _say_problem(self, event: Input.Changed) -> None:
        self.query_one("#error", Static).update(clean(self._check(event.value)))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        if not self._check(event.value):
            self.dismiss(event.value)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index])

    def _option(self, choice: str) -> str:
        hint = self._hints.get(choice)
        widest = max(len(item) for item in self._choices)
        return clean(f"{choice:{widest}}  {hint}" if hint else choice)

    def _search(self, event: Key) -> None:
        """Go to the first choice that begins with what was typed, else holds it."""
        if event.key == "backspace":
            typed = self._typed[:-1]
        elif event.is_printable and event.character and not event.character.isspace():
            typed = self._typed + event.character.lower()
        else:
            return
        event.stop()
        found = [index for index, item in enumerate(self._choices) if typed in item.lower()]
        if not found:
            return
        self._typed = typed
        best = min(found, key=lambda index: not self._choices[index].lower().startswith(typed))
        self.query_one(OptionList).highlighted = best
        self.query_one("#error", Static).update(clean(f"/ {typed}") if typed else "")
