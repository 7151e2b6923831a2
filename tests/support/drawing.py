"""A picture played on the pad as the mouse would draw it, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from textual.events import MouseDown, MouseUp

from core.drawings.as_mnist import as_mnist
from core.predict import Predictor
from tui.digits.pad import FULL, INK_STEP, SIDE
from tui.digits.predicting import Guess
from tui.widgets.pad_view import PadView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.events import MouseEvent
    from window import Window

NUM_INKS = FULL // INK_STEP


async def play(window: Window, ink: bytes) -> None:
    """Draw each pixel by a click of the fine pen, one ink after another, the lightest last.

    The pen has fifteen inks, so each pixel is at most half a step (8 of 255) off.
    """
    view = window.app.screen.query_one(PadView)
    await window.press("c")
    if view.pad.soft:
        await window.press("f")
    while view.pad.strength < FULL:
        await window.press("]")
    steps = [round(value / INK_STEP) for value in ink]
    for step in range(NUM_INKS, 0, -1):
        for at in (at for at, wanted in enumerate(steps) if wanted == step):
            for kind in (MouseDown, MouseUp):
                window.app.screen._forward_event(_click(view, at % SIDE, at // SIDE, kind))
        await window.settle()
        if step > 1:
            await window.press("[")


def _click(view: PadView, x: int, y: int, kind: type[MouseEvent]) -> MouseEvent:
    large = view.size.height >= SIDE
    column = view.content_region.x + (2 * x if large else x)
    row = view.content_region.y + (y if large else y // 2)
    return kind(
        view, column, row, 0, 0, 1, False, False, False, screen_x=column, screen_y=row
    )  # fmt: skip


class PredictingHere:
    """`tui.digits.predicting.Predicting` without the process: torch is imported here anyway."""

    def __init__(
        self,
        checkpoints: Sequence[Path],
        on_guess: Callable[[Guess], object],
        _on_trouble: Callable[[str], object],
    ) -> None:
        self._predictors = [Predictor(path) for path in checkpoints]
        self._on_guess = on_guess

    def start(self) -> None:
        """Nothing has to be started."""

    def show(self, ink: bytes) -> None:
        """Look at it at once."""
        picture = as_mnist(np.frombuffer(ink, np.uint8).reshape(SIDE, SIDE))
        values = tuple(tuple(item.probabilities(picture)) for item in self._predictors)
        self._on_guess(Guess(picture.tobytes(), values))

    def close(self) -> None:
        """Nothing has to be ended."""
