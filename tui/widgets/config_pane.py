"""The config of the next run as a table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static

from tui import fields
from tui.clean import clean

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from core.config_file import Problem
    from tui.draft import Draft
    from tui.fields import Field
from tui.widgets.rows import Row, fill

NUM_LINES_SHOWN = 3


class ConfigPane(Vertical):
    """Fields in sections; what differs from the file is marked, what is wrong or odd is listed."""

    class EditAsked(Message):
        """Somebody wants to change a field."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    class ResetAsked(Message):
        """Somebody wants a field back at its default."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "reset", "back to the default", show=False),
    ]

    def __init__(self, draft: Draft, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.draft = draft
        self.filter = ""
        self._fields: dict[str, Field] = {}
        self._problems: list[Problem] = []
        self._notes: list[str] = []

    def compose(self) -> ComposeResult:
        """The table, the help of the field under the cursor, the problems."""
        table: DataTable[Text] = DataTable(cursor_type="row", show_header=False, cell_padding=0)
        yield table
        yield Static(id="config-help", markup=False)
        yield Static(id="config-problems", markup=False)

    def on_mount(self) -> None:
        """Name the pane; its fields come with the first `reload`."""
        self.border_title = self._title()

    @property
    def table(self) -> DataTable[Text]:
        """The table of fields."""
        return self.query_one(DataTable)

    def reload(self) -> None:
        """Show the draft as it is now, the cursor where it was."""
        self._problems, self._notes = self.draft.problems(), self.draft.notes()
        wrong = {problem.path for problem in self._problems}
        self.border_title = self._title()
        table, row = self.table, self.table.cursor_row
        self._fields = {}
        rows: list[Row] = []
        for section in fields.sections(self.draft):
            shown = [item for item in section.fields if self.filter in item.dotted.lower()]
            if shown:
                title = Text(section.title, style="bold")
                rows.append((f"section {section.title}", (title, Text(), Text())))
            for item in shown:
                self._fields[item.dotted] = item
                rows.append((item.dotted, self._cells(item, item.dotted in wrong)))
        fill(table, ("field", "value", "note"), rows)
        table.move_cursor(row=max(row, 1))
        if row <= 1:
            table.scroll_home(animate=False)  # the first section's title too
        self.query_one("#config-problems", Static).update(self._problem_text())

    def set_filter(self, text: str) -> None:
        """Show only the fields whose path holds `text`."""
        self.filter = text.strip().lower()
        self.reload()

    def go_to_first_problem(self) -> None:
        """Put the cursor on the first field that is wrong."""
        for problem in self._problems:
            if problem.path in self._fields:
                self.table.move_cursor(row=self.table.get_row_index(problem.path))
                return

    def current(self) -> Field | None:
        """The field under the cursor."""
        table = self.table
        if not table.is_valid_coordinate(table.cursor_coordinate):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return self._fields.get(key or "")

    def action_reset(self) -> None:
        """Take the field's value out."""
        if (field := self.current()) is not None:
            self.post_message(self.ResetAsked(field))

    @on(DataTable.RowSelected)
    def _edit(self) -> None:
        if (field := self.current()) is not None:
            self.post_message(self.EditAsked(field))

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        field = self.current()
        text = f"{field.label}: {field.help}" if field else "enter changes a field, del resets it"
        self.query_one("#config-help", Static).update(clean(text))

    def _title(self) -> Content:
        changed = "  (changed, ctrl+s saves)" if self.draft.changed else ""
        parent = self.draft.parent
        run = f"fine-tunes {parent.name}" if parent else "next run"
        return Content(clean(f"1 Config ─ {run} ─ {self.draft.path.name}{changed}"))

    def _cells(self, item: Field, wrong: bool) -> tuple[Text, Text, Text]:
        was = self.draft.was(item.path)
        changed = item.given and was != item.value
        mark = "✗" if wrong else "●" if changed else " "
        note = f"was {fields.show(was)}" if changed and was is not None else ""
        if item.choices and not note:
            note = "▾"
        style = "bold" if wrong else "" if item.given else "dim"
        return (
            Text(f"{mark} {clean(item.label)}  ", style=style),
            Text(f"{clean(item.in_row)}  ", style=style),
            Text(clean(note), style="dim"),
        )

    def _problem_text(self) -> str:
        """What is wrong, then what there is to know, as far as there is room."""
        lines = [f"✗ {clean(problem)}" for problem in self._problems]
        lines += [f"! {clean(note)}" for note in self._notes]
        more = len(lines) - NUM_LINES_SHOWN
        return "\n".join([*lines[:NUM_LINES_SHOWN], f"and {more} more"] if more > 0 else lines)
