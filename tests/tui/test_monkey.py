from __future__ import annotations

import os
from typing import TYPE_CHECKING

import monkey

if TYPE_CHECKING:
    from scratch import Scratch

SEED = int(os.environ.get("MONKEY_SEED", "1"))
COUNT = int(os.environ.get("MONKEY_COUNT", "200"))


async def test_whatever_keys_are_pressed_the_window_still_answers(scratch: Scratch) -> None:
    await monkey.play(scratch, SEED, COUNT)
