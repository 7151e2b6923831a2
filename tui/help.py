"""The help of a pane, made from the keys that are really bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.keys import key_to_character

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from textual.dom import DOMNode

_SPELLED = {
    "escape": "esc", "delete": "del", "pageup": "page up", "pagedown": "page down",
    "slash": "/", "plus": "+", "minus": "-", "left": "←", "right": "→", "up": "↑", "down": "↓",
}  # fmt: skip
_WIDTH = 16
"""Columns of the keys, before what they do."""
_MOVING = "tab and the arrows move, enter opens; the mouse does the same."


def page(about: str, own: Iterable[Binding], everywhere: Iterable[Binding]) -> Group:
    """What a pane is for, its own keys, then those that work in every pane."""
    parts: list[RenderableType] = [Text(about)]
    for title, bindings in (("In this pane", own), ("Everywhere", everywhere)):
        if purposes := purposes_of(bindings):
            table = Table.grid(padding=(0, 1, 0, 0))
            table.add_column(min_width=_WIDTH)
            for purpose, keys in purposes.items():
                table.add_row(Text("  ".join(keys)), Text(purpose))
            parts += [Text(f"\n{title}"), table]
    return Group(*parts, Text(f"\n{_MOVING}"))


def bindings_of(node: DOMNode) -> list[Binding]:
    """The keys that our own classes bind in a node and in all that is inside of it."""
    nodes = [node, *node.query("*")]
    own = {kind: None for item in nodes for kind in type(item).__mro__ if _is_ours(kind)}
    return [binding for kind in own for binding in declared(kind)]


def declared(kind: type) -> list[Binding]:
    """The bindings that a class itself names, a key each."""
    return list(Binding.make_bindings(vars(kind).get("BINDINGS", ())))


def purposes_of(bindings: Iterable[Binding]) -> dict[str, list[str]]:
    """The names of all keys that do a thing, by what it is, in the order they were bound."""
    purposes: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description:
            keys = purposes.setdefault(binding.description, [])
            keys += [name] if (name := key_name(binding.key)) not in keys else []
    return purposes


def key_name(key: str) -> str:
    """A key as it is printed on a keyboard: `ctrl+s`, `F5`, `?`, `esc`."""
    modifiers, plus, last = key.rpartition("+")
    character = key_to_character(last) or ""
    visible = character.isprintable() and not character.isspace()
    name = character if visible and character else _SPELLED.get(last, last)
    return f"{modifiers}{plus}{name.upper() if _is_function_key(name) else name}"


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("tui.")


def _is_function_key(name: str) -> bool:
    return len(name) > 1 and name[0] == "f" and name[1:].isdecimal()
