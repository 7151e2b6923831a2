"""Runs in the window: of this process, of another one, long finished."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import warm
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, beginning, told_run, wait_for
from window import NARROW, USUAL, WIDE, Window, opened

from core import launch, requests, runs
from core.errors import MistakeError
from core.events import EpochEnded
from core.journal import Follower, Journal
from core.saved import finding, summary
from tui import testing
from tui.messages import RunOpened
from tui.screens.ask import Ask
from tui.screens.main import MainScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.runs import Run


def curve(text: str) -> int:
    """How many cells of the chart are drawn in braille."""
    return sum("\u2801" <= char <= "\u28ff" for char in text)


@contextlib.contextmanager
def trained_elsewhere(scratch: Scratch) -> Iterator[Run]:
    """A run that another process trains until it is stopped."""
    text = scratch.write_config(FOREVER).read_text()
    run = runs.create(scratch.saved, "elsewhere", text)
    process = warm.train(run)
    try:
        wait_for(lambda: run.state().epoch >= 1)
        yield run
    finally:
        if process.poll() is None:
            requests.ask(run.requests_path, "stop")
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def until_epoch(window: Window, epoch: int) -> None:
    await window.until(lambda: window.live.state.epoch >= epoch, f"epoch {epoch}")


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_a_run_is_started_paused_saved_and_stopped_by_keys(
    size: tuple[int, int], scratch: Scratch
) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, size) as window:
        await window.press("s")
        await until_epoch(window, 2)
        text = window.text()
        assert "● running" in text
        assert curve(text)
        if size != NARROW:
            assert re.search(r"\n│? +# +loss +val_loss", text) or "val_loss" in text
            assert re.search(r"step \d+ of 68", text)
        run = scratch.run()

        await window.press("p")
        await window.until_shown("‖ paused")
        step = run.state().step
        before = len(list(Follower(run.journal_path).read()))
        await asyncio.sleep(0.6)
        assert run.state().step == step
        assert len(list(Follower(run.journal_path).read())) == before

        await window.press("k")
        await window.until(lambda: "saved" in dict(run.state().answers).values(), "saved")
        assert (run.path / "last.pth").exists()
        await window.until_shown("saved: last.pth")
        assert not window.toasts()  # one would lie over the epochs

        await window.press("p")
        await window.until(lambda: run.state().step > step, "going on")
        await window.until_shown("● running")

        await window.press("x")
        await window.until_shown("■ stopped")
        state = run.state()
        assert state.ended is not None
        assert (state.ended.outcome, state.ended.reason) == ("stopped", "by request")
        assert not run.live()
        assert "last.pth" in {path.name for path in run.checkpoints()}
        await window.press("q")
        assert window.app.return_code == 0


async def test_a_run_that_ends_by_itself_says_how_and_what_next(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.press("s")
        await window.until_shown("t test it")
        text = window.text()
        assert "✓ finished" in text
        assert "2 epochs" in text
        assert "best val_loss" in text
        assert "t test it" in text
        assert "r go on" in text
        rows = [row for row in window.live.state.history if isinstance(row, EpochEnded)]
        for row in rows:
            assert re.search(rf" {row.epoch} +{row.metrics['loss']:.4f} ", text)
        await window.press("l")
        await window.until_shown("epoch 2: loss")
        await window.press("l")
        await window.until_hidden("epoch 2: loss")


async def test_the_window_can_start_at_once(scratch: Scratch) -> None:
    async with opened(scratch, USUAL, start=True) as window:
        await window.until_shown("✓ finished")


async def test_a_run_that_is_only_shown_costs_nothing(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, USUAL, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.settle()
        before = time.process_time()
        await asyncio.sleep(1)
        assert time.process_time() - before < 0.3


async def test_the_function_keys_do_what_the_letters_do(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        await window.press("f5")
        await until_epoch(window, 1)
        await window.press("f6")
        await window.until_shown("‖ paused")
        await window.press("f7")
        run = scratch.run()
        await window.until(lambda: "saved" in dict(run.state().answers).values(), "saved")
        await window.press("f8")
        await window.until_shown("■ stopped")


async def test_enter_starts_nothing_while_the_first_screen_is_out_of_view(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1")
        window.main.set_focus(None)
        await window.press("enter")
        assert window.visible() == {"config"}
        await asyncio.sleep(0.3)
        assert window.app.worker is None
    assert scratch.runs() == []


async def test_another_run_is_looked_at_while_this_window_trains(scratch: Scratch) -> None:
    ended = told_run(scratch, "told")
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await until_epoch(window, 1)
        window.app.post_message(RunOpened(ended))
        await window.until_shown("✓ finished")
        assert "goes on training: 4 lists it" in window.notices()
        await window.press("x")
        assert "this run has ended: 4 lists those that are being trained" in window.notices()
        assert window.app.training


async def test_leaving_a_paused_run_offers_no_training_in_the_background(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await until_epoch(window, 1)
        await window.press("p")
        await window.until_shown("p go on")
        await window.press("q")
        await window.until_shown("A run is paused in this window.")
        assert "background" not in window.text()


async def test_leaving_asks_while_this_window_trains(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await until_epoch(window, 1)
        for key in ("q", "ctrl+c"):
            await window.press(key)
            await window.until_asked()
            await window.until_shown("A run is being trained in this window.")
            await window.press("c")
            assert isinstance(window.app.screen, MainScreen)
        await window.press("q")
        await window.press("escape")
        assert window.app.worker is not None
        assert window.app.worker.alive
        await window.press("q", "s")
        await window.until(lambda: window.app.return_code is not None, "left")
        assert window.app.return_code == 0
    state = scratch.run().state()
    assert state.ended is not None
    assert state.ended.outcome == "stopped"
    assert (scratch.run().path / "last.pth").exists()


async def test_a_second_start_asks_and_trains_beside_it_in_a_process_of_its_own(
    scratch: Scratch,
) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        await window.press("s")
        await until_epoch(window, 1)
        await window.press("s")
        await window.until_asked()
        await window.press("c")
        first = scratch.run()
        await window.press("s")
        await window.until_asked()
        await window.press("b")
        await window.until(lambda: len(scratch.runs()) == 2, "two runs")
        (second,) = (run for run in scratch.runs() if run.path != first.path)
        try:
            await window.until(lambda: window.live.run == second, "following it")
            await until_epoch(window, 1)
            assert first.live()
            assert second.live()
        finally:
            requests.ask(second.requests_path, "stop")
            wait_for(lambda: not second.live())
        await window.until_shown("■ stopped")


async def test_starting_twice_at_once_never_trains_two_runs_in_this_process(
    scratch: Scratch,
) -> None:
    scratch.write_config(FOREVER)
    async with opened(scratch, USUAL) as window:
        window.app.action_start()
        window.app.action_start()
        await window.until(lambda: scratch.runs(), "started")
        await asyncio.sleep(0.5)
        started = len(scratch.runs())
        for run in scratch.runs():
            requests.ask(run.requests_path, "stop")
        assert started == 1 or isinstance(window.app.screen, Ask)


async def test_the_run_of_another_process_is_followed_left_alone_and_stopped(
    scratch: Scratch,
) -> None:
    with trained_elsewhere(scratch) as run:
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("q")
            assert window.app.return_code == 0
        assert run.live()
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await until_epoch(window, run.state().epoch + 1)
            assert curve(window.text())
            await window.press("p")
            await window.until_shown("‖ paused")
            await window.press("p")
            await window.until_shown("● running")
            await window.press("x")
            await window.until_shown("■ stopped")
            assert run.state().ended is not None
            # Not this window's: nothing to ask about.
            await window.press("q")
            assert window.app.return_code == 0


async def test_a_finished_run_is_opened_from_the_list_by_keys(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.list_runs()
        await window.until_shown(finished.id)
        await window.until_shown("model_best.pth")
        await window.press("enter")
        await window.until_shown("✓ finished")
        assert window.visible() == {"live"}
        assert curve(window.text())
        await window.until_shown("at epoch")


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_the_list_shows_the_runs_that_hold_the_filter(
    size: tuple[int, int], scratch: Scratch, finished: Run
) -> None:
    told_run(scratch, "another")
    async with opened(scratch, size) as window:
        await window.list_runs(2)
        await window.press("slash")
        await window.type("mnist")
        await window.press("enter")
        await window.until_shown("Mnist_LeNet")
        await window.until_hidden("another")
        await window.press("escape")
        await window.until_shown("another")


async def test_a_list_that_comes_late_has_the_focus_all_the_same(
    scratch: Scratch, finished: Run
) -> None:
    def search_late(save_dir: Path) -> finding.Search:
        time.sleep(0.5)
        return finding.Search([finished], {})

    async with opened(scratch, USUAL) as window:
        with patch("core.saved.finding.search", search_late):
            await window.press("4")
            await window.until(lambda: window.runs.rows, "the run")
        await window.settle()
        assert window.app.focused is window.runs.table


async def test_space_shows_and_hides_the_checkpoints(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.until_shown("last.pth")
        await window.until_shown("◆ best")
        await window.press("space")
        await window.until_hidden("last.pth")
        await window.press("space")
        await window.until_shown("last.pth")


async def test_t_tests_the_checkpoint_under_the_cursor(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, WIDE, asks_warm=False) as window:
        await window.list_runs()
        await window.until_shown("checkpoint-epoch1.pth")
        await window.press("down", "t")
        await window.until_page()
        await window.until_shown("checkpoint-epoch1.pth on the test images")
        await window.until_shown("of 200 wrong")
    assert (finished.path / "checkpoint-epoch1.pth.test.json").exists()


async def test_a_result_does_not_open_over_what_somebody_does_by_then(
    scratch: Scratch, finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = asyncio.Event()

    async def test(_: Path) -> dict[str, Any]:
        await tested.wait()
        return {"num_samples": 200, "mistakes": [{}] * 5, "confusion": [[200]], "loss": 0.1}

    monkeypatch.setattr(testing, "test", test)
    async with opened(scratch, USUAL, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.press("t")
        assert f"testing tiny/{finished.id}/model_best.pth" in window.notices()
        await window.press("1", "slash")
        tested.set()
        await window.until(lambda: "97.50 % of 200 right" in window.notices(), "the result")
        assert window.prompt
        await window.press("escape")
        assert window.main.pane == "config"


async def test_a_checkpoint_that_is_no_checkpoint_is_a_sentence(
    scratch: Scratch, finished: Run
) -> None:
    (finished.path / "model_best.pth").write_bytes(b"")
    async with opened(scratch, WIDE, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.press("t")
        await window.until(lambda: "model_best.pth:" in window.notices(), "a sentence")
        assert isinstance(window.app.screen, MainScreen)


async def test_r_goes_on_with_a_finished_run_in_the_same_folder(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, USUAL, shown=[finished]) as window:
        await window.until_shown("✓ finished")
        await window.press("r")
        await window.until_shown("All 2 epochs are done.")
        await window.type("2")
        await window.until_shown("above 2")
        await window.press("backspace")
        await window.type("3")
        await window.press("enter")
        await window.until(lambda: window.live.state.epoch == 3, "epoch 3")
        await window.until_shown("✓ finished")
    assert scratch.run().path == finished.path


async def test_a_request_never_reaches_a_run_that_has_ended(
    scratch: Scratch, finished: Run
) -> None:
    run = runs.create(scratch.saved, "live", scratch.config_path.read_text())
    with Journal(run.journal_path) as journal:
        for event in beginning():
            journal.append(event)
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            # In the moment before the first news of the run that was opened.
            window.app.follow(finished)
            window.app.action_stop()
    assert not finished.requests_path.exists()
    assert not run.requests_path.exists()


async def test_the_devices_come_once_torch_was_asked(scratch: Scratch) -> None:
    async with opened(scratch, WIDE, warm_up=True) as window:
        await window.until_shown("asking torch for other devices")
        await window.until_shown("cannot: ")
        await window.until_hidden("asking torch")


async def test_a_key_puts_off_the_import_that_would_slow_the_next_one(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        assert window.app.warming is not None
        with patch.object(window.app.warming, "reset") as put_off:
            await window.press("tab")
            assert put_off.called


async def test_several_live_runs_give_the_list(scratch: Scratch, finished: Run) -> None:
    other = told_run(scratch, "other")
    async with opened(scratch, USUAL, shown=[finished, other]) as window:
        await window.until_shown("4 Runs")
        await window.until(lambda: window.visible() == {"runs"}, "the list")
        await window.until(lambda: len(window.runs.rows) == 2, "both")


async def test_why_a_training_could_not_begin_is_told_once(scratch: Scratch) -> None:
    def refused(worker: launch.Worker) -> None:
        worker.error = MistakeError("the disk is full [/b]")

    with patch.object(launch.Worker, "start", refused):
        async with opened(scratch, USUAL) as window:
            await window.press("s")
            await window.until(lambda: "the disk is full [/b]" in window.notices(), "told")
            window.app.clear_notifications()
            window.app.follow(scratch.run())
            await window.until(lambda: window.app.state is not None, "followed")
            assert "the disk is full" not in window.notices()


async def test_a_full_disk_ends_no_window(scratch: Scratch) -> None:
    full = OSError(28, "No space left on device", "x")
    run = told_run(scratch, "live")
    with Journal(run.journal_path) as journal:
        for event in beginning():
            journal.append(event)
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until(lambda: window.app.live, "live")
            with patch("core.requests.append_line", side_effect=full):
                await window.press("x")
            assert "it cannot be asked: No space left on device" in window.notices()
            with patch("tui.starting.create", side_effect=full):
                await window.press("s")
                await window.until_shown("The run that is shown is still being trained.")
                await window.press("b")
                await window.until(lambda: "cannot start: [Errno 28]" in window.notices(), "told")
            assert window.app.is_running


async def test_a_long_journal_is_read_while_the_window_goes_on(scratch: Scratch) -> None:
    run = told_run(scratch, "told")
    go_on, told = threading.Event(), summary.summary

    def slow(run: Run) -> dict[str, Any]:
        assert go_on.wait(PATIENCE_SECONDS)
        return told(run)

    with patch("tui.run_app.summary.summary", slow), patch("tui.follow_app.READING_SECONDS", 0.05):
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("✓ finished")
            await window.press("r")
            await window.until(lambda: "reading " in window.notices(), "told")
            await window.press("1")
            assert window.visible() == {"config"}
            go_on.set()
            await window.until_shown("Train up to which epoch?")


async def test_a_run_whose_schedule_has_ended_says_so_when_more_is_asked(scratch: Scratch) -> None:
    schedule = {"type": "OneCycleLR", "interval": "batch", "args": {"max_lr": 0.01}}
    run = told_run(scratch, "told", edits={"lr_scheduler": schedule, "trainer.epochs": 1})
    async with opened(scratch, USUAL, shown=[run]) as window:
        await window.until_shown("✓ finished")
        await window.press("r")
        await window.until(lambda: "f in Runs begins a new run" in window.notices(), "a sentence")
