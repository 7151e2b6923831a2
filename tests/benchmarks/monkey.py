"""A monkey at the window for as long as you like: random keys, text, mouse and sizes.

It trains nothing and writes in a folder of its own. The suite plays one short seed of it.

    python tests/benchmarks/monkey.py [--count 1000] [--seed 1] [--games 1]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from monkey import play
from scratch import Scratch
from tiny_data import write_tiny_mnist


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000, help="things it does in a game")
    parser.add_argument("--seed", type=int, default=1, help="of the first game")
    parser.add_argument("--games", type=int, default=1, help="each with the next seed")
    options = parser.parse_args()
    failed = []
    for seed in range(options.seed, options.seed + options.games):
        began = time.monotonic()
        try:
            game(seed, options.count)
            said = "ok"
        except AssertionError as error:
            failed.append(seed)
            said = f"FAILED\n{error}"
        print(f"seed {seed}: {options.count} in {time.monotonic() - began:.0f} s: {said}")
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
