"""SIGTERM, SIGINT and SIGUSR1 at random moments: exit code, terminal, time, and the run resumed.

python tests/benchmarks/signals.py --count 50 --seed 7
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import counting
from leaving import EDITS, end_by_signal, spread
from program import scratch_in, train, weights
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    import random

MOST_SECONDS = 2.0
"""And a step, which is milliseconds here."""


def main() -> None:
    """Stop, and count."""
    options = counting.options(__doc__, 50).parse_args()
    taken: list[float] = []
    with counting.own_folder("signals") as root:
        data = write_tiny_mnist(root / "data")
        undisturbed = weights(train(scratch_in(root / "undisturbed", data, EDITS)))

        def stop(number: int, chance: random.Random) -> None:
            scratch = scratch_in(root / f"{number:03d}", data, EDITS)
            left = end_by_signal(scratch, chance, undisturbed)
            taken.append(left.seconds)
            late = f"too late; {left.moment}: {left.seconds:.2f} s"
            assert left.seconds <= MOST_SECONDS, late
            shutil.rmtree(scratch.path, ignore_errors=True)

        failed = counting.count(options.count, options.seed, stop)
    counting.say(f"ended: {spread(taken)}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
