"""A training followed over a real SSH connection: what crosses it, what a frozen client costs."""

from __future__ import annotations

import contextlib
import signal
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import psutil
from keys import TITLES, key_times
from program import APP, environment
from pty_app import PtyApp
from scratch import PATIENCE_SECONDS, wait_for

from core import requests
from core.events import StepEnded
from core.journal import Follower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.runs import Run

ROWS, COLUMNS = 30, 100
SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Sent:
    """What came through a connection in some time."""

    to_screen: int
    """Bytes the terminal was given."""
    over_wire: int
    """Bytes the client read, encryption and all."""
    seconds: float

    @property
    def rates(self) -> str:
        """In words."""
        screen, wire = (n / self.seconds / 1000 for n in (self.to_screen, self.over_wire))
        return f"{screen:.2f} kB/s to the terminal, {wire:.2f} kB/s encrypted"


def sent(app: PtyApp, seconds: float) -> Sent:
    """What an SSH client in a terminal received in so many seconds."""
    client = psutil.Process(app.process.pid)
    before, read = len(app.raw), client.io_counters().read_chars
    time.sleep(seconds)
    return Sent(len(app.raw) - before, client.io_counters().read_chars - read, seconds)


def key_delays(app: PtyApp, number: int) -> tuple[float, float]:
    """Median and 95th percentile from a key to the screen, in seconds."""
    number += -number % len(TITLES)  # the chart is then the one it was
    taken = sorted(islice(key_times(app), number))
    return taken[number // 2], taken[int(0.95 * number)]


def steps_per_second(run: Run, seconds: float) -> float:
    """How fast it trains from now on, as its journal says."""
    follower = Follower(run.journal_path, run.journal_path.stat().st_size)
    time.sleep(seconds)
    steps = [event for event in follower.read() if isinstance(event, StepEnded)]
    first, last = steps[0], steps[-1]
    return (last.step - first.step) / (last.time - first.time)


@dataclass(frozen=True)
class Frozen:
    """A client that took nothing for a while."""

    speed: float
    """Of training meanwhile, over that before."""
    busy: tuple[float, float]
    """Cores that all programs used before and meanwhile: the speeds compare only if they agree."""
    right_after: float
    """Seconds until the screen was that of a window which was never frozen."""


def freeze_and_thaw(app: PtyApp, run: Run, seconds: float) -> Frozen:
    """Stop the SSH client for so long, pause the run unseen, let the client go on."""
    times = [_busy_seconds()]
    before = steps_per_second(run, seconds)
    times.append(_busy_seconds())
    app.process.send_signal(signal.SIGSTOP)
    during = steps_per_second(run, seconds)
    times.append(_busy_seconds())
    requests.ask(run.requests_path, "pause")
    wait_for(lambda: run.state().paused)
    with fresh_window(run) as fresh:
        app.process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        # As it is at that moment: on busy cores it may still be told of the devices.
        while app.text() != fresh.text():
            assert time.monotonic() - began < PATIENCE_SECONDS, f"{app.text()}\n\n{fresh.text()}"
            time.sleep(0.01)
        taken = time.monotonic() - began
    requests.ask(run.requests_path, "continue")
    wait_for(lambda: not run.state().paused)
    busy = (times[1] - times[0]) / seconds, (times[2] - times[1]) / seconds
    return Frozen(during / before, busy, taken)


def _busy_seconds() -> float:
    """What the cores of this machine have worked since it began."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


@contextlib.contextmanager
def fresh_window(run: Run) -> Iterator[PtyApp]:
    """Another window that shows the paused run."""
    environment_over_ssh = {**environment(), "SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22"}
    folder = run.path.parents[2]
    with PtyApp(APP, rows=ROWS, columns=COLUMNS, cwd=folder, env=environment_over_ssh) as fresh:
        fresh.wait_for("paused", 60)
        time.sleep(SETTLE_SECONDS)  # torch is imported, and the devices are there
        yield fresh
        fresh.press("q")
        fresh.wait()
