"""SIGKILL to a random process of several at a random moment: how does the run end?

After each kill the outcome must be clear, nobody may be left, and the newest checkpoint must load:
the next round takes the run up again in place.

    python tests/benchmarks/dead_rank.py --count 20
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from core import checkpoint, launch
from core.checkpoint import CheckpointError
from core.events import StepEnded
from core.journal import Follower

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from tiny_data import tiny_run, write_tiny_mnist

if TYPE_CHECKING:
    from core.runs import Run

PATIENCE_SECONDS = 60.0
"""For torchrun to notice, and to end the others."""
LATEST_SECONDS = 8.0
"""After the start: from Python's own beginning to some epochs later."""


def ranks(torchrun: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that train."""
    try:
        return [
            item for item in psutil.Process(torchrun.pid).children() if "core" in item.cmdline()
        ]
    except psutil.Error:
        return []


def kill_one(run: Run, num_processes: int, random_: random.Random) -> tuple[str, str]:
    """Train, kill one; returns which it was, and how the run ended."""
    past = run.journal_path.stat().st_size if run.journal_path.exists() else 0
    torchrun = launch.in_torchrun(run, num_processes)
    while torchrun.poll() is None and len(ranks(torchrun)) < num_processes:
        time.sleep(0.02)
    time.sleep(random_.uniform(0.0, LATEST_SECONDS))
    found = sorted(ranks(torchrun), key=lambda item: item.pid)
    if not found:
        return "nobody", "ENDED BY ITSELF"
    number = random_.randrange(len(found))
    found[number].kill()
    try:
        torchrun.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        for item in [*found, psutil.Process(torchrun.pid)]:
            item.kill()
        return f"process {number}", "HANGS"
    left = [item for item in found if item.is_running()]
    how = "LEFT BEHIND" if left or run.live() else run.state().status(live=run.live())
    told = Follower(run.journal_path, past).read()
    # Only the first can say how it ended, where it lives and has come as far as to say anything.
    if how == "interrupted" and number and told:
        how = "UNCLEAR"
        print("".join(run.log_path.read_text().splitlines(keepends=True)[-40:]), flush=True)
    began = any(isinstance(event, StepEnded) for event in told)
    when = "" if began else " before the first step" if told else " before anything was written"
    return f"process {number}{when}", how


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3, help="kills")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nproc", type=int, default=2)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dead-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    edits = {"trainer.epochs": 100000, "trainer.early_stop": 0, "trainer.keep_checkpoints": 3}
    run = tiny_run(write_tiny_mnist(folder / "data"), folder / "saved", edits)
    random_, unreadable, lost = random.Random(options.seed), 0, 0
    outcomes: Counter[str] = Counter()
    try:
        for number in range(1, options.count + 1):
            which, how = kill_one(run, options.nproc, random_)
            outcomes[how] += 1
            newest = 0
            for path in run.checkpoints():
                try:
                    newest = max(newest, checkpoint.load(path).epoch)
                except CheckpointError as error:
                    unreadable += 1
                    print(f"kill {number}: {error}", flush=True)
            lost += newest < run.state().epoch - 1
            ended = run.state().ended
            print(
                f"kill {number}, {which}: {how}, {ended.reason[:60] if ended else ''}", flush=True
            )
        print(
            f"{options.count} kills, epoch {run.state().epoch} reached: {dict(outcomes)}, "
            f"{unreadable} files unreadable, {lost} times more than the epoch under way lost"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    clear = outcomes["failed"] + outcomes["interrupted"]
    sys.exit(bool(unreadable or lost or clear < options.count))


if __name__ == "__main__":
    main()
