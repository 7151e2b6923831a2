"""How fast a run trains, over some seconds: a tenth of one jumps wherever cores are busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.live import words

if TYPE_CHECKING:
    from core.state import RunState

WINDOW_SECONDS = 5.0
"""Long enough to be steady, short enough to tell of a core that somebody else took."""
MOST_SECONDS = 1.0
"""That a step counts for: a pause or a validation before it would else fill the window."""
NUM_DIGITS = 3
"""More would change with every look."""


def images_per_second(state: RunState) -> float | None:
    """Over the last seconds in which steps were done; None before the first one was told.

    The rate of a step event is by the trainer's own clock, which stands still in a pause and
    during validation. So after either of them it goes on from where it was.
    """
    steps = state.recent_steps
    if not steps or words.begins(state):
        return None
    num_steps = work = seconds = 0.0
    for before, step in zip(reversed(steps[:-1]), reversed(steps), strict=False):
        new = step.step - before.step
        if seconds >= WINDOW_SECONDS or new <= 0 or step.images_per_second <= 0:
            break
        num_steps += new
        work += new / step.images_per_second
        seconds += min(MOST_SECONDS, max(0.0, step.time - before.time))
    rate = num_steps / work if work > 0 else steps[-1].images_per_second
    return float(f"{rate:.{NUM_DIGITS}g}")
