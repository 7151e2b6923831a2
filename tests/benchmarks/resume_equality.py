"""Is a run that was cut and taken up again the run that was never cut, bit for bit?

Two epochs on 6,000 real images in processes of their own, cut at random steps by SIGTERM and by
`stop`; weights and optimizer state of the last checkpoints are compared with `torch.equal`.

    python tests/benchmarks/resume_equality.py --count 20
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from core import checkpoint, launch, requests
from core.runs import LAST, Run

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from tiny_data import tiny_run, write_tiny_mnist

EDITS = {"trainer.epochs": 2, "data_loader.args.batch_size": 16}
NUM_STEPS = 2 * 338
"""5,400 images in batches of 16, twice."""


def cut_and_resume(run: Run, at: int, *, by_signal: bool) -> bool:
    """Stop `run` once it is past step `at`, then let it end; whether it was really cut."""
    process = launch.in_process(run)
    while process.poll() is None and run.state().step < at:
        time.sleep(0.002)
    if by_signal:
        process.send_signal(signal.SIGTERM)
    else:
        requests.ask(run.requests_path, "stop")
    process.wait()
    was_cut = run.state().status(live=False) == "stopped"
    launch.in_process(run).wait()
    return was_cut


def state_of(run: Run) -> dict[str, Any]:
    """Weights and optimizer state at the end."""
    content = checkpoint.load(run.path / LAST).content
    return {"state_dict": content["state_dict"], "optimizer": content["optimizer"]}


def equal(one: Any, other: Any) -> bool:
    """Bit for bit, through dicts and lists."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4, help="cuts, half of them by a signal")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="resume-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    random_ = random.Random(options.seed)
    try:
        data = write_tiny_mnist(folder / "data", num_train=6000)
        straight = tiny_run(data, folder / "straight", EDITS)
        launch.in_process(straight).wait()
        expected, same, cuts = state_of(straight), 0, 0
        for number in range(options.count):
            run = tiny_run(data, folder / f"cut{number}", EDITS)
            at = random_.randrange(1, NUM_STEPS - 60)
            cuts += cut_and_resume(run, at, by_signal=number % 2 == 0)
            same += equal(expected, state_of(run))
        print(
            f"{options.count} runs, {cuts} of them cut: {same} equal the straight run bit for bit"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(same < options.count or cuts < options.count)


if __name__ == "__main__":
    main()
