"""The config's fields as rows with a cursor: moving, folding, scrolling; what is asked goes up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.cells import Cell, Row, cells, fit
from tui.clean import clean
from tui.config import form
from tui.config.form import Entry, Marks
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click, MouseScrollDown, MouseScrollUp

    from tui.config.fields import Field, Section

WHEEL_LINES = 3


class ConfigForm(
    CellWidget,
    roles=("text", "dim", "accent", "bad", "strong", "chosen", "frame"),
    can_focus=True,
):
    """Draws what it is shown; it changes nothing itself."""

    class Moved(Message):
        """The cursor stands on something else."""

    class Entered(Message):
        """Somebody wants to change the field under the cursor."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("home", "move(-10000)", "first field", show=False),
        Binding("end", "move(10000)", "last field", show=False),
        Binding("left_square_bracket", "section(-1)", "section before", show=False),
        Binding("right_square_bracket", "section(1)", "next section", show=False),
        Binding("left", "fold(True)", "fold", show=False),
        Binding("right", "fold(False)", "unfold", show=False),
        Binding("enter,space", "enter", "change, fold", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="config-form")
        self.sections: Sequence[Section] = ()
        self.marks = Marks()
        self.filter = ""
        self._folded: set[str] = set()
        self._entries: list[Entry] = []
        self._at = 1
        self._top = 0
        self._blocks: list[list[Row]] = []
        self._blocks_of: tuple[int, list[Entry], Marks] | None = None

    def show(self, sections: Sequence[Section], marks: Marks) -> None:
        """Draw other fields, the cursor where it was."""
        self.sections, self.marks = sections, marks
        self._list(self.entry.key if self.entry else "")

    def set_filter(self, text: str) -> None:
        """Show only what holds `text`, the cursor on the first field; without one all again."""
        kept = self.entry.key if self.entry and not text else ""
        self.filter, self._at = text.strip().lower(), 1
        self._list(kept)

    @property
    def entry(self) -> Entry | None:
        """What the cursor stands on; None where there is nothing at all."""
        return self._entries[self._at] if self._at < len(self._entries) else None

    @property
    def field(self) -> Field | None:
        """The field that the cursor stands on."""
        return self.entry.field if self.entry else None

    def go_to(self, dotted: str) -> bool:
        """Put the cursor on a field, unfolding its section; False if it is not there."""
        section = next(
            (part for part in self.sections if dotted in {item.dotted for item in part.fields}),
            None,
        )
        if section is None:
            return False
        self._folded.discard(section.title)
        if dotted not in {entry.key for entry in self._entries}:
            self.filter = ""
        self._list(dotted)
        return True

    def go_to_top(self) -> None:
        """Show all of it from its beginning, the cursor on the first field."""
        self._top, self._at, self.filter = 0, 1, ""
        self._list("")

    def draw(self, width: int, height: int) -> list[Row]:
        """The rows in view, and where in the whole they are."""
        head = [cells(f"/ {clean(self.filter)}   esc shows everything", "dim")]
        lines = head if self.filter else []
        room = height - len(lines)
        every = self._lines(width - 2)
        self._top = max(0, min(self._top, len(every) - room))
        shown = every[self._top : self._top + room]
        if not every:
            shown = [cells("no field holds that", "dim")]
        bar = _bar(self._top, len(every), room)
        return [
            *lines,
            *(
                [*fit(row, width - 1), Cell(bar[y] if y < len(bar) else " ", "frame")]
                for y, row in enumerate(shown)
            ),
        ]

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()
        super().on_resize()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.update()

    def on_blur(self) -> None:
        """Show no cursor."""
        self.update()

    def action_move(self, by: int) -> None:
        """Move the cursor up or down."""
        self._put(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is in view."""
        self._put(self._at + by * max(1, self.size.height - 2))

    def action_section(self, by: int) -> None:
        """Move to the first field of the next section, or of the one before."""
        titles = [index for index, entry in enumerate(self._entries) if entry.field is None]
        if not titles:
            return
        here = max((n for n, index in enumerate(titles) if index <= self._at), default=0)
        title = titles[(here + by) % len(titles)]
        self._put(title + (not self._entries[title].folded))

    def action_fold(self, folded: bool) -> None:
        """Fold the section that the cursor is in, or unfold it."""
        if self.entry is None or self.filter:
            return
        section = self.entry.section
        if folded:
            self._folded.add(section.title)
        else:
            self._folded.discard(section.title)
        self._list(form.title_key(section) if folded or not self.field else self.entry.key)

    def action_enter(self) -> None:
        """Change the field, or fold or unfold the section."""
        if self.field is not None:
            self.post_message(self.Entered(self.field))
        elif self.entry is not None:
            self.action_fold(not self.entry.folded)

    def on_click(self, event: Click) -> None:
        """Put the cursor there; on what it stands on already, do what enter does."""
        at = self._entry_at(event.y)
        if at is None:
            return
        if at == self._at or self._entries[at].field is None:
            self._put(at)
            self.action_enter()
        else:
            self._put(at)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Look further down, the cursor where it is."""
        event.stop()
        self._top += WHEEL_LINES
        self.update()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Look further up, the cursor where it is."""
        event.stop()
        self._top = max(0, self._top - WHEEL_LINES)
        self.update()

    def _list(self, key: str) -> None:
        """List the entries anew, the cursor on `key` or where it was."""
        self._entries = form.entries(self.sections, self._folded, self.filter)
        keys = [entry.key for entry in self._entries]
        self._put(keys.index(key) if key in keys else self._at)

    def _put(self, at: int) -> None:
        self._at = max(0, min(at, len(self._entries) - 1))
        self._reveal()
        self.update()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        """Scroll as far as the cursor needs; the title above a section's first field too."""
        height = self.size.height - bool(self.filter)
        if height <= 0:
            return
        starts = self._starts()
        if self._at >= len(starts) - 1:
            return
        after_title = self._at > 0 and self._entries[self._at - 1].field is None
        first = starts[self._at - after_title]
        self._top = min(max(self._top, starts[self._at + 1] - height), first)

    def _all_blocks(self, width: int) -> list[list[Row]]:
        """The rows of each entry: made anew where they change, and not where the cursor moves."""
        before, of = self._blocks_of, (width, self._entries, self.marks)
        # The very same objects: comparing what is in them would take as long as making the rows.
        if not before or before[0] != width or before[1] is not of[1] or before[2] is not of[2]:
            labels = form.label_width(self.sections, width)
            self._blocks = [form.rows(entry, self.marks, width, labels) for entry in self._entries]
            self._blocks_of = of
        return self._blocks

    def _starts(self) -> list[int]:
        """The line on which each entry begins, then the number of lines."""
        starts = [0]
        for rows in self._all_blocks(self.size.width - 2):
            starts.append(starts[-1] + len(rows))
        return starts

    def _lines(self, width: int) -> list[Row]:
        found: list[Row] = []
        for at, rows in enumerate(self._all_blocks(width)):
            if at == self._at and self.has_focus:
                chosen = [Cell(cell.char, "chosen") for cell in fit(rows[0], width)]
                found += [chosen, *rows[1:]]
            else:
                found += rows
        return found

    def _entry_at(self, y: int) -> int | None:
        line = y - bool(self.filter) + self._top
        starts = self._starts()
        found = [at for at in range(len(self._entries)) if starts[at] <= line < starts[at + 1]]
        return found[0] if found else None


def _bar(top: int, total: int, room: int) -> str:
    """A scroll bar of `room` characters; empty where everything is in view."""
    if total <= room or room < 2:
        return ""
    length = max(1, room * room // total)
    start = round(top * (room - length) / (total - room))
    return " " * start + "┃" * length
