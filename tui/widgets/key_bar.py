"""The bottom line: the keys that make sense now, each of which can be clicked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.cells import Row, cells, fit
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.events import Click
    from textual.timer import Timer


_NAMES = {
    "→": "right",
    "←": "left",
    "↑": "up",
    "?": "question_mark",
    "/": "slash",
    ":": "colon",
    "+": "plus",
    "del": "delete",
    "esc": "escape",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key and what it does."""

    key: str
    """As it is printed on a keyboard."""
    words: str
    kept: bool = False
    """Its room is set aside before that of any other."""

    @property
    def pressed(self) -> str:
        """Textual's name of the key, which a click presses."""
        return _NAMES.get(self.key, self.key)


class KeyBar(CellWidget, roles=("accent", "text", "good")):
    """Keys in order of weight; those that do not fit are left out, `?` names them all.

    At its right end stands for a moment what was just done, where that covers nothing.
    """

    GAP = 3

    SAID_SECONDS = 3.0
    READ_SECONDS = 1.0
    """After which something else may take the place of what is said."""

    keys: tuple[Key, ...] = ()
    _said = ""
    _since = 0.0
    _timer: Timer | None = None
    _places: tuple[tuple[int, int, str], ...] = ()

    def show(self, keys: tuple[Key, ...]) -> None:
        """Offer other keys."""
        if keys != self.keys:
            self.keys = keys
            self.update()

    def can_say(self, words: str) -> bool:
        """Whether there is room beside the kept keys, and nothing else was said just now."""
        kept = sum(len(_part(key)) + self.GAP for key in self.keys if key.kept)
        fits = 1 + kept + len(cells(words)) + 1 <= self.size.width
        read = time.monotonic() - self._since >= self.READ_SECONDS
        return fits and (read or self._said in ("", words))

    def say(self, words: str, seconds: float = SAID_SECONDS) -> None:
        """Say something for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._said, self._since = words, time.monotonic()
        self._timer = self.set_timer(seconds, partial(self.say, "")) if words else None
        self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """One line."""
        row: Row = cells(" ")
        places = []
        said = cells(f"{' ' * self.GAP}{self._said} ", "good")[:width] if self._said else []
        for item in self._fitting(width - len(said)):
            part = _part(item)
            places.append((len(row), len(row) + len(part), item.pressed))
            row += [*part, *cells(" " * self.GAP)]
        self._places = tuple(places)
        row = row[: -self.GAP] if places else row  # nothing follows the last
        return [[*fit(row, width - len(said)), *said] if said else row[:width]]

    def _fitting(self, width: int) -> list[Key]:
        """The keys there is room for, in the order in which they stand."""
        room, found = width - 1, set()
        for item in sorted(self.keys, key=lambda key: not key.kept):
            if len(_part(item)) <= room:
                room -= len(_part(item)) + self.GAP
                found.add(item)
        return [item for item in self.keys if item in found]

    def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)


def _part(item: Key) -> Row:
    return [*cells(item.key, "accent"), *cells(f" {item.words}", "text")]
