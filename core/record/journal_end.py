"""What a journal says at its end, found without reading what comes before."""

from __future__ import annotations

import contextlib
import mmap
import os
from typing import TYPE_CHECKING

from core.event_lines import beginnings, from_line
from core.events import RunStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USUAL_LINE_BYTES = 4096
_STARTED, _ENDED = beginnings("RunStarted", "RunEnded")


def last_start(journal: Path) -> RunStarted | None:
    """The last start in a journal."""
    with _mapped(journal) as text:
        at = text.rfind(_STARTED)
        line = b"" if at < 0 else text[at : text.find(b"\n", at)]
    event = from_line(line) if line else None
    return event if isinstance(event, RunStarted) else None


def has_ended(journal: Path) -> bool:
    """Whether its writer said last that the run has ended."""
    try:
        with journal.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            # Rather than mapping it, which takes ten times as long: a list asks a thousand.
            file.seek(max(0, size - USUAL_LINE_BYTES))
            end = file.read()
    except OSError:
        return False
    begin = end.rfind(b"\n", 0, max(0, len(end) - 1)) + 1
    if begin == 0 and size > len(end):
        return _ends_with_an_end(journal)
    return end.startswith(_ENDED, begin)


def _ends_with_an_end(journal: Path) -> bool:
    """The same of a journal whose last line is long."""
    with _mapped(journal) as text:
        begin = text.rfind(b"\n", 0, max(0, len(text) - 1)) + 1
        return text[begin : begin + len(_ENDED)] == _ENDED


@contextlib.contextmanager
def _mapped(journal: Path) -> Iterator[mmap.mmap | bytes]:
    try:
        with journal.open("rb") as file:
            text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # gone, or empty
        yield b""
        return
    with text:
        yield text
