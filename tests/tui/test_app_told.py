"""The Live pane over runs that never happened: their events are written by the test."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from scratch import PATIENCE_SECONDS, beginning, told_run
from tiny_data import tiny_config
from window import NARROW, USUAL, WIDE, Window, opened

from core import events as e
from core import runs
from core.journal import Journal
from core.state import NUM_NOTICES
from tui.live.follow import FollowThread
from tui.messages import RunUpdated
from tui.widgets.epoch_table import EpochTable
from tui.widgets.log_pane import LogPane
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scratch import Scratch

    from core.runs import Run

STARTED, TRAINING, *STEPS, FIRST_EPOCH = beginning(epochs=10)
LOG = "".join(
    f"2026-11-23 14:22:{second:02d}  {words}\n"
    for second, words in enumerate(
        [
            *(f"line {number}" for number in range(40)),
            "step 3 of epoch 2: loss 0.2500  lr 0.001",
            "WARNING UserWarning: [/x] is odd",
            "failed: the loss became nan",
        ]
    )
)


class Told:
    """A run whose events come when the test says so."""

    def __init__(self, run: Run, journal: Journal, let_go: Callable[[], None]) -> None:
        self.run, self._journal, self.let_go = run, journal, let_go

    def tell(self, *events: e.Event) -> None:
        """Let something happen."""
        for event in events:
            self._journal.append(event)


@contextlib.contextmanager
def live_run(scratch: Scratch) -> Iterator[Told]:
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": "told"})
    run = runs.create(scratch.path / scratch.saved, "told", text.text)
    run.log_path.write_text(LOG, encoding="utf-8")
    with contextlib.ExitStack() as stack:
        yield Told(run, stack.enter_context(Journal(run.journal_path)), stack.close)


def epoch(number: int, *, best: bool = True) -> list[e.Event]:
    """The end of an epoch and its files."""
    metrics: e.Metrics = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.2, "val_accuracy": 0.9}
    return [
        e.EpochEnded(
            epoch=number, step=9 * number, metrics=metrics, lr=0.001, seconds=61.0,
            images_per_second=9000.0, best=best, num_bad_epochs=0 if best else 1,
        ),
        e.CheckpointSaved(file=f"checkpoint-epoch{number}.pth", epoch=number, step=9, num_bytes=1),
    ]  # fmt: skip


async def test_every_phase_is_named_and_nothing_below_it_moves(scratch: Scratch) -> None:
    with live_run(scratch) as told:
        told.tell(e.PhaseChanged(phase="importing torch"))
        async with opened(scratch, USUAL, shown=[told.run]) as window:
            await window.until_shown("importing torch …")
            assert "this takes a few seconds the first time" in window.text()
            chart = window.live.query_one("#chart").region
            for phase in ("loading data", "making the network"):
                told.tell(e.PhaseChanged(phase=phase))
                await window.until_shown(f"{phase} …")
            told.tell(STARTED, TRAINING)
            await window.until_shown("first step")
            told.tell(*STEPS[:3])
            await window.until_shown("training  ")
            assert "step 3 of 9" in window.text()
            assert "12,900 images/s" in window.text()
            told.tell(e.PhaseChanged(phase="validating"))
            await window.until_shown("validating")
            told.tell(FIRST_EPOCH, e.PhaseChanged(phase="saving"))
            await window.until_shown("saving")
            assert "best val_loss 0.2500 at epoch 1" in window.text()
            assert "no better for" not in window.text()
            told.tell(e.RunPaused())
            await window.until_shown("‖ paused")
            assert "left" not in window.text()
            told.tell(
                e.RunContinued(), e.CheckpointFailed(file="last.pth", reason="disk [/x] full")
            )
            await window.until_shown("last.pth was not saved: disk [/x] full")
            assert window.live.query_one("#chart").region == chart


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_the_end_is_told_with_the_keys_that_make_sense_next(
    size: tuple[int, int], scratch: Scratch
) -> None:
    with live_run(scratch) as told:
        told.tell(STARTED, TRAINING, *STEPS, *epoch(1), *epoch(2, best=False))
        (told.run.path / "last.pth").write_bytes(b"")
        async with opened(scratch, size, shown=[told.run]) as window:
            await window.until_shown("epoch 3 of 10")
            told.tell(e.RunEnded(outcome="failed", reason="no [/x] disk (see x.log)", seconds=5.0))
            await window.until_shown("90.00 % of 15 validation")
            told.let_go()
            await window.until_shown("Saved in saved/told/")
            text = window.text()
            assert "✗ failed   2 of 10 epochs in 5.0 s" in text
            assert "no [/x] disk" in text
            assert "x.log" not in text
            assert "go on" in text
            if size != NARROW:
                assert "l   read its log" in text
                assert "r   go on from the last checkpoint" in text
                assert "✓ file" in text
                assert "1 min 1 s" in text
            await window.press("l")
            await window.until_shown("failed: the loss became nan")


async def test_silence_is_told_and_taken_back(scratch: Scratch) -> None:
    with live_run(scratch) as told, patch("tui.live.words.QUIET_SECONDS", 1.0):
        told.tell(STARTED, TRAINING, *STEPS[:3])
        async with opened(scratch, USUAL, shown=[told.run]) as window:
            await window.until_shown("step 3 of 9")
            await window.until_shown("nothing heard for ")
            drawn: list[object] = []
            told.tell(e.Heartbeat(), STEPS[3])
            await window.until_hidden("nothing heard")
            progress = window.live.query_one(Progress)
            with patch.object(progress, "refresh", side_effect=drawn.append):
                await window.pilot.pause(0.5)
            assert drawn == []


async def test_the_log_is_read_by_level_searched_and_followed(scratch: Scratch) -> None:
    with live_run(scratch) as told:
        told.tell(STARTED, TRAINING, *STEPS)
        async with opened(scratch, USUAL, shown=[told.run]) as window:
            await window.until_shown("step 9 of 9")
            await window.press("l")
            await window.until_shown("log: info and above")
            assert isinstance(window.app.focused, LogPane)
            assert "WARNING UserWarning: [/x] is odd" in window.text()
            assert "step 3 of epoch 2" not in window.text()
            await window.press("v", "v")
            assert "log: errors only" in window.text()
            assert "[/x]" not in window.text()
            await window.press("v")
            assert "step 3 of epoch 2" in window.text()
            await window.press("f")
            assert not window.live.query_one("#chart").region.area
            await window.press("f", "slash")
            await window.type("line 1")
            await window.press("enter")
            assert '"line 1" 11 of 11' in window.text()
            assert "line 19" in window.text()
            assert "held" in window.text()
            await window.press("n")
            assert '"line 1" 10 of 11' in window.text()
            with told.run.log_path.open("a") as log:
                log.write("2026-11-23 14:23:59  the newest\n")
            told.tell(e.Heartbeat())
            await window.pilot.pause(0.6)
            assert "the newest" not in window.text()
            await window.press("end")
            assert "the newest" in window.text()
            assert "follows" in window.text()
            await window.press("n", "escape")
            assert "find (/)   follows" in window.text()
            await window.press("v")
            assert "log: info and above" in window.text()
            await window.press("l")
            await window.until_hidden("log: ")
            assert not isinstance(window.app.focused, LogPane)


async def test_older_epochs_are_scrolled_to_and_stay_in_view(scratch: Scratch) -> None:
    with live_run(scratch) as told:
        told.tell(STARTED, *(event for number in range(1, 31) for event in epoch(number)))
        async with opened(scratch, (120, 24), shown=[told.run]) as window:
            await window.until_shown("   30  0.5000")
            table = window.live.query_one(EpochTable)
            await window.pilot.click(table)
            window.main.set_focus(table)
            await window.press("pagedown")
            top = table._top
            assert top > 0
            oldest = f"  {30 - top}  0.5000"
            assert oldest in window.text()
            told.tell(*epoch(31))
            await window.until(lambda: len(table.state.history) == 31, "epoch 31")
            assert oldest in window.text()
            await window.press("end")
            assert "    1  0.5000" in window.text()
            await window.press("home")
            assert "   31  0.5000" in window.text()
            assert "◆✓ best" in window.text()


async def test_an_interrupted_run_says_that_r_resumes_it(scratch: Scratch) -> None:
    with live_run(scratch) as told:
        told.tell(STARTED, TRAINING, *STEPS, *epoch(1))
    (told.run.path / "last.pth").write_bytes(b"")
    async with opened(scratch, USUAL, shown=[told.run]) as window:
        await window.until_shown("◌ interrupted   1 of 10 epochs")
        assert "its program ended without a word" in window.text()
        assert "r   go on where it stopped" in window.text()
        await _changes_nothing(window)


async def _changes_nothing(window: Window) -> None:
    """A run that is only shown costs nothing."""
    before = time.process_time()
    await window.pilot.pause(0.5)
    assert time.process_time() - before < 0.2


async def test_another_run_is_shown_from_its_newest_on(scratch: Scratch) -> None:
    other = told_run(scratch, "other", *epoch(2))
    with live_run(scratch) as told:
        told.tell(STARTED, *(event for number in range(1, 31) for event in epoch(number)))
        async with opened(scratch, (120, 24), shown=[told.run]) as window:
            await window.until_shown("   30  0.5000")
            table, log = window.live.query_one(EpochTable), window.live.query_one(LogPane)
            table.action_scroll_rows(5)
            log.find("line 1")
            assert not log.view.follows
            window.app.follow(other)
            await window.until_shown("other/")
            await window.until_shown("    2  0.5000")
            assert table._top == 0
            assert log.view.follows
            assert "training other" in log.view.lines[-1].text
            empty = runs.create(scratch.path / scratch.saved, "empty", "{}")
            window.app.follow(empty)
            await window.until_hidden("    2  0.5000")


async def test_a_late_word_of_the_run_before_costs_nothing(scratch: Scratch) -> None:
    runs_ = [told_run(scratch, name) for name in ("one", "two")]
    one, two = (RunUpdated(run, run.state(), live=False, log=()) for run in runs_)
    assert one.can_replace(one)
    assert not two.can_replace(one)
    async with opened(scratch, USUAL) as window:
        window.app.shown = runs_[1]
        window.app.post_message(two)
        window.app.post_message(one)
        await window.until_shown("saved/two/")


def test_who_is_told_to_stop_while_reading_says_nothing(scratch: Scratch) -> None:
    run = told_run(scratch, "one")
    said: list[RunUpdated] = []
    reads, may_read = threading.Event(), threading.Event()

    def read(_: object) -> list[e.Event]:
        reads.set()
        may_read.wait(PATIENCE_SECONDS)
        return []

    with patch("core.journal.Follower.read", read):
        follower = FollowThread(run, said.append, lambda: False, lambda: 0.01)
        assert reads.wait(PATIENCE_SECONDS)
        follower.stop()
        may_read.set()
        follower._thread.join(PATIENCE_SECONDS)
    assert said == []


async def test_every_notice_is_told_though_only_the_last_are_kept(scratch: Scratch) -> None:
    with live_run(scratch) as told:
        async with opened(scratch, USUAL, shown=[told.run]) as window:
            told.tell(STARTED, TRAINING)
            await window.until_shown("first step")
            for number in range(0, NUM_NOTICES + 20, 10):
                told.tell(
                    *(
                        e.NoticeGiven(message=f"notice {n} of many")
                        for n in range(number, number + 10)
                    )
                )
                last = f"notice {number + 9} of many"
                await window.until(lambda last=last: last in window.notices(), last)  # type: ignore[misc]
                window.app.clear_notifications()
