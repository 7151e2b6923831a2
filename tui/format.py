"""Numbers as people read them, the same in the window and on a plain stream."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING, Any

from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.events import RunStarted
    from core.runs import Run

NUMBER_WIDTH = 7
"""Characters of a metric, at most, as long as it is below 1e99."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
STATUS_SIGNS = {
    "running": "●",
    "paused": "‖",
    "completed": "✓",
    "stopped": "■",
    "failed": "✗",
    "interrupted": "◌",
}
STATUS_WORDS = {"completed": "finished"}
"""What a person reads where the contract has another word."""


def duration(seconds: float | None) -> str:
    """`3.6 s`, `41 s`, `4 min 10 s`, `3 h 5 min`, `2 days`."""
    if seconds is None or not math.isfinite(seconds):
        return "?"
    if seconds < 10:
        return f"{seconds:.1f} s"
    total = round(seconds)
    for unit, size, smaller, small in (
        ("h", 3600, "min", 60),
        ("min", 60, "s", 1),
    ):
        if size <= total < 48 * 3600:
            rest = total % size // small
            return f"{total // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{total // 86400} days" if total >= 86400 else f"{total} s"


def age(since: float) -> str:
    """How long ago a time in seconds since 1970 is, in its largest unit: `41 s`, `3 h`."""
    words = duration(float(round(max(0.0, time.time() - since)))).split()
    return f"{words[0].removesuffix('.0')} {words[1]}"


def size(num_bytes: float) -> str:
    """`362 kB`, `1.4 MB`: in powers of 1,000, as drives are sold."""
    for unit in ("bytes", "kB", "MB"):
        if num_bytes < 1000:
            return f"{num_bytes:.0f} {unit}" if unit != "MB" else f"{num_bytes:.1f} MB"
        num_bytes /= 1000
    return f"{num_bytes:.1f} GB"


def number(value: float | None) -> str:
    """A metric, as long as `NUMBER_WIDTH`: `0.9871`, `1234.50`, `123457`, `1.2e+07`.

    `nan` where it was not finite.
    """
    if value is None:
        return "nan"
    texts = (
        f"{value:.{digits}{kind}}" for digits, kind in ((4, "f"), (2, "f"), (0, "f"), (1, "e"))
    )
    return next((text for text in texts if len(text) <= NUMBER_WIDTH), f"{value:.0e}")


def share(value: float, digits: int = 2) -> str:
    """`99.28 %`, of a ratio."""
    return f"{value:.{digits}%}".replace("%", " %")


def bar(part: float, width: int, *, ascii_only: bool = False) -> str:
    """A ratio as a bar, `width` characters for 1, in eighths of one: `██▌`."""
    if ascii_only:
        return "#" * round(part * width)
    whole, eighth = divmod(round(part * width * 8), 8)
    return "█" * whole + (_EIGHTHS[eighth] if eighth else "")


def rate(images_per_second: float) -> str:
    """`12,900 images/s`."""
    return f"{images_per_second:,.0f} images/s"


def threads(number: int, num_processes: int = 1) -> str:
    """`1 thread`, `2 threads`, `2 processes of 1 thread`."""
    words = f"{number} thread{'' if number == 1 else 's'}"
    return words if num_processes == 1 else f"{num_processes} processes of {words}"


def threads_of(started: RunStarted) -> str:
    """What a run was begun with."""
    return threads(started.threads, started.world_size)


def status(word: str) -> str:
    """A run's status with its sign: `● running`."""
    return f"{STATUS_SIGNS.get(word, '')} {STATUS_WORDS.get(word, word)}".strip()


def run_status(row: Mapping[str, Any]) -> str:
    """The same of a run in a list; one that ended before its last epoch was out of patience."""
    early = row["status"] == "completed" and row["epoch"] < row["epochs"]
    return f"{STATUS_SIGNS['completed']} early stop" if early else status(row["status"])


def run_name(run: Run) -> str:
    """`Mnist_LeNet/20261123_142233`, fit for a screen."""
    return clean(f"{run.name()}/{run.id}")


def checkpoint(file: Path) -> str:
    """`Mnist_LeNet/20261123_142233/model_best.pth`, fit for a screen."""
    return clean("/".join(file.parts[-3:]))


def path(place: str | os.PathLike[str], most: int = 50) -> str:
    """A path in at most so many characters: from here or from `~`, its middle left out."""
    text = os.fspath(place)
    if os.path.isabs(text):  # noqa: PTH117 -- of text
        here = os.path.relpath(text)
        home = os.path.expanduser("~")  # noqa: PTH111 -- never raises
        if not here.startswith(os.pardir):
            text = here
        elif home != "/" and text.startswith(f"{home}/"):
            text = f"~{text[len(home) :]}"
    if len(text) <= most:
        return text
    end = most * 2 // 3
    return f"{text[: most - end - 1]}…{text[-end:]}"
