"""Putting rows into a DataTable, its columns as wide as what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.coordinate import Coordinate
from textual.strip import Strip
from textual.widgets import DataTable

from tui.widgets.plain_style import PlainStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[str, tuple[Text, ...]]
"""The key of a row, and its cells."""


class RowTable(DataTable[Text], PlainStyle):  # Textual takes the CSS of the first alone
    """A table of plain cells whose cursor is a row: home and end lead to the first and the last."""

    def render_line(self, y: int) -> Strip:
        """Draw a row as one piece of text: scrolling by a page waits for it.

        Textual renders cell by cell, which takes ten times as long (`browsing.py`).
        """
        width, (scroll_x, scroll_y) = self.size.width, self.scroll_offset
        index = y - self.show_header + scroll_y
        if y < self.show_header or index >= self.row_count:
            return super().render_line(y)
        # Where in the table a click hits; Textual reads it back from the style.
        style = self._row_style(index) + Style.from_meta({"row": index, "column": 0})
        text = "".join(
            f" {set_cell_size(cell.plain, column.width)} "
            for cell, column in zip(self.get_row_at(index), self.ordered_columns, strict=True)
        )
        strip = Strip([Segment(text, style)]).crop(scroll_x, scroll_x + width)
        return strip.extend_cell_length(width, style)

    def _row_style(self, index: int) -> Style:
        style = self.plain_style
        if self._show_hover_cursor and index == self.hover_row:
            style += self.get_component_rich_style("datatable--hover")
        if index == self.cursor_row:
            style += self.get_component_rich_style("datatable--cursor")
        return style

    def action_scroll_home(self) -> None:
        """Textual's own scrolls alone: the keys of a row were meant for one out of view."""
        self.action_scroll_top()

    def action_scroll_end(self) -> None:
        """As above, downwards."""
        self.action_scroll_bottom()


def fill(table: DataTable[Text], headings: Sequence[str], rows: Sequence[Row]) -> None:
    """Show `rows` and nothing else.

    Textual measures columns a moment after a row came, and after a clear it remembers the former
    widths: what a change made longer was drawn cut off. So the widths are given.
    """
    table.clear(columns=True)
    for index, heading in enumerate(headings):
        widths = [cells[index].cell_len for _, cells in rows]
        least = Text(heading).cell_len if table.show_header else 0
        table.add_column(heading, width=max([least, *widths]))
    for key, cells in rows:
        table.add_row(*cells, key=key)


def refill(table: DataTable[Text], headings: Sequence[str], rows: Sequence[Row]) -> bool:
    """Show `rows` as `fill` does; where only cells changed, and fit, nothing else is touched.

    Returns whether the table was filled anew.
    """
    columns = list(table.columns.values())
    same_columns = [str(column.label) for column in columns] == list(headings)
    keys = [key.value for key in table.rows]
    if not same_columns or keys != [key for key, _ in rows]:
        fill(table, headings, rows)
        return True
    before = [table.get_row_at(index) for index in range(len(rows))]
    changed = [
        (at, column, cell)
        for at, (_, cells) in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell.plain != before[at][column].plain
    ]
    if any(cell.cell_len > columns[column].width for _, column, cell in changed):
        fill(table, headings, rows)
        return True
    for at, column, cell in changed:
        table.update_cell_at(Coordinate(at, column), cell)
    return False
