"""Several who look at one run: what they see, what they cost, and that nobody is shut out."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import warm
from program import APP, environment, kill_all_in, outcome, processes_in, wait_for_epoch
from pty_app import PtyApp
from scratch import PATIENCE_SECONDS, Scratch, beginning, wait_for

from core.events import Heartbeat, RequestHandled, StepEnded
from core.journal import AlreadyLiveError, Follower, Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.runs import Run

NUM_READERS = 3
READER = """
import sys
from pathlib import Path
from core.journal import is_live
path = Path(sys.argv[1])
while True:
    is_live(path)
"""


@contextlib.contextmanager
def trained(scratch: Scratch) -> Iterator[warm.Warm]:
    """`mnist-tui train` without a terminal, some epochs into its run."""
    process = warm.start(["train"], cwd=scratch.path, env=environment())
    try:
        wait_for_epoch(scratch, 1)
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        kill_all_in(scratch.path)


@contextlib.contextmanager
def three_viewers(
    scratch: Scratch,
) -> Iterator[tuple[PtyApp, PtyApp, subprocess.Popen[str]]]:
    """Two windows and `follow`, each on the live run."""
    with (
        PtyApp(APP, cwd=scratch.path, env=environment(), warm=True) as first,
        PtyApp(
            APP, cwd=scratch.path, env=environment(), rows=40, columns=120, warm=True
        ) as second,
        subprocess.Popen(
            [*APP, "follow", "latest"], cwd=scratch.path, env=environment(), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as follower,
    ):  # fmt: skip
        try:
            first.wait_for("running", PATIENCE_SECONDS)
            second.wait_for("running", PATIENCE_SECONDS)
            yield first, second, follower
        finally:
            follower.kill()


def steer_together(scratch: Scratch) -> None:
    """One pauses, another goes on, the second stops: all see it, nobody waits for ever."""
    with trained(scratch) as trainer, three_viewers(scratch) as (first, second, follower):
        run = scratch.run()
        first.press("p")
        for window in (first, second):
            window.wait_for("paused")
        step = run.state().step
        time.sleep(0.5)
        assert run.state().step == step, "it trains although it is paused"
        second.press("p")
        for window in (first, second):
            window.wait_for("running")
        wait_for(lambda: run.state().step > step)
        second.press("x")
        for window in (first, second):
            window.wait_for("stopped")
        said, _ = follower.communicate(timeout=20)
        assert follower.returncode == 0, f"follow: {follower.returncode}"
        assert "epoch 1/" in said, "follow told no epoch"
        assert trainer.wait(PATIENCE_SECONDS) == 0, f"the trainer: {trainer.returncode}"
        assert outcome(run) == "stopped", f"ended otherwise: {run.state().ended}"
        answers = [e for e in Follower(run.journal_path).read() if isinstance(e, RequestHandled)]
        words = [answer.outcome for answer in answers]
        assert words == ["paused", "going on", "stopping"], f"answered: {words}"
        for window in (first, second):
            window.press("q")
            assert window.wait() == 0, "a window did not end"
    wait_for(lambda: not processes_in(scratch.path))


@dataclass(frozen=True)
class Refusals:
    """How a writer fared among readers."""

    tries: int
    refused: int
    slowest_seconds: float


def write_among_readers(journal: Path, tries: int) -> Refusals:
    """Take the journal's lock again and again, while others test it as fast as they can."""
    with Journal(journal) as writer:
        for event in beginning():
            writer.append(event)
    command = [sys.executable, "-c", READER, str(journal)]
    readers = [subprocess.Popen(command, env=environment()) for _ in range(NUM_READERS)]
    refused, slowest = 0, 0.0
    try:
        time.sleep(1)  # until they are all at it
        for _ in range(tries):
            began = time.perf_counter()
            try:
                with Journal(journal) as writer:
                    slowest = max(slowest, time.perf_counter() - began)
                    writer.append(Heartbeat())
            except AlreadyLiveError:
                refused += 1
        assert all(reader.poll() is None for reader in readers), "a reader ended"
    finally:
        for reader in readers:
            reader.kill()
            reader.wait(PATIENCE_SECONDS)
    return Refusals(tries, refused, slowest)


def cost_of_viewers(scratch: Scratch, rounds: int, seconds: float) -> list[float]:
    """The trainer's own CPU time per step with three viewers over that without, round by round.

    Without: they are stopped, so that both halves of a round are neighbours in one run.
    """
    ratios = []
    with trained(scratch) as trainer, three_viewers(scratch) as viewers:
        run, process = scratch.run(), psutil.Process(trainer.pid)
        pids = {viewer.process.pid for viewer in viewers[:2]} | {viewers[2].pid}
        watching = [p for pid in pids for p in _with_children(pid)]
        for number in range(rounds):
            halves = {}
            # In turns, so that a machine that gets slower favours neither.
            for with_viewers in (number % 2 == 0, number % 2 == 1):
                for viewer in watching:
                    viewer.send_signal(signal.SIGCONT if with_viewers else signal.SIGSTOP)
                time.sleep(0.5)
                halves[with_viewers] = _cpu_per_step(run, process, seconds)
            ratios.append(halves[True] / halves[False])
        for viewer in watching:
            viewer.send_signal(signal.SIGCONT)
    return ratios


def _with_children(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _cpu_per_step(run: Run, process: psutil.Process, seconds: float) -> float:
    """From one step that is told to another, so long apart."""
    follower = Follower(run.journal_path, run.journal_path.stat().st_size)
    first_step, first_cpu = _next_step(follower, process)
    time.sleep(seconds)
    follower.read()
    last_step, last_cpu = _next_step(follower, process)
    return (last_cpu - first_cpu) / (last_step - first_step)


def _next_step(follower: Follower, process: psutil.Process) -> tuple[int, float]:
    """The next step that is told, and the trainer's CPU time at that moment."""
    while True:
        steps = [event for event in follower.read() if isinstance(event, StepEnded)]
        if steps:
            times = process.cpu_times()
            return steps[-1].step, times.user + times.system
        time.sleep(0.001)
