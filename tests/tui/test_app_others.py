"""What is said of runs that are not shown: left before their end, or trained elsewhere."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from recorded import recorded
from scratch import FOREVER, beginning
from tiny_data import tiny_config
from window import USUAL, WIDE, opened

from core import runs
from core.events import RunEnded
from core.journal import Journal
from tui.runs import newest
from tui.widgets.loss_chart import LossChart

if TYPE_CHECKING:
    import pytest
    from scratch import Scratch

    from core.events import Event
    from core.runs import Run


def left(scratch: Scratch, name: str, *ending: Event) -> Run:
    """A run whose first epoch of four was told, and its end if it has one."""
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": name})
    run = runs.create(scratch.path / scratch.saved, name, text.text)
    with Journal(run.journal_path) as journal:
        for event in (*beginning(epochs=4), *ending):
            journal.append(event)
    run.log_path.touch()
    return run


def ended(outcome: str) -> Event:
    return RunEnded(outcome=outcome, reason="by request", seconds=1.0)


async def test_the_first_screen_offers_to_go_on_with_the_newest_run(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(scratch, "older", ended("stopped"))
    newest = left(scratch, "newest")  # killed
    async with opened(scratch, USUAL) as window:
        await window.until_shown(f"go on with newest/{newest.id}, interrupted in epoch 2 of 4")
        assert "r go on" in window.text()
        asked = []
        monkeypatch.setattr(window.app, "_go_on", lambda path, *_, **__: asked.append(path))
        await window.press("r")
        await window.until(lambda: asked)
        assert asked == [newest.path]


def test_nothing_is_offered_of_a_run_that_came_to_its_end(scratch: Scratch) -> None:
    assert newest.find(scratch.saved) is None
    left(scratch, "stopped", ended("stopped"))
    found = newest.find(scratch.saved)
    assert found is not None
    assert found.can_go_on
    for outcome, word in (("completed", "early stop"), ("failed", "failed")):
        run = left(scratch, outcome, ended(outcome))
        found = newest.find(scratch.saved)
        assert found is not None
        assert not found.can_go_on
        assert found.words.startswith(f"{outcome}/{run.id}, {word}")
        shutil.rmtree(run.path)  # another one of the same second would be as new


async def test_the_first_screen_tells_how_the_newest_run_ended(scratch: Scratch) -> None:
    run = left(scratch, "done", ended("completed"))
    async with opened(scratch, USUAL) as window:
        await window.until_shown(f"look at your runs; the newest: done/{run.id}")
        await window.until_hidden("r go on")


async def test_the_top_line_counts_the_runs_that_are_trained_elsewhere(scratch: Scratch) -> None:
    over = left(scratch, "over", ended("stopped"))
    live = [left(scratch, name) for name in ("a", "b")]
    with Journal(live[0].journal_path), Journal(live[1].journal_path):
        async with opened(scratch, WIDE) as window:
            assert "nothing is running" in window.text()
            await window.list_runs(3)
            await window.until_shown("2 runs are being trained: 4 lists them")
            await window.press("3", "p")
            assert "no run is shown: 4 lists those that are being trained" in window.notices()
            window.app.follow(over)
            await window.until_shown("■ stopped")
            await window.press("x")
            assert "this run has ended: 4 lists" in window.notices()
            assert "2 runs are being trained" in window.text()
            window.app.follow(live[0])
            await window.until(lambda: window.main.others_live == 1)
            assert "being trained: 4" not in window.text()


async def test_a_run_opened_from_the_list_again_has_its_chart_under_the_keys(
    scratch: Scratch,
) -> None:
    with recorded(scratch.saved, "completed"):
        async with opened(scratch, USUAL) as window:
            await window.list_runs()
            for _ in range(2):
                await window.press("4", "enter")
                await window.until(lambda: isinstance(window.app.focused, LossChart))
                await window.press("m")
            await window.until_shown("top_k_acc, a point an epoch")


async def test_the_first_screen_leads_to_the_runs_that_are_trained_elsewhere(
    scratch: Scratch,
) -> None:
    with recorded(scratch.saved.resolve(), "running"):
        async with opened(scratch, USUAL) as window:
            await window.press("4", "3")
            await window.until_shown("follow the run that is being trained")
            assert "Nothing is running" not in window.text()


async def test_a_run_that_ended_and_goes_on_elsewhere_is_followed_again(scratch: Scratch) -> None:
    run = left(scratch, "stopped", ended("stopped"))
    async with opened(scratch, USUAL, shown=[run]) as window:
        await window.until_shown("■ stopped")
        with Journal(run.journal_path) as journal:
            for event in beginning(epochs=4):
                journal.append(event)
            await window.press("4")
            await window.until(lambda: window.main.shows_live, "live")
            await window.press("3")
            await window.until_shown("● running")


async def test_a_second_start_names_the_run_that_this_window_trains(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    other = left(scratch, "other", ended("stopped"))
    async with opened(scratch, USUAL, start=True) as window:
        await window.until(lambda: window.main.shows_live, "live")
        assert window.app.worker is not None
        mine = window.app.worker.run
        window.app.follow(other)
        await window.until_shown("■ stopped")
        await window.press("s")
        await window.until_asked()
        assert f"This window is training {mine.name()}/{mine.id}." in window.text()
        assert "cancel; 4 lists both" in window.text()
        await window.press("c")
