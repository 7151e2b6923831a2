"""What a terminal of each size shows."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from scratch import beginning, told_run
from window import NARROW, USUAL, WIDE, opened

if TYPE_CHECKING:
    from scratch import Scratch

HUGE, TINY = (200, 60), (39, 11)


async def test_a_terminal_that_is_too_small_says_what_it_needs_and_grows_back(
    scratch: Scratch,
) -> None:
    run = told_run(scratch, "told")
    async with opened(scratch, USUAL, shown=[run]) as window:
        await window.until_shown("✓ finished")
        for size in (TINY, (10, 30), (80, 3), (1, 1)):
            await window.resize(size)
            assert "finished" not in window.text()
        await window.resize(TINY)
        assert " ".join(window.text().split()) == "needs 40×12, this terminal is 39×11"
        for size in (NARROW, USUAL, WIDE, HUGE):
            await window.resize(size)
            await window.until_shown("✓ finished")
            assert "needs" not in window.text()
            assert all(len(line) <= size[0] for line in window.text().splitlines())


async def test_at_40_by_12_the_forms_say_what_they_need(scratch: Scratch) -> None:
    async with opened(scratch, NARROW) as window:
        for digit, name in (("1", "Config"), ("2", "Device")):
            await window.press(digit)
            words = " ".join(window.text().split())
            assert f"{name} needs 80×24, this terminal is 40×12" in words
            assert window.app.focused is None
        await window.resize(USUAL)
        assert window.visible() == {"device"}
        await window.press("3")
        await window.resize(NARROW)
        await window.until_shown("Nothing is running yet.")


@pytest.mark.parametrize("size", [WIDE, HUGE])
async def test_wide_terminals_show_three_panes_and_runs_alone(
    size: tuple[int, int], scratch: Scratch
) -> None:
    async with opened(scratch, size) as window:
        assert window.visible() == {"config", "device", "live"}
        await window.press("4")
        assert window.visible() == {"runs"}


async def test_a_size_that_changed_behind_a_dialog_is_taken_after_it(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("question_mark")
        await window.resize(WIDE)
        await window.press("escape")
        await window.until(lambda: window.visible() == {"config", "device", "live"}, "wide")


async def test_resizing_fast_never_ends_it(scratch: Scratch) -> None:
    draw = random.Random(5)
    run = told_run(scratch, "told", *beginning())
    async with opened(scratch, USUAL, shown=[run]) as window:
        for index in range(24):
            size = (draw.randrange(1, 220), draw.randrange(1, 70))
            await window.pilot.resize_terminal(*size)
            if index % 7 == 0:
                await window.pilot.press(draw.choice(("1", "2", "3", "4", "question_mark")))
            await asyncio.sleep(0)
        await window.press("escape", "escape", "escape", "3")
        await window.resize(USUAL)
        await window.until_shown("✓ finished")


async def test_a_pane_that_has_no_room_takes_no_keys(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        for pane in ("1", "2", "5"):
            await window.press(pane)
            assert window.app.focused is not None
        await window.resize((50, 14))
        for pane in ("1", "2", "5"):
            await window.press(pane)
            assert window.app.focused is None
            assert "needs 80×24" in window.text()
