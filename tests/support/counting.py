"""Doing something many times at random moments, and counting what went otherwise than it should."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def options(description: str | None, count: int) -> argparse.ArgumentParser:
    """A parser with `--count` and `--seed`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=7)
    return parser


@contextlib.contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards; nothing of the person at this machine is touched."""
    root = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    os.environ["XDG_STATE_HOME"], os.environ["XDG_CONFIG_HOME"] = str(root / "s"), str(root / "c")
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def say(line: str) -> None:
    """A line of the results."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def count(number: int, seed: int, once: Callable[[int, random.Random], None]) -> bool:
    """Call `once` so many times with its number; an AssertionError is what went wrong.

    Returns whether anything did.
    """
    results = Counter[str]()
    for index in range(number):
        try:
            # Of its own, so that one can be done again by itself.
            once(index, random.Random(f"{seed} {index}"))
        except AssertionError as error:
            results[str(error).partition("\n")[0]] += 1
            say(f"{index}: {error}")
        else:
            results["as it should be"] += 1
    say(f"{number} times, seed {seed}")
    for result, times in results.most_common():
        say(f"{times:5}  {result}")
    return results["as it should be"] < number
