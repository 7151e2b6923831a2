"""What a window in memory need not do: frames that no terminal shows, styles read once more.

Half of the time of a test of the window went there. What is drawn when a test looks is drawn as
ever; that the frames are right is for the tests with a terminal, and the monkey's draws them here.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.css.model import RuleSet

_PARSE = Stylesheet._parse_rules
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}


@contextlib.contextmanager
def no_frames() -> Iterator[None]:
    """Draw only what is asked for by `Window.text`."""
    with (
        patch.object(Compositor, "render_full_update", _drop),
        patch.object(Compositor, "render_partial_update", _drop),
    ):
        yield


@contextlib.contextmanager
def styles_parsed_once() -> Iterator[None]:
    """Parse each piece of CSS once in a process for all its windows of the same theme."""
    with patch.object(Stylesheet, "_parse_rules", _parse_once):
        yield


def _drop(compositor: Compositor, **_: Any) -> None:
    compositor._dirty_regions.clear()


def _parse_once(stylesheet: Stylesheet, *what: Any, **more: Any) -> list[RuleSet]:
    key = (frozenset(stylesheet._variables.items()), *what, *more.items())
    if key not in _parsed:
        _parsed[key] = _PARSE(stylesheet, *what, **more)
    return _parsed[key]
