"""Leaving by `q`, in the background, at a random step: is the shell back, are the weights the same?

python tests/benchmarks/background.py --count 20 --seed 7
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import counting
from leaving import EDITS, leave_in_background, spread
from program import scratch_in, train, weights
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    import random

MOST_SECONDS = 1.0


def main() -> None:
    """Leave, and count."""
    options = counting.options(__doc__, 20).parse_args()
    taken: list[float] = []
    with counting.own_folder("background") as root:
        data = write_tiny_mnist(root / "data")
        undisturbed = weights(train(scratch_in(root / "undisturbed", data, EDITS)))

        def leave(number: int, chance: random.Random) -> None:
            scratch = scratch_in(root / f"{number:03d}", data, EDITS)
            left = leave_in_background(scratch, chance, undisturbed)
            taken.append(left.seconds)
            assert left.seconds <= MOST_SECONDS, f"the shell was back after {left.seconds:.2f} s"
            shutil.rmtree(scratch.path, ignore_errors=True)

        failed = counting.count(options.count, options.seed, leave)
    counting.say(f"the shell is back: {spread(taken)}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
