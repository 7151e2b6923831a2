"""Pictures side by side, as many as fit, each with two lines below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.cells import Cell, Row, cells, fit
from tui.clean import clean
from tui.digits.picture import HEIGHT, WIDTH, picture
from tui.digits.shown import NOTHING_SHOWN, Shown
from tui.widgets.ink_cells import InkCells

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 1
"""Columns between two pictures."""
CAPTION = 2
"""Lines below a picture."""
NOTHING = "there is none"


class Gallery(InkCells, can_focus=True, roles=("dim", "text", "accent")):
    """Scrolls by rows of pictures."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,pagedown,space", "scroll_by(1)", "the next pictures", show=False),
        Binding("up,left,pageup", "scroll_by(-1)", "the pictures before them", show=False),
        Binding("home", "scroll_to(0)", "the first pictures", show=False),
        Binding("end", "scroll_to(-1)", "the last ones", show=False),
    ]

    shown = NOTHING_SHOWN
    _top = 0
    """The first picture in view."""
    _meant: int | None = None
    """The one that somebody went to."""

    def show(self, shown: Shown, place: int | None = None) -> None:
        """Show other pictures, from the first on, or those beside the one at `place`."""
        self.shown, self._top, self._meant = shown, place or 0, place
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """The title, then the pictures that fit."""
        across, down = self._room(width, height)
        total = len(self.shown.indices)
        self._top = max(0, min(self._top, total - 1)) // across * across
        in_view = self.shown.indices[self._top : self._top + across * down]
        # By their numbers where the captions say the same ones, else by their ranks.
        first = self._top + (not self.shown.numbered)
        place = f"  {first:,} to {first + len(in_view) - 1:,} of {total:,}"
        rows = [cells(clean(self.shown.title), "accent")]
        rows[0] += cells(place if total > len(in_view) else "", "dim")
        rows[0] += cells(f"   {self.shown.note}" if self.shown.note else "", "dim")
        if not total and self.shown.title:
            rows.append(cells(NOTHING, "dim"))
        for start in range(0, len(in_view), across):
            rows += self._line(in_view[start : start + across], self._top + start)
        return rows

    def action_scroll_by(self, lines: int) -> None:
        """Show the pictures before or after those in view."""
        across, down = self._room(self.size.width, self.size.height)
        self._go(self._top + lines * across * max(1, down))

    def action_scroll_to(self, index: int) -> None:
        """Show the first pictures, or the last ones."""
        self._go(index % max(1, len(self.shown.indices)))

    def on_mouse_scroll_down(self) -> None:
        """Go on."""
        self.action_scroll_by(1)

    def on_mouse_scroll_up(self) -> None:
        """Go back."""
        self.action_scroll_by(-1)

    def _go(self, index: int) -> None:
        if 0 <= index < len(self.shown.indices):
            self._top = index
            self.update()
        elif index < 0:
            self._top = 0
            self.update()

    def _room(self, width: int, height: int) -> tuple[int, int]:
        """How many pictures stand side by side, and how many lines of them there are."""
        return max(1, (width + GAP) // (WIDTH + GAP)), max(1, (height - 1) // (HEIGHT + CAPTION))

    def _line(self, indices: Sequence[int], place: int) -> list[Row]:
        pictures = [picture(self.shown.ink(index), self.look) for index in indices]
        rows: list[Row] = []
        for parts in zip(*pictures, strict=True):
            row: Row = []
            for part in parts:
                row += [*part, *[Cell(" ", "")] * GAP]
            rows.append(row)
        captions: list[Row] = [[] for _ in range(CAPTION)]
        for at, index in enumerate(indices, place):
            role = "accent" if at == self._meant else "text"
            for row, words in zip(captions, self.shown.caption(index), strict=True):
                row += fit(cells(clean(words), role), WIDTH) + cells(" " * GAP)
        return [*rows, *captions]
