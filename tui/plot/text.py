"""Text in a chart: cut to its room, one column a character."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tui.plot.parts import cell

if TYPE_CHECKING:
    from tui.plot.parts import Cell, Glyphs


def write(row: list[Cell], start: int, text: str, role: str) -> None:
    """Put `text` into a row from `start` on."""
    row[start : start + len(text)] = [cell(char, role) for char in text]


def shortened(text: str, room: int, glyphs: Glyphs) -> str:
    """Return the text, cut with an ellipsis where it is too long."""
    if len(text) <= room:
        return text
    kept = room - len(glyphs.ellipsis)
    return text[:kept] + glyphs.ellipsis if kept > 0 else text[: max(0, room)]


def clean(text: str, glyphs: Glyphs) -> str:
    """Return the text with "?" for what is not one column wide, or not ASCII where asked."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_plain(char, glyphs) else "?" for char in text)


def _is_plain(char: str, glyphs: Glyphs) -> bool:
    if char.isascii() or glyphs.ascii_only:
        return char.isascii() and char.isprintable()
    wide = unicodedata.east_asian_width(char) in "WF" or unicodedata.combining(char) > 0
    return char.isprintable() and not wide
