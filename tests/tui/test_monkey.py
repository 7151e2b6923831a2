"""Whatever is pressed; tests/benchmarks/monkey.py plays longer and with other seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import monkey

if TYPE_CHECKING:
    from scratch import Scratch


async def test_whatever_keys_are_pressed_the_window_still_answers(scratch: Scratch) -> None:
    await monkey.play(scratch, seed=1, count=120)
