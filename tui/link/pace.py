"""How often a live run is drawn: as often as the link carries it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tui import format as fmt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.link.driver import LinkDriver

OVER_SSH, LOCALLY = 2.0, 10.0
"""Updates a second; over SSH one costs some hundred bytes."""
SLOWEST_SECONDS = 5.0


def over_ssh() -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))


class Pace:
    """The time between two updates, longer while the terminal is behind."""

    def __init__(self, rate: float | None, backlog: Callable[[], int]) -> None:
        """`rate` updates a second, else what suits the link; `backlog` bytes wait to be sent."""
        self.rate = rate or (OVER_SSH if over_ssh() else LOCALLY)
        self._backlog = backlog
        self._seconds = 1 / self.rate

    def seconds(self) -> float:
        """Until the next update: twice as long at each one that finds something waiting."""
        longest = max(SLOWEST_SECONDS, 1 / self.rate)
        waiting = self._backlog() > 0
        self._seconds = min(longest, self._seconds * 2) if waiting else 1 / self.rate
        return self._seconds


class Traffic:
    """What was sent since the last look, in words."""

    def __init__(self) -> None:
        self._since, self._num_bytes = time.monotonic(), 0

    def look(self, driver: LinkDriver, pace: Pace) -> str:
        """`1.3 kB/s sent in the last 12 s, nothing waits, 2 updates a second`."""
        now, num_bytes = time.monotonic(), driver.num_bytes
        seconds, sent = now - self._since, num_bytes - self._num_bytes
        self._since, self._num_bytes = now, num_bytes
        behind = f"{fmt.size(driver.backlog)} wait" if driver.backlog else "nothing waits"
        rate = f"{sent / seconds / 1000:.1f} kB/s" if seconds else "nothing"
        return f"{rate} sent in {fmt.duration(seconds)}, {behind}, {pace.rate:g} updates a second"
