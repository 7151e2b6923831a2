"""The chart as a widget: its keys, the mouse, what is sent."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING
from unittest.mock import patch

from invented import recorded
from textual.app import App
from textual.events import MouseScrollUp
from textual.geometry import Offset
from tiny_data import tiny_config
from window import opened

from core import runs
from core.journal import Journal
from core.runs import Run
from core.saved import folders
from core.state import RunState, fold
from tui.chart import other_runs
from tui.chart.loss_plot import plot_of
from tui.chart.view import ChartView
from tui.plot import ASCII, BLOCKS, BRAILLE
from tui.widgets.loss_chart import LossChart

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch
    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.pilot import Pilot

    from core.events import Event


class ChartApp(App[None]):
    """The chart and nothing else."""

    def compose(self) -> ComposeResult:
        yield LossChart()

    @property
    def chart(self) -> LossChart:
        return self.query_one(LossChart)

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


def state_of(num_epochs: float, epochs: int = 10) -> RunState:
    return fold(RunState(), recorded(num_epochs, epochs=epochs))


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0)


async def test_the_keys_that_choose_what_is_drawn(tmp_path: Path) -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 18)) as pilot:
        chart = app.chart
        await press(pilot, "m")  # nothing is shown: no key does anything yet
        assert not chart.has_focus
        chart.show(Run(tmp_path / "a" / "b"), state_of(3))
        await pilot.pause()
        assert chart.has_focus
        assert app.lines()[0].startswith("loss ")

        await press(pilot, "m", "m")
        assert app.lines()[0].startswith("lr ")
        await press(pilot, "M")
        assert app.lines()[0].startswith("accuracy, a point an epoch")
        await press(pilot, "m", "m", "v", "a")
        assert app.lines()[0].startswith("loss, log scale, average 0.6 ")
        await press(pilot, "v", "a", "a")
        assert app.lines()[0].startswith("loss  ")

        await press(pilot, "h")
        assert app.lines()[-1].endswith("step")
        await press(pilot, "h", "h")
        assert app.lines()[-1].endswith("seconds of training")
        await press(pilot, "h")
        assert app.lines()[-1].endswith("epoch")

        for glyphs in (BLOCKS, ASCII, BRAILLE):
            await press(pilot, "g")
            assert chart.glyphs is glyphs
            assert (glyphs is ASCII) == "\n".join(app.lines()).isascii()

        await press(pilot, "c", "down", "enter")
        assert app.lines()[0].startswith("accuracy")


async def test_the_keys_that_read_and_zoom(tmp_path: Path) -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 18)) as pilot:
        chart = app.chart
        chart.show(Run(tmp_path / "a" / "b"), state_of(3))
        await pilot.pause()
        await press(pilot, "left")
        assert app.lines()[-1].startswith("epoch 3.00  train 0.1")
        await press(pilot, *["left"] * 3, "right")
        assert app.lines()[-1].startswith("epoch 2.86  train 0.1")
        await press(pilot, "plus")
        assert chart.view.window is not None
        low, high = chart.view.window
        assert high - low == 2.5
        await press(pilot, "home")
        assert app.lines()[-1].startswith("epoch 0.00  train 1")
        assert chart.view.window == (0.0, 2.5)
        await press(pilot, "end")
        assert chart.view.window == (0.5, 3.0)  # it moves along with the crosshair
        await press(pilot, "shift+left")
        assert chart.view.window == (0.0, 2.5)
        await press(pilot, "minus")
        assert chart.view.window is None
        await press(pilot, "plus", "plus", "0")
        assert chart.view.window is None
        await press(pilot, "plus", "escape", "escape")
        assert chart.view == ChartView()


async def test_places_on_an_axis_that_changes_are_forgotten(tmp_path: Path) -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 18)) as pilot:
        run = Run(tmp_path / "a" / "b")
        app.chart.show(run, state_of(1.5))
        await pilot.pause()
        await press(pilot, "left", "plus", "m")
        app.chart.show(run, state_of(1.95))
        assert app.chart.view.window is not None
        app.chart.show(run, state_of(2))  # from steps to epochs
        assert app.chart.view == ChartView("accuracy")
        await press(pilot, "left")
        app.chart.show(Run(tmp_path / "a" / "c"), state_of(3))
        assert app.chart.view.crosshair is None
        assert app.chart.view.metric == "accuracy"


async def test_the_mouse(tmp_path: Path) -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 18)) as pilot:
        chart = app.chart
        chart.show(Run(tmp_path / "a" / "b"), state_of(5))
        await pilot.pause()

        await pilot.hover(LossChart, offset=Offset(42, 5))
        await pilot.pause()
        assert app.lines()[-1].startswith("epoch 2.5")
        chart.on_leave()
        assert chart.view.crosshair is None
        await pilot.click(LossChart, offset=Offset(42, 5))
        chart.on_leave()  # somebody put it there
        assert app.lines()[-1].startswith("epoch 2.5")

        for _ in range(3):
            await pilot._post_mouse_events([MouseScrollUp], LossChart, Offset(42, 5), button=0)
        assert chart.view.window is not None
        low, high = chart.view.window
        assert low < 2.5 < high < 5
        await pilot.mouse_down(LossChart, offset=Offset(42, 5))
        await pilot.hover(LossChart, offset=Offset(52, 5))
        await pilot.mouse_up(LossChart, offset=Offset(52, 5))
        assert chart.view.window[0] < low


async def test_only_what_changed_is_sent_and_nothing_else_moves(tmp_path: Path) -> None:
    app = ChartApp()
    events = list(recorded(4, epochs=10))
    async with app.run_test(size=(80, 18)) as pilot:
        run = Run(tmp_path / "a" / "b")
        state = fold(RunState(), events[:50])
        app.chart.show(run, state)
        await pilot.pause()
        sent: list[int] = []
        for event in events[50:70]:
            state = fold(state, [event])
            regions = redrawn(app.chart, run, state)
            sent.append(sum(region.area for region in regions))
        assert sorted(sent)[len(sent) // 2] < 60
        assert not redrawn(app.chart, run, state)


def redrawn(chart: LossChart, run: Run, state: RunState) -> list[Region]:
    """The regions that a newer state draws anew."""
    asked: list[Region] = []
    with patch.object(
        chart, "refresh", lambda *regions, **_: asked.extend(regions or [chart.size.region])
    ):
        chart.show(run, state)
    return asked


def told(scratch: Scratch, name: str, events: list[Event]) -> Run:
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": name})
    run = runs.create(scratch.path / scratch.saved, name, text.text)
    with Journal(run.journal_path) as journal:
        for event in events:
            journal.append(event)
    return run


async def test_other_runs_can_be_drawn_beside_the_one_that_is_shown(scratch: Scratch) -> None:
    run = told(scratch, "mine", list(recorded(3)))
    for number in range(4):
        told(scratch, f"run {number} 한글", list(recorded(2 + number)))
    async with opened(scratch, (120, 40), shown=[run]) as window:
        chart = window.main.query_one(LossChart)
        await window.until(lambda: chart.has_focus)
        for number in range(3):
            await window.press("o")
            await window.until_shown("Draw which run beside this one?")
            await window.press(*["down"] * number, "enter")
            await window.until(lambda n=number + 1: len(chart.others) == n, "drawn")  # type: ignore[misc]
        await window.until_shown("한글 val")
        await window.press("o")
        await window.until_shown("choose it to take it away")
        await window.press(*["down"] * 3, "enter")
        assert "3 other runs are drawn" in window.notices()
        await window.press("o")
        await window.until_shown("choose it to take it away")
        await window.press("enter")
        await window.until(lambda: len(chart.others) == 2, "taken away")
        await window.press("m")
        assert window.app.metric == "accuracy"


async def test_runs_of_one_name_are_all_told_apart_by_their_ids(scratch: Scratch) -> None:
    run = told(scratch, "mine", list(recorded(3)))
    twins = [told(scratch, "twin", list(recorded(2))) for _ in range(2)]
    async with opened(scratch, (120, 40), shown=[run]) as window:
        chart = window.main.query_one(LossChart)
        chart.draw_beside(twins[0])
        await window.until(lambda: [other.name for other in chart.others.values()] == ["twin"])
        chart.draw_beside(twins[1])
        await window.until(lambda: len(chart.others) == 2, "drawn")
        names = {other.name for other in chart.others.values()}
        assert names == {f"twin/{twin.id}" for twin in twins}


async def test_the_mouse_draws_nothing_where_nothing_changes(tmp_path: Path) -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 18)) as pilot:
        app.chart.show(Run(tmp_path / "a" / "b"), state_of(3))
        await pilot.hover(offset=(40, 8))
        await pilot.pause()
        with patch("tui.widgets.chart_canvas.plot_of", wraps=plot_of) as drawn:
            await pilot.hover(offset=(40, 7))
            await pilot.hover(offset=(40, 6))
            assert drawn.call_count == 0
            await pilot.hover(offset=(44, 6))
            assert drawn.call_count == 1


async def test_a_live_run_beside_the_one_that_is_shown_is_followed(scratch: Scratch) -> None:
    run, live = told(scratch, "mine", list(recorded(3))), told(scratch, "deep/live", [])
    events = list(recorded(4))
    with patch("tui.chart.beside.SECONDS", 0.05), Journal(live.journal_path) as journal:
        for event in events[:40]:
            journal.append(event)
        async with opened(scratch, (120, 40), shown=[run]) as window:
            chart = window.main.query_one(LossChart)
            await window.until(lambda: chart.has_focus)
            num_before = num_followers()
            await window.press("o")
            await window.until_shown("Draw which run beside this one?")
            await window.press("enter")
            await window.until(lambda: len(chart.others) == 1, "drawn")
            (label,) = chart.others
            before = chart.others[label].state.step
            with patch.object(chart, "update") as update:
                await asyncio.sleep(0.3)
                assert not update.called  # nothing was told meanwhile
            for event in events[40:]:
                journal.append(event)
            await window.until(lambda: chart.others[label].state.step > before, "followed")
            assert num_followers() == num_before + 1
            await window.press("o")
            await window.until_shown("choose it to take it away")
            await window.press("enter")
            await window.until(lambda: not chart.others and num_followers() == num_before, "let go")


def num_followers() -> int:
    return [thread.name for thread in threading.enumerate()].count("follower")


def test_the_other_runs_of_a_folder_are_found_whatever_they_are_called(tmp_path: Path) -> None:
    names = ("plain", "a/b", "a/b/c", "a")
    made = [runs.create(tmp_path / "saved", name, f'{{"name": "{name}"}}') for name in names]
    for run in made:
        run.journal_path.touch()
    (folders.state_home() / "folders.json").unlink()
    for run in made:
        assert run.save_dir() == (tmp_path / "saved").resolve()
        others = {other.name() for other in other_runs.by_label(run).values()}
        assert others == {*names} - {run.name()}
