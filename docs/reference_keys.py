"""The page of every key, from the bindings."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from reference_words import WRITTEN, prose, table
from textual.dom import DOMNode

import tui
from tui import help as help_page
from tui.words import ABOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def page() -> Iterator[str]:
    """Every binding that has words, by its pane."""
    yield "# Every key\n"
    yield WRITTEN
    yield prose(
        "Letters and digits work while no text field has the focus, function keys also while "
        "typing. `tab` and the arrows move, `enter` opens; the mouse does the same. `?` shows the "
        "keys of a pane, `:` every action by name."
    )
    bound = _bound()
    for title, about, owners in _SECTIONS:
        yield f"## {title}\n"
        if about:
            yield f"{about}\n"
        bindings = [binding for owner in owners for binding in bound.pop(owner)]
        purposes = help_page.purposes_of(bindings)
        yield from table(
            ("keys", "what they do"),
            ((" ".join(f"`{key}`" for key in keys), text) for text, keys in purposes.items()),
        )
        yield ""
    assert not bound, f"say in docs/reference.py where the keys of these belong: {list(bound)}"


def _bound() -> dict[str, list[Any]]:
    """The bindings with words of each class of ours, by its name."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {kind.__name__: help_page.declared(kind) for kind in _below(DOMNode)
             if kind.__module__.startswith("tui.")}  # fmt: skip
    return {name: keys for name, keys in found.items() if any(key.description for key in keys)}


def _below(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _about(pane: str) -> str:
    return " ".join(ABOUT[pane].partition("\n\n")[0].split())


_SECTIONS: tuple[tuple[str, str, Sequence[str]], ...] = (
    ("In every pane", "`l` `t` `r` `u` and `enter` are those of Live.", ("MnistApp", "MainScreen")),
    ("1 Config", _about("config"), ("ConfigPane", "ConfigForm")),
    ("2 Device", _about("device"), ("DevicePane", "DeviceList")),
    ("3 Live", _about("live"), ("LivePane", "LossChart", "LogPane")),
    ("4 Runs", _about("runs"), ("RunsPane",)),
    ("5 Digits", _about("digits"), ("DigitsPane", "MatrixView", "Gallery")),
    ("6 Learn", _about("learn"), ("LearnPane",)),
    ("The pad", "Opened by `d` in Digits.", ("PadView", "Drawing")),
    ("The editor", "Opened by `e` in Config.", ("Editor",)),
    ("Pages, questions and prompts", "", ("Page", "Ask", "Prompt")),
)
