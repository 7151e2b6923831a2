"""The bottom line: the keys that make sense now, each of which can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.widgets.cells import CellWidget, Row, cells

if TYPE_CHECKING:
    from textual.events import Click


_NAMES = {"?": "question_mark", "/": "slash", ":": "colon", "del": "delete", "esc": "escape"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key and what it does."""

    key: str
    """As it is printed on a keyboard."""
    words: str

    @property
    def pressed(self) -> str:
        """Textual's name of the key, which a click presses."""
        return _NAMES.get(self.key, self.key)


class KeyBar(CellWidget, roles=("accent", "text")):
    """Keys in order of weight; those that do not fit are left out, `?` names them all."""

    keys: tuple[Key, ...] = ()
    _places: tuple[tuple[int, int, str], ...] = ()

    def show(self, keys: tuple[Key, ...]) -> None:
        """Offer other keys."""
        if keys != self.keys:
            self.keys = keys
            self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """One line."""
        row: Row = cells(" ")
        places = []
        for item in self.keys:
            part = [*cells(item.key, "accent"), *cells(f" {item.words}", "text")]
            if len(row) + len(part) > width:
                continue
            places.append((len(row), len(row) + len(part), item.pressed))
            row += [*part, *cells("   ")]
        self._places = tuple(places)
        return [row[:width]]

    def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)
