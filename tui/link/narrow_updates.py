"""Sends of a row only what changed.

Textual 8.2 cuts a change off at its right end alone: whatever stands left of it in its widget is
sent again, which for a chart is nearly the whole row at each new point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.control import Control
from textual._compositor import ChopsUpdate

if TYPE_CHECKING:
    from rich.console import Console


def install() -> None:
    """Cut changes off at both ends from now on."""
    # A method of Textual's is replaced, for which types have no words.
    ChopsUpdate.render_segments = _render_segments  # type: ignore[method-assign, assignment]


def _render_segments(update: ChopsUpdate, console: Console) -> str:
    """The escape sequences of an update: for each span, where it is and what is there."""
    sequences: list[str] = []
    for y, start, stop in update.spans:
        parts = zip(update.chop_ends[y], update.chops[y].items(), strict=False)
        for end, (x, strip) in parts:
            left, right = max(x, start), min(end, stop)
            if strip is not None and left < right:
                sequences.append(Control.move_to(left, y).segment.text)
                sequences.append(strip.crop(left - x, right - x).render(console))
    return "".join(sequences)
