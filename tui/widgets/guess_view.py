"""What networks take a drawing for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.base_app import in_ascii
from tui.cells import Row, cells, fit, wrap
from tui.clean import clean
from tui.digits.bars import bars
from tui.digits.picture import picture
from tui.widgets.ink_cells import InkCells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.digits.predicting import Guess

WAITING = "importing torch to look at it …"
SEEN = "as the network sees it, scaled and centred"
NOTHING_DRAWN = "Nothing is drawn yet: how likely each is moves here as you draw."
GAP = 2


class GuessView(InkCells, roles=("dim", "text", "strong", "train", "accent")):
    """The probabilities as bars, a column for each checkpoint; below them the picture."""

    def __init__(self, titles: Sequence[str], labels: Sequence[str], *, id: str) -> None:  # noqa: A002 -- Textual's own name
        """`titles` of one or more lines, of as many for each column."""
        super().__init__(id=id)
        self._titles, self._labels = titles, labels
        self.guess: Guess | None = None
        self.trouble = ""
        """Why there is none."""

    def await_guess(self, titles: Sequence[str]) -> None:
        """Others are asked; what the first one said stays until they have answered."""
        self._titles, self.trouble = titles, ""
        if self.guess is not None:
            self.guess = replace(self.guess, probabilities=self.guess.probabilities[:1])
        self.update()

    def show(self, guess: Guess) -> None:
        """Show what a drawing is taken for."""
        self.guess = guess
        self.update()

    def fail(self, why: str) -> None:
        """Say why nothing can be shown."""
        self.trouble = why
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """The bars, and the picture if there is room for all of it."""
        if self.trouble or self.guess is None:
            return wrap(cells(clean(self.trouble or WAITING), "dim"), width)
        each = (width + GAP) // len(self._titles) - GAP
        columns = [self._column(number, each) for number in range(len(self._titles))]
        rows: list[Row] = [_joined(parts, each) for parts in zip(*columns, strict=True)]
        small = picture(self.guess.picture, self.look)
        if len(rows) + 2 + len(small) <= height:
            rows += [[], cells(SEEN, "dim"), *small]
        return rows

    def _column(self, number: int, width: int) -> list[Row]:
        assert self.guess is not None
        title = [cells(clean(line), "accent") for line in self._titles[number].splitlines()]
        if number >= len(self.guess.probabilities):
            return [*title, *self._instead(WAITING, width)]
        if not any(self.guess.picture):  # a network has an opinion even of an empty sheet
            return [*title, *self._instead(NOTHING_DRAWN if number == 0 else "", width)]
        values = self.guess.probabilities[number]
        labels = [*self._labels, *map(str, range(len(self._labels), len(values)))]
        drawn = bars(labels[: len(values)], values, width, ascii_only=in_ascii(self.app))
        return [*title, *drawn]

    def _instead(self, words: str, width: int) -> list[Row]:
        """Words in the place of the bars, as high as those."""
        rows = wrap(cells(words, "dim"), width)
        return [*rows, *[[]] * (len(self._labels) - len(rows))]


def _joined(parts: Sequence[Row], width: int) -> Row:
    row: Row = []
    for part in parts:
        row += [*cells(" " * GAP if row else ""), *fit(part, width)]
    return row
