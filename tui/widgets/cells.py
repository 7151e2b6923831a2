"""A widget made of single cells, which sends to the terminal only those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from tui.cells import Cell, Row, fit
from tui.widgets.plain_style import PlainStyle

if TYPE_CHECKING:
    from rich.style import Style
    from textual.geometry import Size


class CellWidget(PlainStyle):
    """Draws rows of cells; Textual alone would send the whole widget at every change."""

    DEFAULT_CSS = """
    CellWidget {
        & > .cells--frame { color: $foreground 55%; }
        & > .cells--text { color: $foreground 85%; }
        & > .cells--dim { color: $foreground 65%; }
        & > .cells--train { color: $primary; }
        & > .cells--val { color: $warning; }
        & > .cells--note { color: $success; text-style: bold; }
        & > .cells--accent { color: $primary; text-style: bold; }
        & > .cells--good { color: $success; }
        & > .cells--bad { color: $error; text-style: bold; }
        & > .cells--strong { text-style: bold; }
        & > .cells--chosen { text-style: reverse bold; }

        /* A shade needs colours that are known: where the terminal has its own, dim ones. */
        &:ansi > .cells--frame { color: ansi_default; text-style: dim; }
        &:ansi > .cells--text { color: ansi_default; }
        &:ansi > .cells--dim { color: ansi_default; text-style: dim; }
    }
    """

    def __init_subclass__(cls, *, roles: tuple[str, ...] = (), **options: Any) -> None:
        """Name the roles that a widget draws: each one that is styled costs at start."""
        cls.COMPONENT_CLASSES = {f"cells--{role}" for role in roles}
        super().__init_subclass__(**options)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []

    def draw(self, width: int, height: int) -> list[Row]:
        """The rows as they should be now; fewer or shorter ones are filled up."""
        raise NotImplementedError

    def update(self) -> None:
        """Draw anew and send what differs."""
        size = self.size
        if not size.width or not size.height:
            return
        old, self._rows = self._rows, self._drawn(size)
        if len(old) != len(self._rows) or (old and len(old[0]) != size.width):
            self.refresh()
            return
        for y, (before, after) in enumerate(zip(old, self._rows, strict=True)):
            if before != after:
                self.refresh(_changed(before, after, y))

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.update()

    def render_line(self, y: int) -> Strip:
        """One row, neighbouring cells of a role together."""
        if not self._rows and self.size.height:
            self._rows = self._drawn(self.size)
        if y >= len(self._rows):
            return Strip.blank(self.size.width, self.plain_style)
        segments: list[Segment] = []
        text, role = "", ""
        for cell in self._rows[y]:
            if cell.role != role:
                if text:
                    segments.append(Segment(text, self.style_of(role)))
                text, role = "", cell.role
            text += cell.char
        if text:
            segments.append(Segment(text, self.style_of(role)))
        return Strip(segments, self.size.width)

    def style_of(self, role: str) -> Style:
        """The look of a role."""
        return self.get_component_rich_style(f"cells--{role}") if role else self.plain_style

    def _drawn(self, size: Size) -> list[Row]:
        rows = [fit(row, size.width) for row in self.draw(size.width, size.height)]
        blank: Row = [Cell(" ", "")] * size.width
        return rows[: size.height] + [blank] * (size.height - len(rows))


def _changed(before: Row, after: Row, y: int) -> Region:
    """The span of a row from the first cell that differs to the last."""
    differs = [x for x, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    first, last = differs[0], differs[-1]
    # Never begin or end inside a wide character, neither of the old row nor of the new one.
    while first and "" in (before[first].char, after[first].char):
        first -= 1
    while last + 1 < len(after) and "" in (before[last + 1].char, after[last + 1].char):
        last += 1
    return Region(first, y, last - first + 1, 1)
