"""The run's log: by level, searched, followed, wrapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from core.record.log_lines import TIME
from tui.cells import Cell, Row, cells, wrap
from tui.clean import clean
from tui.live.log_view import LogView
from tui.widgets.scrolling import ScrollingCells

if TYPE_CHECKING:
    from core.record.log_lines import LogLine

INDENT = 2
"""Of what a long line is continued with."""
DATE_WIDTH = len("2026-11-23 ")
_ROLES = {"debug": "dim", "info": "text", "warning": "note", "error": "bad"}


class LogPane(ScrollingCells, roles=("dim", "text", "note", "bad", "accent", "chosen")):
    """The end of `train.log`, or the part that is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "level", "log: from info, warning or error on, or every line", show=False),
        Binding("w", "wrap", "log: break long lines, or cut them off", show=False),
        Binding("n", "match(-1)", "log: the line above that holds what is searched", show=False),
        Binding("N", "match(1)", "log: the line below that holds it", show=False),
        Binding("escape", "back", "log: end the search, follow its end again", show=False),
    ]

    view = LogView()

    def show(self, lines: tuple[LogLine, ...], *, anew: bool = False) -> None:
        """Draw newer lines; `anew` those of another run, whose end is followed."""
        if anew:
            self.look(replace(self.view, lines=lines, bottom=None))
        elif lines is not self.view.lines:
            self.look(self.view.grown(lines))

    def look(self, view: LogView) -> None:
        """Look at the log in another way."""
        self.view = view
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """A heading, and as many lines as fit above the last one in view."""
        rows: list[Row] = []
        for line in reversed(self.view.shown[: self.view.last + 1]):
            rows = self._rows_of(line, width) + rows
            if len(rows) >= height - 1:
                break
        if not rows:
            rows = [cells(self._nothing(), "dim")]
        return [self._heading(width), *rows[-max(1, height - 1) :]]

    def action_scroll_rows(self, by: int) -> None:
        """Move through the log, a line at a time; at its end it is followed again."""
        self.look(self.view.moved(by, self._first_full()))

    def action_level(self) -> None:
        """Leave out lines of another level."""
        self.look(self.view.next_level())

    def action_wrap(self) -> None:
        """Break long lines, or cut them off."""
        self.look(replace(self.view, wrap=not self.view.wrap))

    def action_match(self, by: int) -> None:
        """Go to another line that holds what is searched."""
        self.look(self.view.to_match(by))

    def action_back(self) -> None:
        """End the search and follow the end, then whatever else the key does."""
        if not self.view.query and self.view.follows:
            raise SkipAction
        self.look(replace(self.view, query="", bottom=None))

    def find(self, text: str) -> None:
        """Go to the last line that holds a text; an empty one ends the search."""
        self.look(self.view.found(text))

    def _first_full(self) -> int:
        """The place of the first line that has a full view above it."""
        num_rows, width = 0, max(1, self.size.width)
        for place, line in enumerate(self.view.shown):
            num_rows += len(self._rows_of(line, width))
            if num_rows >= self.size.height - 1:
                return place
        return len(self.view.shown) - 1

    def _heading(self, width: int) -> Row:
        view = self.view
        level = "all lines" if view.least == "debug" else f"{view.least} and above"
        if view.least == "error":
            level = "errors only"
        follow = "follows" if view.follows else "held (end)"
        wrapped = f"wrap {'on' if view.wrap else 'off'} (w)"
        parts = [f"log: {level} (v)", self._search(), follow, wrapped, "full (f)"]
        close, wide = cell_len("  ".join(parts)), cell_len("   ".join(parts))
        gap = "  " if close <= width < wide else "   "
        while len(parts) > 1 and cell_len(gap.join(parts)) > width:
            parts.pop()
        return cells(gap.join(parts), "accent" if self.has_focus else "dim")[:width]

    def _search(self) -> str:
        view = self.view
        if not view.query:
            return "find (/)"
        count = len(view.matches)
        where = f"{view.match} of {count}" if view.match else f"{count} found"
        return f'"{clean(view.query)}" {where} (n N)'

    def _nothing(self) -> str:
        if self.view.lines:
            return "no line of this level: v shows others"
        return "the log of the run will be here"

    def _rows_of(self, line: LogLine, width: int) -> list[Row]:
        text = clean(line.text)
        time = TIME.match(text)
        start = DATE_WIDTH if time and not self.view.several_days else 0
        text, end = text[start:], time.end() - start if time else 0
        row = cells(text[:end], "dim") + cells(text[end:], _ROLES[line.level])
        row = self._marked(row, text)
        return wrap(row, width, INDENT) if self.view.wrap else [row]

    def _marked(self, row: Row, text: str) -> Row:
        """What is searched stands out; where a character is wide, the line alone is found."""
        wanted = clean(self.view.query).lower()
        lower = text.lower()
        if not wanted or len(row) != len(lower):
            return row
        start = lower.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            row[start:end] = [Cell(cell.char, "chosen") for cell in row[start:end]]
            start = lower.find(wanted, end)
        return row
