"""SIGKILL at random moments of a run that saves all the time: what is left of it?

After each kill every checkpoint is read; the newest valid one must load, and the run is taken up
again in place. Prints how many files were unreadable, offered damaged, or lost.

    python tests/benchmarks/kill_recovery.py --count 200
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from core import checkpoint, launch, requests
from core.checkpoint import CheckpointError
from core.resuming import beginning

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from typing import TYPE_CHECKING

from tiny_data import tiny_run, write_tiny_mnist

if TYPE_CHECKING:
    from core.runs import Run


def make_run(folder: Path) -> Run:
    """A run on small data with more epochs than it can finish."""
    edits = {"trainer.epochs": 100000, "trainer.early_stop": 0, "trainer.keep_checkpoints": 3}
    return tiny_run(write_tiny_mnist(folder / "data"), folder / "saved", edits)


def kill_once(run: Run, random_: random.Random) -> None:
    """Train in a process, ask for saves all the while, kill it at a random moment."""
    epochs_before = run.state().epoch
    process = launch.in_process(run)
    # The first half second is Python's own; wait until it really trains.
    while process.poll() is None and run.state().epoch <= epochs_before:
        time.sleep(0.05)
    end = time.monotonic() + random_.uniform(0.0, 1.5)
    while time.monotonic() < end:
        requests.ask(run.requests_path, "save")
        time.sleep(0.02)
    process.kill()
    process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5, help="kills")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    run, random_ = make_run(folder), random.Random(options.seed)
    unreadable = lost = stale = 0
    try:
        for number in range(1, options.count + 1):
            finished = run.state().epoch
            kill_once(run, random_)
            for path in run.checkpoints():
                try:
                    checkpoint.load(path)
                except CheckpointError as error:
                    unreadable += 1
                    print(f"kill {number}: {error}", flush=True)
            newest, _ = beginning.newest_valid(run)
            # What an earlier round finished must never be undone.
            lost += newest.epoch < finished
            stale += len(list(run.path.glob(".*.tmp")))
        print(
            f"{options.count} kills, epoch {newest.epoch} reached: {unreadable} files unreadable, "
            f"{lost} times a finished epoch lost, {stale} temporary files left by them, "
            f"status {run.state().status(live=run.live())}"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bool(unreadable or lost))


if __name__ == "__main__":
    main()
