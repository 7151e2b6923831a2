"""Links that are lost, in every way and at every moment: what is left, and what becomes of the run.

python tests/benchmarks/link.py --count 100 --seed 7
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import counting
from link_faults import FAULTS, MOMENTS, lose_a_link
from program import A_WHILE, scratch_in, train, weights
from ssh_server import ssh_server
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    import random

EDITS = {**A_WHILE, "trainer.epochs": 40}


def main() -> None:
    """Cut, and count."""
    parser = counting.options(__doc__, 25)
    parser.add_argument("--freeze", type=float, default=40.0, help="seconds at most")
    options = parser.parse_args()
    with counting.own_folder("link") as root:
        data = write_tiny_mnist(root / "data")
        undisturbed = weights(train(scratch_in(root / "undisturbed", data, EDITS)))
        (root / "sshd").mkdir()
        with ssh_server(root / "sshd") as server:

            def lose(number: int, chance: random.Random) -> None:
                fault = FAULTS[number % len(FAULTS)]
                moment = MOMENTS[number // len(FAULTS) % len(MOMENTS)]
                scratch = scratch_in(root / f"{number:03d}", data, EDITS)
                lose_a_link(scratch, server, fault, moment, chance, undisturbed, options.freeze)
                shutil.rmtree(scratch.path, ignore_errors=True)

            failed = counting.count(options.count, options.seed, lose)
    sys.exit(failed)


if __name__ == "__main__":
    main()
