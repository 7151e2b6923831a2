"""How long a run still takes, without the jumps of a pace that is measured anew at each look."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.live import words

if TYPE_CHECKING:
    from core.state import RunState

STEADINESS = 0.8
"""How much of the last guess stays when the end is guessed anew."""
FAR_OFF = 0.5
"""A guess that differs by more than this share is not noise: the run has changed."""


class Countdown:
    """Guesses the moment of the end, again with each newer state."""

    def __init__(self) -> None:
        self._end: float | None = None

    def update(self, state: RunState, *, anew: bool) -> None:
        """Take a newer state; `anew` that of another run."""
        left, now = state.seconds_left(), time.monotonic()
        if left is None or state.paused or words.begins(state):
            self._end = None
            return
        before = None if anew else self._end
        if before is None or abs(before - now - left) > FAR_OFF * left:
            self._end = now + left
        else:
            self._end = STEADINESS * before + (1 - STEADINESS) * (now + left)

    def seconds(self) -> float | None:
        """From now to the end; None where nobody knows."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())
