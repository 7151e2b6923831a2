"""From a key to the screen, as long as it takes."""

from __future__ import annotations

import time
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pty_app import PtyApp

TITLES = ["accuracy, a", "top_k_acc, a", "lr  ", "loss  "]
"""What the chart of the shipped config is called, one `m` after the other."""


def key_times(app: PtyApp) -> Iterator[float]:
    """Draw one metric after the other in a window that shows a run: the chart's title changes."""
    for title in cycle(TITLES):
        began = time.perf_counter()
        app.press("m")
        app.wait_for(lambda text, t=title: f" {t}" in text)  # type: ignore[misc]
        yield app.heard - began
        time.sleep(0.15)
