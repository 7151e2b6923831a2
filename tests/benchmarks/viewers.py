"""Three viewers on one run: do they agree, what do they cost, is a writer ever refused?

python tests/benchmarks/viewers.py --tries 5000 --count 5
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from counting import own_folder, say
from program import scratch_in
from scratch import FOREVER
from tiny_data import write_tiny_mnist
from viewers import cost_of_viewers, steer_together, write_among_readers

MOST_COST = 1.01
REALISTIC = {**FOREVER, "data_loader.args.batch_size": 64}
"""Steps of a usual size, so that the share of what a viewer could cost is a usual one."""


def main() -> None:
    """Measure and print; ends with 1 if something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=5000, help="of taking the lock")
    parser.add_argument("--count", type=int, default=3, help="runs that are steered by three")
    parser.add_argument("--rounds", type=int, default=20, help="with viewers and without")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each half of a round")
    options = parser.parse_args()
    with own_folder("viewers") as root:
        found = write_among_readers(root / "events.jsonl", options.tries)
        say(
            f"{found.tries} tries of a writer: {found.refused} refused, the slowest took "
            f"{found.slowest_seconds * 1000:.0f} ms"
        )
        data = write_tiny_mnist(root / "data")
        for number in range(options.count):
            steer_together(scratch_in(root / f"{number:03d}", data, FOREVER))
        say(f"{options.count} of {options.count} runs steered by three: consistent, nothing left")
        scratch = scratch_in(root / "cost", data, REALISTIC)
        ratios = cost_of_viewers(scratch, options.rounds, options.seconds)
    middle = statistics.median(ratios) if ratios else 1.0
    say(f"CPU time of the trainer per step, with viewers over without: median {middle:.4f}")
    say("rounds: " + " ".join(f"{ratio:.3f}" for ratio in sorted(ratios)))
    sys.exit(found.refused > 0 or middle >= MOST_COST)


if __name__ == "__main__":
    main()
