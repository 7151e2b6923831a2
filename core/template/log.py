"""pytorch-template's info.log: the one place where it writes down how a run went."""

from __future__ import annotations

import contextlib
import math
import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.events import Metrics

NAME = "info.log"
NUM_REMEMBERED = 256
"""Logs kept in memory as they were read: a list is asked for again and again."""

_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) - .+? - [A-Z]+ - (.*)")
_VALUE = re.compile(r" {4}(\S.*?)\s*: (.*)")
_BEST = "Saving current best: model_best"


class LoggedEpoch(NamedTuple):
    """An epoch as the log tells it."""

    number: int
    metrics: Metrics
    """In the order of the log; a number that was not finite is None."""
    time: float
    """When it ended, in seconds since 1970."""
    seconds: float
    """Since the epoch before it, or since the log began."""


@dataclass(frozen=True)
class RunLog:
    """What a log tells of its run; nothing where there is none."""

    epochs: tuple[LoggedEpoch, ...] = ()
    began: float | None = None
    """When its first line was written, in seconds since 1970."""
    best_epoch: int = 0
    """The epoch whose weights were saved last as the best; 0 where it does not say."""

    def until(self, epoch: int) -> tuple[LoggedEpoch, ...]:
        """The epochs up to this one."""
        return tuple(row for row in self.epochs if row.number <= epoch)


@dataclass
class _Block:
    """An epoch whose lines are being read."""

    number: int
    time: float
    metrics: Metrics = field(default_factory=dict)


def path_of(run_folder: Path) -> Path | None:
    """The log of `saved/models/NAME/ID`: `saved/log/NAME/ID/info.log`; a name may hold slashes."""
    parts = run_folder.parts
    places = [run_folder / NAME]
    places += [
        Path(*parts[:at], "log", *parts[at + 1 :], NAME)
        for at in reversed(range(len(parts)))
        if parts[at] == "models"
    ]
    return next((path for path in places if path.is_file()), None)


def read(run_folder: Path) -> RunLog:
    """The log of a run, with its older parts; an empty one where it is missing or unreadable."""
    path = path_of(run_folder)
    if path is None:
        return RunLog()
    try:
        facts = path.stat()
    except OSError:
        return RunLog()
    return _read(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=NUM_REMEMBERED)
def _read(path: Path, _size: int, _time: int) -> RunLog:
    lines: list[str] = []
    for part in [*_older(path), path]:
        with contextlib.suppress(OSError):
            lines += part.read_text(encoding="utf-8", errors="replace").splitlines()
    return parse(lines)


def _older(path: Path) -> list[Path]:
    """What was put aside when the log grew too long, the oldest first: info.log.2, info.log.1."""
    numbered = [item for item in path.parent.glob(f"{NAME}.*") if item.suffix[1:].isdecimal()]
    return sorted(numbered, key=lambda item: -int(item.suffix[1:]))


def parse(lines: Iterable[str]) -> RunLog:
    """Understand what can be understood; a line that is damaged or not of an epoch is skipped."""
    blocks: dict[int, _Block] = {}
    began: float | None = None
    block, best = None, 0
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or (now := _seconds(match[1], match[2])) is None:
            continue
        began = now if began is None else began
        value = _VALUE.fullmatch(match[3])
        if value is not None and value[1] == "epoch":
            block = _Block(int(value[2]), now) if value[2].isdecimal() else None
            if block is not None:
                blocks[block.number] = block
        elif value is not None and block is not None:
            block.time = now
            _note(block.metrics, value[1], value[2])
        elif match[3].startswith(_BEST) and block is not None:
            best = block.number
    return RunLog(_epochs(blocks, began), began, best)


def _epochs(blocks: dict[int, _Block], began: float | None) -> tuple[LoggedEpoch, ...]:
    epochs, before = [], began
    for number, block in sorted(blocks.items()):
        seconds = max(0.0, block.time - (block.time if before is None else before))
        epochs.append(LoggedEpoch(number, block.metrics, block.time, seconds))
        before = block.time
    return tuple(epochs)


def _note(metrics: Metrics, name: str, text: str) -> None:
    with contextlib.suppress(ValueError):  # a list, a tensor: it cannot be drawn
        value = float(text)
        metrics[name] = value if math.isfinite(value) else None


def _seconds(stamp: str, milliseconds: str) -> float | None:
    try:
        whole = time.mktime(time.strptime(stamp, "%Y-%m-%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None
    return whole + int(milliseconds) / 1000
