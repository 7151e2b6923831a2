"""One calm sentence in the place of what has no room."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tui.cells import Row, cells
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class Sentence(CellWidget, roles=("dim",)):
    """Wraps to the width it gets; asked for anew whenever the size changes."""

    def __init__(self, sentence: Callable[[], str], *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id)
        self._sentence = sentence

    def draw(self, width: int, _height: int) -> list[Row]:
        """As many lines as it takes."""
        return [cells(line, "dim") for line in textwrap.wrap(self._sentence(), width)]
