"""How many keys the common things take from the first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recorded import recorded
from window import USUAL, opened

from core.requests import Inbox

if TYPE_CHECKING:
    from scratch import Scratch


async def test_starting_takes_one_key(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await window.until_shown("✓ finished")


async def test_pausing_takes_one_key(scratch: Scratch) -> None:
    with recorded(scratch.saved.resolve(), "running") as run:
        inbox = Inbox(run.requests_path)
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("p")
            assert [request.kind for request in inbox.read()] == ["pause"]
