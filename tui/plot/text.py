"""Text in a chart: cut to its room, wide characters in two cells."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tui.cells import Cell
from tui.plot.parts import cell

if TYPE_CHECKING:
    from tui.plot.glyphs import Glyphs

Row = list[Cell]


def as_cells(text: str, role: str, glyphs: Glyphs) -> Row:
    """The text as cells, "?" for what cannot be shown; the second half of a wide one is empty."""
    if text.isascii() and text.isprintable():
        return [cell(char, role) for char in text]
    row: Row = []
    for char in text:
        if glyphs.ascii_only and not char.isascii():
            row.append(cell("?", role))
        elif unicodedata.combining(char) and row and row[-1].char:
            row[-1] = cell(row[-1].char + char, role)
        elif not char.isprintable() or unicodedata.combining(char):
            row.append(cell("?", role))
        elif unicodedata.east_asian_width(char) in "WF":
            row += [cell(char, role), cell("", role)]
        else:
            row.append(cell(char, role))
    return row


def write(row: Row, start: int, cells: Row) -> None:
    """Put cells into a row from `start` on."""
    row[start : start + len(cells)] = cells


def shortened(cells: Row, room: int, glyphs: Glyphs) -> Row:
    """The cells, cut with an ellipsis where they are too many."""
    if len(cells) <= room:
        return cells
    kept = room - len(glyphs.ellipsis)
    if kept <= 0:
        return [cell("?", one.role) if not one.char else one for one in cells[: max(0, room)]]
    role = cells[0].role
    cut = cells[:kept]
    if cells[kept].char == "":  # half of a wide character
        cut[-1] = cell(" ", role)
    return cut + [cell(char, role) for char in glyphs.ellipsis]
