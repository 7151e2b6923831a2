"""From a key to the screen, as long as it takes."""

from __future__ import annotations

import re
import time
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pty_app import PtyApp

TITLES = ["accuracy", "top_k_acc", "lr", "loss"]
"""What the chart of the shipped config is called, one `m` after the other."""
_LEGEND = "──"


def key_times(app: PtyApp) -> Iterator[float]:
    """Draw one metric after the other in a window that shows a run: the chart's title changes."""
    for title in cycle(TITLES):
        began = time.perf_counter()
        app.press("m")
        app.wait_for(lambda text, t=title: _is_drawn(text, t))  # type: ignore[misc]
        yield app.heard - began
        time.sleep(0.15)


def _is_drawn(text: str, title: str) -> bool:
    """Whether a line of it is that chart's title: the table of epochs has such words too."""
    return any(re.match(rf" {title}\b", line) and _LEGEND in line for line in text.splitlines())
