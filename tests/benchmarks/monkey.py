"""A monkey at the window for as long as you like: random keys, text, mouse and sizes.

It trains nothing and writes in a folder of its own. The suite plays one short seed of it.

    python tests/benchmarks/monkey.py [--count 1000] [--seed 1] [--games 1]
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from monkey import play
from scratch import Scratch
from tiny_data import write_tiny_mnist

SECONDS_AT_MOST = 1.0
"""A thing it does takes on busy cores."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000, help="things it does in a game")
    parser.add_argument("--seed", type=int, default=1, help="of the first game")
    parser.add_argument("--games", type=int, default=1, help="each with the next seed")
    options = parser.parse_args()
    failed = []
    for seed in range(options.seed, options.seed + options.games):
        began = time.monotonic()
        # A window that answers no more says where it is, and ends.
        faulthandler.dump_traceback_later(120 + options.count * SECONDS_AT_MOST, exit=True)
        try:
            game(seed, options.count)
            said = "ok"
        except AssertionError as error:
            failed.append(seed)
            said = f"FAILED\n{error}"
        taken = time.monotonic() - began
        print(f"seed {seed}: {options.count} in {taken:.0f} s: {said}", flush=True)
    return 1 if failed else 0


def game(seed: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "here")
        folder.mkdir()
        for kind in ("STATE", "CONFIG"):
            os.environ[f"XDG_{kind}_HOME"] = str(Path(name, "home", kind.lower()))
        write_tiny_mnist(folder / "data")
        os.chdir(folder)
        scratch = Scratch(folder)
        scratch.write_config()
        try:
            asyncio.run(play(scratch, seed, count))
        finally:
            os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
