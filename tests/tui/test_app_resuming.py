"""`r`: an exact resume begins at once, anything else is said and asked first."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from window import NARROW, USUAL, WIDE, Window, opened

from core.saved import finding
from core.settings import file as config_file
from tui.messages import FineTuneAsked
from tui.screens.ask import Ask
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from scratch import Scratch

    from core.runs import Run


async def ask_to_resume(window: Window, *, checkpoint: str = "") -> None:
    """Press `r` on the run, or on a checkpoint of it."""
    await window.list_runs()
    await window.until_shown("last.pth")
    wanted = next(
        index for index, place in enumerate(window.runs._places.values()) if place[1] == checkpoint
    )
    window.runs.table.move_cursor(row=wanted)
    await window.press("r")


async def with_more_epochs(window: Window, epochs: str = "3") -> None:
    """Answer how far it shall go."""
    await window.until(lambda: isinstance(window.app.screen, Prompt), "how far")
    await window.settle()
    await window.type(epochs)
    await window.press("enter")


async def test_an_exact_resume_begins_at_once_with_a_line(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await ask_to_resume(window)
        await with_more_epochs(window)
        await window.until(lambda: "to the same bits" in window.notices(), "the line")
        assert "the run goes on with epoch 3" in window.notices()
        assert not isinstance(window.app.screen, Ask)
        await window.until(lambda: finished.state().epoch == 3, "epoch 3")
        assert scratch.runs() == [finished]


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_an_earlier_checkpoint_is_asked_about_since_a_new_run_begins(
    size: tuple[int, int], scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, size) as window:
        await ask_to_resume(window, checkpoint="checkpoint-epoch1.pth")
        await window.until_asked()
        await window.until_shown("a new run")
        await window.press("c")
        await window.settle()
        assert scratch.runs() == [finished]
        assert window.app.worker is None


async def test_a_question_answered_with_yes_goes_on(scratch: Scratch, finished: Run) -> None:
    here = config_file.read_text(finished.config_path).set(
        ("trainer", "save_dir"), str(scratch.path / scratch.saved)
    )
    finished.config_path.write_text(here.text)  # it was trained elsewhere, and copied
    async with opened(scratch, WIDE) as window:
        await ask_to_resume(window, checkpoint="checkpoint-epoch1.pth")
        await window.until_asked()
        await window.press("y")
        await window.until(lambda: len(scratch.runs()) == 2, "a new run")
        await window.until(lambda: window.live.state.epoch == 2, "epoch 2")
        new = next(run for run in scratch.runs() if run != finished)
        assert new.parent() == finished.path / "checkpoint-epoch1.pth"


async def test_another_number_of_threads_is_said(scratch: Scratch, finished: Run) -> None:
    def other_threads(*_: object, **__: object) -> int:
        return 7

    async with opened(scratch, WIDE) as window:
        with patch("core.resuming.beginning.threads", other_threads):
            await ask_to_resume(window)
            await with_more_epochs(window)
            await window.until_asked()
            await window.until_shown("threads was 1 and is 7")
            assert "in place" in window.text()
        await window.press("escape")


async def test_a_run_deleted_while_it_is_asked_about_is_told(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, WIDE) as window:
        await ask_to_resume(window, checkpoint="checkpoint-epoch1.pth")
        await window.until_asked()
        shutil.rmtree(finished.path)
        await window.press("y")
        await window.until(lambda: "checkpoint-epoch1.pth" in window.notices(), "told")
        assert finding.scan(scratch.saved) == []
        assert window.app.is_running


async def test_images_that_the_weights_were_trained_on_are_told_in_the_form_and_at_the_start(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, USUAL) as window:
        window.app.post_message(FineTuneAsked(finished.path / "model_best.pth"))
        await window.until(lambda: window.main.pane == "config", "the config of the new run")
        await window.change("data_loader.args.validation_split", "0.3")
        await window.until_shown("the weights were trained on")
        window.app.clear_notifications()
        await window.press("s")
        await window.until(lambda: "val_ numbers look too good" in window.notices(), "the notice")
