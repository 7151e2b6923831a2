"""The probability of each class as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import format as fmt
from tui.cells import Row, cells, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = len(" 100 %")


def bars(
    labels: Sequence[str], probabilities: Sequence[float], width: int, *, ascii_only: bool
) -> list[Row]:
    """A row for each class: its label, the bar, the number; the likeliest stands out."""
    likeliest = max(range(len(probabilities)), key=probabilities.__getitem__)
    rows = []
    for index, (label, value) in enumerate(zip(labels, probabilities, strict=True)):
        role = "strong" if index == likeliest else "text"
        row = cells(f"{label} ", role)
        room = max(0, width - len(row) - _NUMBER)
        drawn = fmt.bar(value, room, ascii_only=ascii_only)
        row += fit(cells(drawn, "train" if index == likeliest else "dim"), room)
        rows.append([*row, *cells(f"{fmt.share(value, 0):>{_NUMBER - 1}}", role)])
    return rows
