"""Keeps torch's threads from spinning while other programs want the cores.

On Linux torch's threads are libgomp's. At the end of each parallel part they spin, 300,000 times
by default, before they sleep. On idle cores that is the quickest way to the next part; on busy
ones a thread spins its time away while the one it waits for has no core: ten times slower. A
fixed smaller `GOMP_SPINCOUNT` costs a fifth where the cores are idle (docs/benchmarks.md), and
cannot be changed once torch is loaded.

But libgomp itself spins only 1,000 times while it has more threads than there are cores (its
`gomp_throttled_spin_count_var`). So while the kernel says that our threads wait for a core, a
second, sleeping team is held: the work is divided as before, to the same bits.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT, POLICY = "GOMP_SPINCOUNT", "OMP_WAIT_POLICY"
"""The variables by which a person chooses; where one is set nothing is done here."""
FIXED_COUNT = "20000"
"""Where nothing tells whether the cores are busy: a middle way."""

LOOK_SECONDS = 0.5
BUSY, IDLE = 0.30, 0.12
"""Shares of the time that our threads wait for a core: above, they stop spinning; below, start.

Threads that sleep and wake 5,000 times a second wait 0.05 by themselves, on idle cores too: what is
taken for idle must be more than that, or they never spin again. Two other programs on two cores
make it 0.5 to 1.5.
"""
IDLE_LOOKS = 4
"""In a row, so that a load that comes and goes is not followed at every turn."""

_TASKS = Path("/proc/self/task")
_PARALLEL_SIZE = 1 << 17  # torch divides the work on a tensor from 32,768 values on


def prepare() -> None:
    """Settle what libgomp reads when torch is imported; call it before."""
    if not _chosen_by_user() and _seconds_waited() is None:
        os.environ[COUNT] = FIXED_COUNT


@contextlib.contextmanager
def only_when_idle() -> Iterator[None]:
    """While it lasts, torch's threads spin only when nobody else wants their cores."""
    if _chosen_by_user() or _seconds_waited() is None:
        yield
        return
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(done,), name="spinning", daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


class SecondTeam:
    """A team of libgomp's threads that only sleeps, in a thread of its own."""

    def __init__(self) -> None:
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def held(self) -> bool:
        """Whether libgomp has more threads than it needs now."""
        return self._thread is not None

    def hold(self) -> None:
        """Make the team. It lasts as long as the thread that asked libgomp for it."""
        self._leave.clear()
        self._thread = threading.Thread(target=self._sleep, name="second team", daemon=True)
        self._thread.start()

    def let_go(self) -> None:
        """End it."""
        self._leave.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _sleep(self) -> None:
        import torch

        torch.zeros(_PARALLEL_SIZE).add_(1)  # draws nothing
        self._leave.wait()


def _watch(done: threading.Event) -> None:
    team, idle_looks = SecondTeam(), 0
    before = _seconds_waited() or 0.0
    while not done.wait(LOOK_SECONDS):
        now = _seconds_waited() or 0.0
        share = max(0.0, now - before) / LOOK_SECONDS
        before = now
        idle_looks = idle_looks + 1 if share < IDLE else 0
        if not team.held and share > BUSY:
            team.hold()
        elif team.held and idle_looks >= IDLE_LOOKS:
            team.let_go()
    team.let_go()


def _chosen_by_user() -> bool:
    chosen = os.environ.get(COUNT, FIXED_COUNT) != FIXED_COUNT
    return chosen or POLICY in os.environ


def _seconds_waited() -> float | None:
    """How long this process's threads were ready to run and had no core; None if nobody says.

    The second number of /proc/PID/task/TID/schedstat, in nanoseconds (Linux, Documentation/
    scheduler/sched-stats).
    """
    try:
        total = sum(int(_stat(task).split()[1]) for task in _TASKS.iterdir())
    except (OSError, ValueError, IndexError):
        return None
    return total / 1e9


def _stat(task: Path) -> str:
    try:
        return (task / "schedstat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        if not task.exists():  # it ended meanwhile
            return "0 0 0"
        raise
