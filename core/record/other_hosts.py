"""Runs on a shared file system that another host trains, where locks do not cross hosts.

The lock of a journal decides wherever it can be seen. Some network file systems keep locks to each
host: there a writer is known by the age of its journal, since it adds a heartbeat every 30 s. No
host's clock is trusted for that, only the file system's own, and no time that is written in it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.record import journal_end

if TYPE_CHECKING:
    from pathlib import Path

FRESH_SECONDS = 90.0
"""How old a journal is at most while somebody writes it: three heartbeats."""
MOST_SKEW_SECONDS = 86_400.0
"""No clocks differ by more: spares looking into runs of long ago."""
MEASURED_SECONDS = 60.0
"""How long it is known how a file system's clock differs from ours."""

_clocks: dict[int, tuple[float, float]] = {}
"""By device: when it was measured, and its time minus that of our monotonic clock."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A process on another host that trains a run, or did a moment ago."""

    pid: int
    host: str
    num_bytes: int
    """Of the journal, which grows while it lives."""


def writer(journal: Path) -> Writer | None:
    """Who writes a journal on another host, where nobody holds its lock."""
    facts = _facts(journal)
    if facts is None:
        return None
    if abs(time.time() - facts.st_mtime) > MOST_SKEW_SECONDS or journal_end.has_ended(journal):
        return None
    start = journal_end.last_start(journal)
    if start is None or start.host == socket.gethostname():
        return None
    now = _now_on(facts.st_dev, journal.parent)
    if now is None or abs(now - facts.st_mtime) >= FRESH_SECONDS:
        return None
    return Writer(start.pid, start.host, facts.st_size)


def _facts(journal: Path) -> os.stat_result | None:
    """Of a file that was opened just now: network file systems look anew only then."""
    try:
        descriptor = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def _now_on(device: int, folder: Path) -> float | None:
    """What time it is for a file system; None where that cannot be known."""
    measured, ahead = _clocks.get(device, (0.0, 0.0))
    if device not in _clocks or time.monotonic() - measured > MEASURED_SECONDS:
        touched = touched_now(folder)
        if touched is None:
            return None
        measured = time.monotonic()
        ahead = touched - measured
        _clocks[device] = measured, ahead
    return time.monotonic() + ahead


def touched_now(folder: Path) -> float | None:
    """The time of a file that is touched in `folder` at this moment; None if none can be."""
    path = folder / f".clock.{secrets.token_hex(4)}.tmp"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        os.utime(descriptor)  # a new file may carry our own time; this asks for the server's
        return os.fstat(descriptor).st_mtime
    except OSError:
        return None
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            path.unlink()
