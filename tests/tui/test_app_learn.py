"""The Learn pane, page by page."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from recorded import recorded
from window import NARROW, USUAL, WIDE, Window, opened

from core.event_lines import to_line
from core.events import StepMeasured
from core.loop.step_parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scratch import Scratch

    from core.runs import Run


async def until_network(window: Window) -> None:
    await window.until_shown("layer  ")


def measured(num_images: int) -> StepMeasured:
    """A step taken apart, 5 ms in all."""
    return StepMeasured(
        epoch=2, step=600, num_images=num_images, seconds=dict.fromkeys(PARTS, 0.001),
        gradient_norms={"conv1": 0.5},
    )  # fmt: skip


def verdict(window: Window) -> str:
    """What the network takes the picture for, and what it is."""
    words = " ".join(window.text().replace("│", " ").split())
    return words.partition("takes this picture for ")[2].partition(".  ")[0]


async def test_before_any_run_the_network_of_the_config_is_shown(scratch: Scratch) -> None:
    async with opened(scratch, WIDE, asks_warm=False) as window:
        await window.press("6")
        await until_network(window)
        await window.until_shown("1×10×24×24")  # the rows come a moment after their heading
        await window.until_shown("21,840 parameters")
        assert "7" in verdict(window)  # the first test image of MNIST
        before = verdict(window)
        await window.press("n")
        await window.until(lambda: verdict(window) != before, "the second picture")
        assert "2" in verdict(window)


async def test_a_trained_network_is_that_of_the_run_shown(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, WIDE, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.press("6")
        await until_network(window)
        await window.press("right")
        await window.until_shown("16 pictures in")
        for part in ("output = model(images)", "loss.backward()", "optimizer.step()"):
            assert part in window.text()
        assert "conv1" in window.text()


async def test_the_pages_of_a_run_tell_of_it_and_that_of_the_config_of_the_next_one(
    scratch: Scratch, finished: Run
) -> None:
    scratch.write_config({"loss": "cross_entropy"})
    async with opened(scratch, WIDE, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.press("6", "right")
        await window.until_shown("loss = nll_loss(output, labels)")
        await window.press("right")
        await window.until_shown("The pages before this one tell of the run that is shown.")
        await window.until_shown("config.json, the config of the next run.")
        await window.until_shown("core.losses.cross_entropy(output, target)")


@pytest.fixture
def unanswered() -> Iterator[None]:
    """Nobody takes the network apart: that takes seconds, and other pages are looked at."""
    with patch("tui.asking.ask", side_effect=subprocess.SubprocessError("nobody")):
        yield


@pytest.mark.usefixtures("unanswered")
async def test_the_pages_turn_both_ways_and_round(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("6")
        await window.until_shown("n next picture")
        await window.press("right")
        await window.until_shown("A step is taken apart in the middle of each epoch")
        await window.until_hidden("n next picture")
        await window.press("right")
        await window.until_shown("core.models.MnistModel()")
        await window.press("right")
        await window.until_shown("Validation can lie below training")
        await window.press("right", "left")
        await window.until_shown("Validation can lie below training")


async def test_a_config_without_a_network_is_a_sentence(scratch: Scratch) -> None:
    text = scratch.config_path.read_text().replace("MnistModel", "NoSuchModel")
    scratch.config_path.write_text(text)
    async with opened(scratch, USUAL) as window:
        await window.press("6")
        await window.until_shown("NoSuchModel")


@pytest.mark.usefixtures("unanswered")
async def test_the_step_of_a_live_run_is_told_as_it_comes(scratch: Scratch) -> None:
    with recorded(scratch.saved.resolve(), "running") as run:
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("6", "right")
            await window.until_shown("in epoch 3: 128 pictures in")
            with run.journal_path.open("ab") as journal:
                journal.write(to_line(measured(num_images=128)))
            await window.until_shown("128 pictures in 5.00 ms")


@pytest.mark.usefixtures("unanswered")
async def test_a_network_that_cannot_be_looked_at_is_a_sentence(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("6")
        await window.until_shown("the network cannot be looked at: nobody")


async def test_a_window_too_small_for_it_says_so(scratch: Scratch) -> None:
    async with opened(scratch, NARROW) as window:
        await window.press("6")
        await window.until_shown("Learn needs 80×24")


@pytest.mark.usefixtures("unanswered")
async def test_the_page_of_a_run_may_be_left_while_runs_go_on_and_others_are_opened(
    scratch: Scratch, finished: Run
) -> None:
    with recorded(scratch.saved.resolve(), "running") as run:
        async with opened(scratch, USUAL, shown=[finished]) as window:
            await window.until_shown("✓ finished")
            await window.press("6", "right")
            await window.until_shown("16 pictures in")
            await window.press("3")
            window.app.follow(run)
            await window.until_shown("● running")
            with run.journal_path.open("ab") as journal:
                journal.write(to_line(measured(num_images=128)))
            await window.until(lambda: window.live.state.measured, "measured")
            await window.press("6")
            await window.until_shown("128 pictures in 5.00 ms")
