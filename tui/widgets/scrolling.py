"""A widget of cells that holds more rows than it can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.events import MouseScrollDown, MouseScrollUp

FAR = 10**9
NUM_WHEEL_ROWS = 3


class ScrollingCells(CellWidget, can_focus=True):
    """Scrolled by keys when it has the focus, and by the wheel; its first row is a heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_rows(-1)", "", show=False),
        Binding("down", "scroll_rows(1)", "", show=False),
        Binding("pageup", "scroll_pages(-1)", "", show=False),
        Binding("pagedown", "scroll_pages(1)", "", show=False),
        Binding("home", f"scroll_rows({-FAR})", "", show=False),
        Binding("end", f"scroll_rows({FAR})", "", show=False),
    ]

    def action_scroll_rows(self, by: int) -> None:
        """Move what is shown; beyond either end it stays there."""
        raise NotImplementedError

    def action_scroll_pages(self, by: int) -> None:
        """Move it by as many rows as are shown."""
        self.action_scroll_rows(by * max(1, self.size.height - 1))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Towards the beginning."""
        event.stop()
        self.action_scroll_rows(-NUM_WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Towards the end."""
        event.stop()
        self.action_scroll_rows(NUM_WHEEL_ROWS)

    def on_focus(self) -> None:
        """Show that keys come here."""
        self.update()

    def on_blur(self) -> None:
        """Show that they go elsewhere."""
        self.update()
