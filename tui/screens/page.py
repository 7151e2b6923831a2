"""A page of text over the window: help, a test's result."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from rich.text import Text
    from textual.app import ComposeResult


class Page(ModalScreen[None]):
    """Scrolls; escape, q or enter close it."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss(None)", "close"),
    ]

    def __init__(self, title: str, body: str | Text) -> None:
        super().__init__()
        self._title, self._body = title, body

    def compose(self) -> ComposeResult:
        """The text; its title and how to close it are on the border, which never scrolls."""
        with Vertical(classes="page") as page:
            page.border_title = Content(self._title)
            page.border_subtitle = "esc closes this"
            with VerticalScroll():
                yield Static(self._body, markup=False)
