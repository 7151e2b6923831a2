"""The bottom line: the keys that make sense now, each of which can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.widgets.cells import CellWidget, Row, cells

if TYPE_CHECKING:
    from textual.events import Click


@dataclass(frozen=True, slots=True)
class Key:
    """A key and what it does."""

    key: str
    words: str
    action: str
    """The action that a click runs; empty for none."""


class KeyBar(CellWidget, roles=("accent", "text")):
    """Keys in order of weight; those that do not fit are left out, `?` names them all."""

    keys: tuple[Key, ...] = ()
    _places: list[tuple[int, int, str]]

    def show(self, keys: tuple[Key, ...]) -> None:
        """Offer other keys."""
        if keys != self.keys:
            self.keys = keys
            self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """One line."""
        row: Row = cells(" ")
        self._places = []
        for item in self.keys:
            part = [*cells(item.key, "accent"), *cells(f" {item.words}", "text")]
            if len(row) + len(part) > width:
                continue
            self._places.append((len(row), len(row) + len(part), item.action))
            row += [*part, *cells("   ")]
        return [row[:width]]

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        for start, end, action in self._places:
            if start <= event.x < end and action:
                await self.run_action(action)
