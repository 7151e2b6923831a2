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
    caption: Callable[[int], tuple[str, str]]
    """What is said of one, in two lines."""
    note: str = ""
    """What has to be said once for the captions to be understood."""
    numbered: bool = False
    """Whether a picture's place is its number in the data set, which begins at 0."""


NOTHING_SHOWN = Shown("", (), lambda _: b"", lambda _: ("", ""))
