"""The rows of a confusion matrix in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_WIDTH = 4
MOST_CELLS = 16
"""Of a name; the matrix beside it has to fit too."""


def class_labels(names: Sequence[str], num_classes: int) -> list[str]:
    """A label for each class, all of one width: its number, and its name where that says more."""
    from rich.cells import cell_len, set_cell_size  # not for who lists runs

    numbers = [str(index) for index in range(num_classes)]
    shown = [clean(name) for name in names[:num_classes]]
    shown += numbers[len(shown) :]
    if shown == numbers:
        return [f"{number:>{LEAST_WIDTH}}" for number in numbers]
    width = min(MOST_CELLS, max(map(cell_len, shown)))
    widest = len(numbers[-1])
    return [
        f"{number:>{widest}} {set_cell_size(name, width)}"
        for number, name in zip(numbers, shown, strict=True)
    ]
