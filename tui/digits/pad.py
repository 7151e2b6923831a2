"""A pad of 28×28 pixels that is drawn on with a pen."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.images.idx import IMAGE_SHAPE
from core.images.pictures import NUM_PIXELS

SIDE = IMAGE_SHAPE[0]
FULL = 255
INK_STEP = 17
"""From one ink of the fine pen to the next: sixteen in all, paper included."""
SOFT = ((0, 0, FULL), (0, 1, 160), (1, 0, 160), (0, -1, 160), (-1, 0, 160))
"""Rows and columns from the tip of the soft pen, and the ink there: strokes as wide as MNIST's."""
MOST_KEPT = 200
"""Strokes that can be taken back."""


@dataclass
class Pad:
    """What was drawn. Positions are (x, y): the column and the row of a pixel, from 0."""

    ink: bytearray = field(default_factory=lambda: bytearray(NUM_PIXELS))
    """Row by row, 0 paper to 255 ink."""
    soft: bool = True
    """Whether the pen is as broad as those of MNIST, or draws single pixels."""
    strength: int = FULL
    """The ink of the fine pen."""
    _before: list[bytes] = field(default_factory=list)
    _last: tuple[int, int] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return not any(self.ink)

    def put_down(self, x: int, y: int, *, erase: bool = False) -> None:
        """Begin a stroke."""
        self._keep()
        self._last = x, y
        self._dot(x, y, erase=erase)

    def move(self, x: int, y: int, *, erase: bool = False) -> None:
        """Draw on to there, and all between: of a fast hand only some places are told."""
        from_x, from_y = self._last or (x, y)
        steps = max(abs(x - from_x), abs(y - from_y), 1)
        for step in range(1, steps + 1):
            self._dot(
                round(from_x + (x - from_x) * step / steps),
                round(from_y + (y - from_y) * step / steps),
                erase=erase,
            )
        self._last = x, y

    def lift(self) -> None:
        """End the stroke."""
        self._last = None

    def clear(self) -> None:
        """Take a clean sheet."""
        if not self.empty:
            self._keep()
            self.ink[:] = bytes(NUM_PIXELS)

    def undo(self) -> bool:
        """Take the last stroke back; False if there is none."""
        if self._before:
            self.ink[:] = self._before.pop()
            return True
        return False

    def strengthen(self, by: int) -> None:
        """Give the fine pen more or less ink, in steps."""
        self.strength = max(INK_STEP, min(FULL, self.strength + by * INK_STEP))

    def _keep(self) -> None:
        self._before = [*self._before[1 - MOST_KEPT :], bytes(self.ink)]

    def _dot(self, x: int, y: int, *, erase: bool) -> None:
        tip = SOFT if self.soft else ((0, 0, self.strength),)
        for down, right, ink in tip:
            row, column = y + down, x + right
            if 0 <= row < SIDE and 0 <= column < SIDE:
                at = row * SIDE + column
                # The fine pen gives the very ink it has; the soft one never takes any away.
                self.ink[at] = 0 if erase else max(self.ink[at], ink) if self.soft else ink
