"""One value to type, or to choose from a list; what is wrong with it is said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult


class Prompt(ModalScreen[str | None]):
    """Gives the text that was entered; None for escape.

    `check` says what is wrong with a text, or gives an empty sentence: only then enter takes it.
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
        check: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__()
        self._title, self._value, self._help = title, value, help
        self._choices, self._check = choices, check

    def compose(self) -> ComposeResult:
        """Title, input or list, help, error line."""
        with Vertical(classes="dialog"):
            yield Static(clean(self._title), markup=False, classes="title")
            if self._choices:
                yield OptionList(*self._choices, markup=False)
            else:
                yield Input(self._value, select_on_focus=True)
            yield Static(clean(self._help), markup=False, classes="help")
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
