"""Putting rows into a DataTable, its columns as wide as what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widgets import DataTable

Row = tuple[str, tuple[Text, ...]]
"""The key of a row, and its cells."""


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
