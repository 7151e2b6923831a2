"""The confusion matrix as rows of cells: what each class was taken for, the more the stronger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tui import format as fmt
from tui.cells import Row, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAT = ("dim", "text", "val", "bad")
"""The roles of a number of mistakes, from few to many; their size says the same without colours."""
NONE = "·"
_SHARE = 2 + len("100.0 %")
"""Columns of the share that is right, with the gap before it."""


@dataclass(frozen=True)
class Matrix:
    """Counts by the true class and by the guess, with a label for each class."""

    confusion: Sequence[Sequence[int]]
    labels: Sequence[str]
    """All of one width in columns."""
    label_width: int

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.confusion)

    @property
    def worst(self) -> tuple[int, int]:
        """The true class and the guess of the most frequent confusion."""
        places = [(row, column) for row, column in self._places() if row != column]
        return max(places, key=lambda place: self.confusion[place[0]][place[1]], default=(0, 0))

    @cached_property
    def cell_width(self) -> int:
        """Columns of a number with the gap before it; brackets stand in the gap and behind."""
        return max(len(str(count)) for row in self.confusion for count in row) + 1

    @property
    def width(self) -> int:
        """Columns of a row."""
        return self.label_width + self.num_classes * self.cell_width + _SHARE

    def rows(self, cursor: tuple[int, int] | None, first: int, height: int) -> list[Row]:
        """A heading, then `height - 1` classes from `first` on; the cell at `cursor` is marked."""
        head = cells(f"{'true':<{self.label_width}}", "dim")
        for guess in range(self.num_classes):
            chosen = cursor is not None and cursor[1] == guess
            head += cells(f"{guess:>{self.cell_width}}", "accent" if chosen else "dim")
        head += cells(f"{'right':>{_SHARE}}", "dim")
        shown = range(first, min(self.num_classes, first + height - 1))
        return [head, *(self._row(target, cursor) for target in shown)]

    def _row(self, target: int, cursor: tuple[int, int] | None) -> Row:
        counts = self.confusion[target]
        chosen = cursor is not None and cursor[0] == target
        row = cells(self.labels[target], "accent" if chosen else "dim")
        for guess, count in enumerate(counts):
            role = "strong" if guess == target else self._heat(count)
            number = cells(f"{count or NONE:>{self.cell_width}}", role)
            if cursor == (target, guess):
                number = [*number[:1], *cells(f"{count or NONE:>{self.cell_width - 1}}", "chosen")]
            row += number
        share = fmt.share(counts[target] / max(1, sum(counts)), 1)
        return [*row, *cells(f"{share:>{_SHARE}}", "text")]

    def _heat(self, count: int) -> str:
        return HEAT[min(len(HEAT) - 1, count * len(HEAT) // (self._most + 1))]

    @cached_property
    def _most(self) -> int:
        """Images of the most frequent confusion: asked for at each number of a large table."""
        row, guess = self.worst
        return self.confusion[row][guess] if row != guess else 0

    def _places(self) -> list[tuple[int, int]]:
        return [
            (row, guess) for row in range(self.num_classes) for guess in range(self.num_classes)
        ]
