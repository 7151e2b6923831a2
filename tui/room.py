"""What a terminal of some size has room for, in columns and rows."""

from __future__ import annotations

Size = tuple[int, int]

BESIDE: Size = (120, 20)
"""Config, Device and Live side by side."""
FORM: Size = (80, 24)
"""What a form needs, as people are told; a little less still does."""
FORM_AT_LEAST: Size = (60, 16)
LARGE_PAD: Size = (100, 32)
"""A pad to draw on with a row for each pixel, and the guesses beside it."""
MAIN_JOB: Size = (40, 12)
"""Start, watch, stop, read the result."""

SIDE_BY_SIDE = frozenset({"config", "device", "live"})
"""The panes that stand side by side where there is room for them."""

_BESIDE_THE_SETTINGS, _MARGINS = 58, 6
_LINE: Size = (20, 72)
"""Columns of a line of the first screen: fewer or more are hard to read."""


def fits(size: Size, needed: Size) -> bool:
    """Whether `needed` is there."""
    return size[0] >= needed[0] and size[1] >= needed[1]


def times(size: Size) -> str:
    """`80×24`."""
    return f"{size[0]}×{size[1]}"


def panes_in_view(pane: str, *, beside: bool, small: bool, text: bool) -> frozenset[str]:
    """What is in view while `pane` is meant: it alone, or with those that stand beside it.

    `needs-room` is in the place of one that is too large for a `small` terminal; the `text` of the
    config takes the room of its neighbours.
    """
    if small and pane not in ("live", "runs"):
        return frozenset({"needs-room"})
    if beside and pane in SIDE_BY_SIDE and not text:
        return SIDE_BY_SIDE
    return frozenset({pane})


def line_width(size: Size, *, beside: bool) -> int:
    """The columns of a line of the first screen."""
    least, most = _LINE
    return max(least, min(most, size[0] - (_BESIDE_THE_SETTINGS if beside else _MARGINS)))
