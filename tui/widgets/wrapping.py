"""Rows of cells that are too long, broken between words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.cells import cells

if TYPE_CHECKING:
    from tui.widgets.cells import Row


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
