"""Pictures to be looked at side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures by their numbers in a data set."""

    title: str
    indices: Sequence[int]
    ink: Callable[[int], bytes]
    """The pixels of one."""
    caption: Callable[[int], str]
    """What is said of one."""


NOTHING_SHOWN = Shown("", (), lambda _: b"", lambda _: "")
