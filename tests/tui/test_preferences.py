"""What is remembered from start to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from window import USUAL, WIDE, opened

from tui import preferences

if TYPE_CHECKING:
    from scratch import Scratch


def test_without_a_file_there_are_none() -> None:
    assert preferences.read() == {}


def test_what_is_written_is_read() -> None:
    preferences.write({"theme": "light", "log": True})
    assert preferences.read() == {"theme": "light", "log": True}


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b"null", b"[" * 100_000])
def test_a_broken_file_is_set_aside(content: bytes) -> None:
    path = preferences.path()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert preferences.read() == {}
    assert not path.exists()
    assert path.with_suffix(".json.bad").read_bytes() == content


async def test_layout_and_log_are_as_they_were_left(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        assert window.visible() == {"config", "device", "live"}
        window.main.action_beside()
        await window.press("l")
        assert window.visible() == {"live"}
    async with opened(scratch, WIDE) as window:
        assert window.visible() == {"live"}
        assert window.live.has_class("show-log")
        window.main.action_beside()
        await window.settle()
        assert window.visible() == {"config", "device", "live"}


async def test_preferences_that_cannot_be_kept_are_said_and_hold_for_now(
    scratch: Scratch,
) -> None:
    preferences.path().parent.parent.mkdir(parents=True)
    preferences.path().parent.write_text("a file where the folder should be")
    async with opened(scratch, USUAL) as window:
        window.app.theme = "light"
        await window.settle()
        assert "cannot be written" in window.notices()
        assert window.app.theme == "light"


async def test_values_that_make_no_sense_are_taken_for_none(scratch: Scratch) -> None:
    preferences.write({"theme": ["x"], "layout": 7, "log": "yes"})
    async with opened(scratch, WIDE) as window:
        assert window.app.theme == "dark"
        assert window.visible() == {"config", "device", "live"}
