"""The confusion matrix, walked with the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.events import Click
    from textual.geometry import Size

    from tui.cells import Row
    from tui.digits.matrix import Matrix


class MatrixView(
    CellWidget,
    can_focus=True,
    roles=("dim", "text", "val", "bad", "strong", "accent", "chosen"),
):
    """A row for each true class, a column for each guess."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "", show=False),
        Binding("down", "move(1, 0)", "", show=False),
        Binding("left", "move(0, -1)", "", show=False),
        Binding("right", "move(0, 1)", "", show=False),
        Binding("enter", "open", "the pictures behind the number", show=False),
    ]

    @dataclass
    class Moved(Message):
        """Another cell is meant."""

        target: int
        guess: int

    @dataclass
    class Opened(Message):
        """Somebody wants to see the pictures behind the cell."""

    DEFAULT_CSS = "MatrixView { width: auto; height: 1fr; }"

    matrix: Matrix | None = None
    cursor = (0, 0)
    """The true class and the guess that are meant."""
    _first = 0

    def show(self, matrix: Matrix) -> None:
        """Show other results, the most frequent confusion first."""
        self.matrix, self.cursor, self._first = matrix, matrix.worst, 0
        self.post_message(self.Moved(*self.cursor))
        self.refresh(layout=True)
        self.update()

    def get_content_width(self, _container: Size, _viewport: Size) -> int:
        """As wide as the numbers need."""
        return self.matrix.width if self.matrix is not None else 0

    def draw(self, _width: int, height: int) -> list[Row]:
        """The heading and the classes that fit, the cursor's among them."""
        if self.matrix is None or height < 2:
            return []
        shown = height - 1
        self._first = min(self._first, self.cursor[0], max(0, self.matrix.num_classes - shown))
        self._first = max(self._first, self.cursor[0] - shown + 1)
        return self.matrix.rows(self.cursor, self._first, height)

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor."""
        if self.matrix is not None:
            last = self.matrix.num_classes - 1
            target, guess = self.cursor
            self._mean(max(0, min(last, target + down)), max(0, min(last, guess + right)))

    def action_open(self) -> None:
        """Show the pictures behind the cell."""
        self.post_message(self.Opened())

    def on_click(self, event: Click) -> None:
        """Mean the cell under the pointer; a second click opens it."""
        if self.matrix is None:
            return
        target = self._first + event.y - 1
        guess = (event.x - self.matrix.label_width) // self.matrix.cell_width
        if 0 <= target < self.matrix.num_classes and 0 <= guess < self.matrix.num_classes:
            again = (target, guess) == self.cursor
            self._mean(target, guess)
            if again:
                self.action_open()

    def _mean(self, target: int, guess: int) -> None:
        if (target, guess) != self.cursor:
            self.cursor = target, guess
            self.post_message(self.Moved(target, guess))
            self.update()
