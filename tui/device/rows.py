"""What the Device pane says of a device, as rows of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui import format as fmt
from tui.cells import Row, cells, wrap
from tui.clean import clean

if TYPE_CHECKING:
    from core.machine.device import Device
    from core.machine.load import Load

INDENT = 9
BARS = "▁▂▃▄▅▆▇█"
NUM_BARS = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a question to a device."""

    question: str
    words: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """What is known of a device beyond what it is."""

    chosen: bool = False
    """The next run is trained on it."""
    num_processes: int = 1
    """In which it is trained there."""
    under_cursor: bool = False
    load: Load | None = None
    shares: tuple[float, ...] = ()
    """Its last loads, 0 to 1."""
    users: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    """Of the last self-test and the last speed probe, or that one is under way."""


def entry(device: Device, now: Now, width: int, *, brief: bool = False) -> list[Row]:
    """A device in a few rows; with `brief` without the remedy and the build."""
    head = cells("▸ " if now.chosen else "  ", "accent")
    role = "chosen" if now.under_cursor else "strong" if device.usable else "dim"
    name = clean(device.device)
    head += cells(name, role) + cells(" " * max(1, INDENT - 2 - len(name)))
    if not device.usable:
        words = clean(f"cannot: {device.reason}" + ("" if brief else f"; {device.remedy}"))
        lines = [head + cells(words, "dim")]
    else:
        lines = [head + cells(clean(device.name), "text"), *_facts(device, now, width, brief=brief)]
    lines += _below([(item.words, "bad" if item.bad else "note") for item in now.results])
    return [row for line in lines for row in wrap(line, width, INDENT)]


def _facts(device: Device, now: Now, width: int, *, brief: bool) -> list[Row]:
    margin = cells(" " * INDENT)
    capacity, busy = cells(_capacity(device, now.load), "text"), _busy(now)
    # Numbers that change are never broken apart.
    beside = INDENT + len(capacity) + len(busy) + 3 <= width
    lines = [capacity + cells("   ") + busy] if busy and beside else [capacity, busy]
    used = f"used by {', '.join(now.users)}" if now.users else ""
    several = f"the next run in {now.num_processes} processes" if now.num_processes > 1 else ""
    build = "" if brief else device.build or ""
    return [
        *(margin + line for line in lines if line),
        *_below([(several, "note"), (build, "dim"), (used, "text")]),
    ]


def _busy(now: Now) -> Row:
    if now.load is None or now.load.share is None:
        return []
    words = f"busy {round(now.load.share * 100):>3} % "
    return cells(words, "text") + cells(f"{bar(now.shares):<{NUM_BARS}}", "accent")


def _below(lines: list[tuple[str, str]]) -> list[Row]:
    margin = cells(" " * INDENT)
    return [margin + cells(clean(words), role) for words, role in lines if words]


def _capacity(device: Device, load: Load | None) -> str:
    parts = [fmt.threads(device.threads)] if device.threads else []
    total = device.memory_bytes
    if load is not None and load.used_bytes is not None and load.total_bytes:
        parts.append(f"{load.used_bytes / 1e9:.1f} of {fmt.size(load.total_bytes)} used")
    elif total:
        parts.append(fmt.size(total))
    return ", ".join(parts)


def bar(shares: tuple[float, ...]) -> str:
    """The last loads as bars, the newest at the right."""
    highest = len(BARS) - 1
    drawn = (BARS[max(0, min(highest, round(share * highest)))] for share in shares[-NUM_BARS:])
    return "".join(drawn)
