"""The test accuracy of a preset's last checkpoint over several seeds.

python tests/benchmarks/accuracy.py configs/sprint.json --count 10
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from core import launch, runs
from core.checking import check
from core.processes import spinning
from core.settings import file as config_file


def one(path: Path, folder: Path, seed: int) -> tuple[float, float]:
    """Train with `seed`; test accuracy and seconds of training."""
    text = (
        config_file.read_text(path).set(("trainer", "save_dir"), str(folder)).set(("seed",), seed)
    )
    settings = check.load(text.value)
    run = runs.create(folder, settings.name, text.text)
    launch.in_thread(run).join()
    from core.evaluate import evaluate

    seconds = sum(row.seconds for row in run.state().history)
    return evaluate(run.path / runs.LAST)["accuracy"], seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--count", type=int, default=3, help="seeds: 1, 2, 3, …")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="accuracy-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    spinning.prepare()
    try:
        results = []
        for seed in range(1, options.count + 1):
            accuracy, seconds = one(options.config, folder, seed)
            results.append((accuracy, seconds))
            print(f"seed {seed}: test accuracy {accuracy:.4f} in {seconds:.1f} s", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    accuracies = [accuracy for accuracy, _ in results]
    spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
    times = statistics.median(seconds for _, seconds in results)
    print(
        f"{options.config}: mean {statistics.mean(accuracies):.4%}, deviation {spread:.4%}, "
        f"lowest {min(accuracies):.4f}, median {times:.1f} s, {len(results)} seeds"
    )


if __name__ == "__main__":
    main()
