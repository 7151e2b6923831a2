"""Pictures like photographs, made from MNIST's test images: how many are taken for what they are?

python tests/benchmarks/photos.py                      # trains configs/sprint.json first
python tests/benchmarks/photos.py -r CHECKPOINT --count 20 400
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import numpy as np
from photos import KINDS, photos

from core import launch, runs
from core.drawings import photo
from core.drawings.as_mnist import as_mnist
from core.errors import MistakeError
from core.processes import spinning
from core.settings import file as config_file
from core.settings.file import PRESETS


def trained(folder: Path) -> Path:
    """The last checkpoint of the preset of one epoch."""
    text = config_file.read_text(PRESETS / "sprint.json").set(("trainer", "save_dir"), str(folder))
    run = runs.create(folder, "sprint", text.text)
    launch.in_thread(run).join()
    return run.path / runs.LAST


def measure(checkpoint: Path, count: int, seed: int, folder: Path) -> None:
    """Print the share of pictures taken for what they are, by kind where some are not."""
    from core.predict import Predictor

    predictor = Predictor(checkpoint)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    seconds = []
    for number, made in enumerate(photos(count, seed)):
        path = made.write(folder, number)
        began = time.perf_counter()
        try:
            digit = int(np.argmax(predictor.probabilities(as_mnist(photo.read(path)))))
        except MistakeError:  # nothing found in it
            digit = None
        seconds.append(time.perf_counter() - began)
        total[made.kind] += 1
        right[made.kind] += digit == made.label
    share = right.total() / total.total()
    print(f"{count} pictures, seed {seed}: {right.total()} right, {share:.2%}", end="; ")
    print(f"a picture takes {np.median(seconds) * 1000:.0f} ms, at most {max(seconds) * 1000:.0f}")
    for kind in KINDS:
        if right[kind] < total[kind]:
            print(f"  {kind}: {right[kind]} of {total[kind]}")


def main() -> None:
    """Train if need be, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-r", "--resume", type=Path, metavar="CHECKPOINT", dest="checkpoint")
    parser.add_argument("--count", type=int, nargs="+", default=[20, 400])
    parser.add_argument("--seed", type=int, default=11)  # 7: finding was tuned on it
    options = parser.parse_args()
    spinning.prepare()
    with tempfile.TemporaryDirectory(prefix="photos-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        checkpoint = options.checkpoint or trained(Path(folder))
        for count in options.count:
            measure(checkpoint, count, options.seed, Path(folder))


if __name__ == "__main__":
    main()
