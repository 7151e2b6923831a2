"""The pad: drawn on with the mouse, or with a cursor that the arrows move."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.cells import Cell
from tui.digits.pad import SIDE, Pad
from tui.digits.picture import Look, picture
from tui.widgets.ink_cells import InkCells

if TYPE_CHECKING:
    from textual.events import MouseDown, MouseMove

    from tui.cells import Row

RIGHT_BUTTON = 3


class PadView(InkCells, can_focus=True, roles=("text", "accent")):
    """Two columns and a row a pixel where there is room, else a column and half a row."""

    DEFAULT_CSS = "PadView { width: 56; height: 28; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", "move the pen", show=False),
        Binding("down", "move(0, 1)", "move the pen", show=False),
        Binding("left", "move(-1, 0)", "move the pen", show=False),
        Binding("right", "move(1, 0)", "move the pen", show=False),
        Binding("space", "pen", "put the pen down, or lift it", show=False),
        Binding("e", "eraser", "the eraser, or the pen"),
        Binding("f", "fine", "a fine pen, or a soft one"),
        Binding("left_square_bracket", "ink(-1)", "less ink in the fine pen", show=False),
        Binding("right_square_bracket", "ink(1)", "more ink in it", show=False),
        Binding("c", "clear", "a clean sheet"),
        Binding("u,ctrl+z", "undo", "take the last stroke back"),
    ]

    class Drawn(Message):
        """The drawing is another one."""

    def __init__(self, pad: Pad) -> None:
        super().__init__()
        self.pad = pad
        self.erasing = False
        self.down = False
        """Whether the pen of the arrows is on the paper."""
        self.cursor = (SIDE // 2, SIDE // 2)

    def draw(self, width: int, height: int) -> list[Row]:
        """The paper, and where the pen is."""
        ink = bytes(self.pad.ink)
        large = width >= 2 * SIDE and height >= SIDE
        rows = self._large(ink) if large else picture(ink, self.look)
        x, y = self.cursor
        at, row = (2 * x, y) if large else (x, y // 2)
        if self.has_focus and row < len(rows):
            for column in range(at, at + (2 if large else 1)):
                rows[row][column] = Cell("+" if self.look is Look.ASCII else "┼", "accent")
        return rows

    def action_move(self, right: int, down: int) -> None:
        """Move the pen; where it is on the paper it draws."""
        x, y = self.cursor
        self.cursor = max(0, min(SIDE - 1, x + right)), max(0, min(SIDE - 1, y + down))
        if self.down:
            self.pad.move(*self.cursor, erase=self.erasing)
            self._tell()
        else:
            self.update()

    def action_pen(self) -> None:
        """Put the pen down, or lift it."""
        self.down = not self.down
        if self.down:
            self.pad.put_down(*self.cursor, erase=self.erasing)
        else:
            self.pad.lift()
        self._tell()

    def action_eraser(self) -> None:
        """Change between pen and eraser."""
        self.erasing = not self.erasing
        self._tell()

    def action_fine(self) -> None:
        """Change between the pens."""
        self.pad.soft = not self.pad.soft
        self._tell()

    def action_ink(self, by: int) -> None:
        """Give the fine pen more or less ink."""
        self.pad.soft = False
        self.pad.strengthen(by)
        self._tell()

    def action_clear(self) -> None:
        """Take a clean sheet."""
        self.pad.clear()
        self._tell()

    def action_undo(self) -> None:
        """Take the last stroke back."""
        self.pad.undo()
        self._tell()

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin a stroke; the right button erases."""
        self.capture_mouse()
        self.down = False
        self.cursor = self._pixel(event)
        self.pad.put_down(*self.cursor, erase=self._erases(event))
        self._tell()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Draw on."""
        if self.app.mouse_captured is self:
            self.cursor = self._pixel(event)
            self.pad.move(*self.cursor, erase=self._erases(event))
            self._tell()

    def on_mouse_up(self) -> None:
        """End the stroke."""
        self.release_mouse()
        self.pad.lift()

    def on_blur(self) -> None:
        """Without the focus there is no pen to be seen."""
        self.update()

    def _erases(self, event: MouseDown | MouseMove) -> bool:
        return self.erasing or event.button == RIGHT_BUTTON

    def _pixel(self, event: MouseDown | MouseMove) -> tuple[int, int]:
        large = self.size.width >= 2 * SIDE and self.size.height >= SIDE
        x, y = (event.x // 2, event.y) if large else (event.x, 2 * event.y)
        return max(0, min(SIDE - 1, x)), max(0, min(SIDE - 1, y))

    def _large(self, ink: bytes) -> list[Row]:
        # A picture with each row twice, so that a cell has one shade, and each column twice.
        twice = b"".join(ink[y * SIDE : (y + 1) * SIDE] * 2 for y in range(SIDE))
        halves = (twice[: SIDE * SIDE], twice[SIDE * SIDE :])
        rows = [row for half in halves for row in picture(half, self.look)]
        return [[cell for cell in row for _ in range(2)] for row in rows]

    def _tell(self) -> None:
        self.update()
        self.post_message(self.Drawn())
