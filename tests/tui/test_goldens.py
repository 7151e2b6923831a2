"""Whole screens as text, from a recorded run.

A screen that was changed on purpose is renewed by

    RENEW_GOLDENS=1 python -m pytest tests/tui/test_goldens.py

and `git diff tests/tui/goldens` shows what changed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from recorded import Moment, recorded
from window import NARROW, USUAL, WIDE, Window, opened

from core.machine.device import Device
from core.runs import BEST

if TYPE_CHECKING:
    from scratch import Scratch

GOLDENS = Path(__file__).parent / "goldens"
SIZES = [NARROW, USUAL, WIDE]
A_CPU = Device("cpu", "Some Processor", True, None, None, 8 * 10**9, 2)


def assert_as_before(window: Window, name: str) -> None:
    """The screen is the golden one; with RENEW_GOLDENS it becomes that."""
    width, height = window.app.size
    path = GOLDENS / f"{width}x{height}-{name}.txt"
    text = re.sub(r" +$", "", window.text(), flags=re.MULTILINE) + "\n"
    if os.environ.get("RENEW_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES)
async def test_the_panes_before_any_run(size: tuple[int, int], scratch: Scratch) -> None:
    with patch("tui.screens.panes.cpu_device", lambda: A_CPU):
        async with opened(scratch, size) as window:
            await window.until_shown("quick run")
            await window.settle()
            assert_as_before(window, "first")
            for digit, name in enumerate(("config", "device", "runs"), 1):
                await window.press(str(digit if name != "runs" else 4))
                await window.until_hidden("looking for runs")
                await window.settle()
                assert_as_before(window, name)


@pytest.mark.parametrize("stage", ["running", "paused", "completed", "failed"])
@pytest.mark.parametrize("size", SIZES)
async def test_a_run(stage: Moment, size: tuple[int, int], scratch: Scratch) -> None:
    with (
        patch("tui.screens.panes.cpu_device", lambda: A_CPU),
        patch("tui.device.load_watch.LoadWatch"),
        recorded(scratch.saved.resolve(), stage) as run,
    ):
        (run.path / BEST).touch()
        async with opened(scratch, size, shown=[run]) as window:
            await window.until(lambda: not window.live.empty, "the run")
            await window.settle()
            assert_as_before(window, stage)
            if stage == "completed":
                (run.path / BEST).unlink()  # no file that can be read, which the list would say
                await window.list_runs()
                await window.settle()
                assert_as_before(window, "listed")
