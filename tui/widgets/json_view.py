"""The config as the text of its file: highlighted, changed lines marked, following the cursor."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from core.settings.jsontext import JsonTextError
from tui.cells import Row, cells
from tui.clean import clean
from tui.widgets.scrolling import ScrollingCells

if TYPE_CHECKING:
    from core.settings.jsontext import JsonText, Path

_TOKEN = re.compile(
    r'(?P<key>"(?:\\.|[^"\\])*"(?=\s*:))|(?P<string>"(?:\\.|[^"\\])*")'
    r"|(?P<comment>//.*|#.*)|(?P<number>-?\d[\d.eE+-]*|true|false|null)"
)
_ROLES = {"key": "accent", "string": "good", "number": "val", "comment": "dim"}


class JsonView(ScrollingCells, roles=("text", "dim", "accent", "good", "val", "strong")):
    """Line numbers, `●` where a line differs from the file, the line of the field in the form."""

    def __init__(self) -> None:
        super().__init__(id="config-json")
        self._lines: list[str] = []
        self._changed: frozenset[int] = frozenset()
        self._line = 0
        self._top = 0

    def show(self, text: JsonText, saved: JsonText, path: Path) -> None:
        """Draw a text; `path` is the field whose line is marked."""
        self._lines = [line.rstrip("\r").expandtabs(4) for line in text.text.split("\n")]
        self._changed = changed_lines(saved.text, text.text)
        line = line_of(text, path)
        if line != self._line:
            self._line = line
            self._reveal()
        self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """The lines in view."""
        self._top = max(0, min(self._top, len(self._lines) - height))
        digits = len(str(len(self._lines)))
        rows: list[Row] = []
        for number, line in enumerate(self._lines[self._top : self._top + height], self._top + 1):
            here = number == self._line
            mark = "●" if number in self._changed else " "
            row = cells(f"{mark} ", "accent") + cells(f"{number:>{digits}}", "dim")
            row += cells(" ▸" if here else "  ", "strong")
            rows.append(row + _highlighted(line))
        return rows

    def on_resize(self) -> None:
        """Keep the marked line in view."""
        self._reveal()
        super().on_resize()

    def action_scroll_rows(self, by: int) -> None:
        """Look further up or down."""
        self._top = max(0, min(self._top + by, len(self._lines)))
        self.update()

    def _reveal(self) -> None:
        height = self.size.height
        if height and not self._top < self._line <= self._top + height:
            self._top = max(0, self._line - height // 2)


@lru_cache(maxsize=4)
def changed_lines(before: str, after: str) -> frozenset[int]:
    """The lines of `after`, from 1, that `before` has not; one left out marks the line below."""
    old, new = before.split("\n"), after.split("\n")
    found: set[int] = set()
    for kind, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found |= set(range(start + 1, end + 1)) or {min(start + 1, len(new))}
    return frozenset(found)


def line_of(text: JsonText, path: Path) -> int:
    """The line, from 1, of a value or of the nearest thing above that is there; 0 for none."""
    try:
        for length in range(len(path), 0, -1):
            if path[:length] in text.spans:
                return text.line(path[:length])
    except JsonTextError:
        pass
    return 0


def _highlighted(line: str) -> Row:
    row: Row = []
    done = 0
    for token in _TOKEN.finditer(line):
        row += cells(clean(line[done : token.start()]), "text")
        row += cells(clean(token[0]), _ROLES[token.lastgroup or "string"])
        done = token.end()
    return row + cells(clean(line[done:]), "text")
