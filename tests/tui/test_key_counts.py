"""How many keys the common things take from the first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recorded import recorded
from window import USUAL, opened

from core.requests import Inbox

if TYPE_CHECKING:
    from scratch import Scratch

    from core.runs import Run


async def test_starting_takes_one_key(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await window.until_shown("✓ finished")


async def test_the_mistakes_of_a_finished_run_take_three_keys_and_the_pad_two(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("5")
        await window.until_shown("was not tested yet")
        await window.press("t")
        await window.until_shown("true")
        await window.press("enter")
        await window.until_shown("taken for")
    async with opened(scratch, USUAL) as window:
        await window.press("5")
        await window.until_shown("true")
        await window.press("d")
        await window.until_shown("Draw a digit")
    assert finished.best_checkpoint() is not None


async def test_the_best_checkpoint_of_a_finished_run_takes_one_key(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("4")
        await window.until_shown("model_best.pth")
    assert finished.best_checkpoint() is not None


async def test_pausing_takes_one_key(scratch: Scratch) -> None:
    with recorded(scratch.saved.resolve(), "running") as run:
        inbox = Inbox(run.requests_path)
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("p")
            assert [request.kind for request in inbox.read()] == ["pause"]
