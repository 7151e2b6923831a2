"""The end of a run's log, each line with its level; bounded, whatever the log's length."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from core.record.log import is_step

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = ("debug", "info", "warning", "error")
"""From the least to the most important; each step is a `debug` line."""
NUM_LINES, NUM_STEPS = 2000, 500
"""Kept; steps are counted apart, since they would drown the others."""

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_WORD = re.compile(r"\S+ \S+(?:  |.*? - )(WARNING|ERROR|CRITICAL|Traceback|failed: )")
"""Ours has it after the time, pytorch-template's after the logger's name."""


class LogLine(NamedTuple):
    """A line, and how much it matters."""

    number: int
    """Since reading began: grows by one from line to line."""
    level: str
    text: str


class LogLines:
    """Takes the lines of a log as they come."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=NUM_LINES)
        self._steps: deque[LogLine] = deque(maxlen=NUM_STEPS)
        self._number, self._level = 0, "info"

    def add(self, lines: Iterable[str]) -> None:
        """Take more lines."""
        for text in lines:
            self._level = level_of(text, self._level)
            kept = self._steps if self._level == "debug" else self._lines
            kept.append(LogLine(self._number, self._level, text))
            self._number += 1

    def newest(self) -> tuple[LogLine, ...]:
        """What is kept, in the order of the log."""
        return tuple(sorted([*self._lines, *self._steps], key=lambda line: line.number))


def level_of(text: str, before: str) -> str:
    """The level of a line; one without a time belongs to the line before it."""
    if not TIME.match(text):
        return "error" if text.startswith("Traceback") else before
    if is_step(text):
        return "debug"
    word = _WORD.match(text)
    if word is None:
        return "info"
    return "warning" if word[1] == "WARNING" else "error"
