"""A page of text over the window: help, a test's result."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text
    from textual.app import ComposeResult

CLOSING = "esc closes this"


class Page(ModalScreen[None]):
    """Scrolls; escape, q or enter close it."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss(None)", "close"),
    ]

    def __init__(self, title: str, body: str | Text | Group) -> None:
        super().__init__()
        self._title, self._body = title, body

    def compose(self) -> ComposeResult:
        """The text; its title and how to close it are on the border, which never scrolls."""
        with Vertical(classes="page") as page:
            page.border_title = Content(self._title)
            page.border_subtitle = CLOSING
            with VerticalScroll():
                yield Static(self._body, markup=False)

    def on_mount(self) -> None:
        """Once it is laid out it is known whether there is more than fits."""
        self.call_after_refresh(self._tell_keys)

    def on_resize(self) -> None:
        """As above."""
        self.call_after_refresh(self._tell_keys)

    def _tell_keys(self) -> None:
        more = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(".page").border_subtitle = f"↑ ↓ scroll, {CLOSING}" if more else CLOSING
