"""The shipped config in one process and in several: what it comes to, and what a step costs.

The variants take turns, and the figures are medians, so that a busy machine slows all alike.

    python tests/benchmarks/several.py --nproc 2 --epochs 2 --count 2
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from core import launch, runs
from core.settings import file as config_file


class Variant(NamedTuple):
    """How it is trained."""

    num_processes: int
    threads: int
    batch_size: int
    """Of all processes together."""

    def in_words(self) -> str:
        """In a line."""
        each = f"{self.num_processes} process(es) of {self.threads} thread(s)"
        return f"{each}, batches of {self.batch_size}"


class Result(NamedTuple):
    """What came of it."""

    val_accuracy: float
    step_seconds: float
    """Of the last epoch."""
    num_parameters: int


def train(variant: Variant, folder: Path, epochs: int) -> Result:
    """Train in processes of their own."""
    text = config_file.read_text(config_file.PRESETS / "config.json")
    values = {
        "trainer.save_dir": str(folder),
        "trainer.tensorboard": False,
        "trainer.epochs": epochs,
        "data_loader.args.batch_size": variant.batch_size,
        "device": "cpu",
        "threads": variant.threads,
    }
    for path, value in values.items():
        text = text.set(config_file.parse_path(path), value)
    run = runs.create(folder, "several", text.text)
    if variant.num_processes == 1:
        process = launch.in_process(run)
    else:
        process = launch.in_torchrun(run, variant.num_processes)
    assert process.wait() == 0, run.log_path.read_text()
    state = run.state()
    last, started = state.history[-1], state.started
    assert started is not None
    assert last.images_per_second
    accuracy = last.metrics["val_accuracy"] or 0.0
    seconds = variant.batch_size / last.images_per_second
    return Result(accuracy, seconds, started.num_parameters or 0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nproc", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--count", type=int, default=2, help="turns")
    options = parser.parse_args()
    number, batch = options.nproc, 128
    share = Variant(1, 1, batch // number)
    variants = [Variant(1, number, batch), Variant(number, 1, batch), share]
    found: dict[Variant, list[Result]] = {variant: [] for variant in variants}
    folder = Path(tempfile.mkdtemp(prefix="several-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    try:
        for _ in range(options.count):
            for variant in variants:
                found[variant].append(train(variant, folder, options.epochs))
                accuracy, seconds, _ = found[variant][-1]
                print(
                    f"{variant.in_words()}: val_accuracy {accuracy:.4f} after {options.epochs} "
                    f"epochs, {seconds * 1e3:.2f} ms a step",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    one, several, alone = (
        statistics.median(result.step_seconds for result in found[variant]) for variant in variants
    )
    sent = 2 * (number - 1) / number * 4 * found[share][0].num_parameters
    apart = abs(found[variants[0]][0].val_accuracy - found[variants[1]][0].val_accuracy)
    print(
        f"val_accuracy {apart:.4f} apart; a step of {number} processes takes {several / one:.2f} "
        f"of that of one with as many threads, and {(several - alone) * 1e3:.2f} ms more than "
        f"its share alone; each sends {sent / 1e3:.0f} kB of gradients a step"
    )


if __name__ == "__main__":
    main()
