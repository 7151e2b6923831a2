"""Rows of cells, of which the window is made: a character and its role each, without Textual."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len


class Cell(NamedTuple):
    """One character of a row and what it stands for."""

    char: str
    """One character; empty where the one before it is two columns wide."""
    role: str
    """Empty for blank, "frame", "text", "note", "accent", or another that its widget knows."""


Row = list[Cell]


def cells(text: str, role: str = "") -> Row:
    """`text` as cells; a character that is two columns wide is followed by an empty one."""
    if text.isascii() and text.isprintable():  # nearly always
        return [Cell(character, role) for character in text]
    row: Row = []
    for character in text:
        width = cell_len(character)
        if width == 0 and row:  # an accent of the character before it, which may be a wide one
            place = -1 if row[-1].char else -2
            row[place] = Cell(row[place].char + character, row[place].role)
        elif width:
            row += [Cell(character, role)] + [Cell("", role)] * (width - 1)
    return row


def fit(row: Row, width: int) -> Row:
    """Exactly `width` cells; what is cut off ends in an ellipsis."""
    if len(row) > width:
        role = row[width - 1].role if width else ""
        kept = row[: width - 1]
        if kept and row[width - 1].char == "":  # half of a wide character
            kept[-1] = Cell(" ", role)
        return [*kept, Cell("…", role)] if width else []
    return row + [Cell(" ", "")] * (width - len(row))


def wrap(row: Row, width: int, indent: int = 0) -> list[Row]:
    """The row in rows of at most `width` cells; all but the first begin `indent` cells in."""
    indent = indent if indent < width else 0
    parts, start, room = [], 0, max(1, width)
    while len(row) - start > room:
        end, past = _break(row, start, start + room)
        parts.append(row[start:end])
        start, room = past, max(1, width - indent)
    parts.append(row[start:])
    return [parts[0], *(cells(" " * indent) + part for part in parts[1:])]


def _break(row: Row, start: int, limit: int) -> tuple[int, int]:
    """Where a row ends that begins at `start`, and where the next one begins."""
    for at in range(limit, start, -1):
        if row[at].char == " ":
            past = at
            while past < len(row) - 1 and row[past].char == " ":
                past += 1
            return at, past
    if row[limit].char == "" and limit - 1 > start:  # never through a wide character
        limit -= 1
    return limit, limit
