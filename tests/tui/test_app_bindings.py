"""The keys are a contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from scratch import beginning, told_run
from textual.binding import Binding
from textual.events import DescendantFocus
from window import USUAL, WIDE, Window, opened

from core.events import RunEnded
from core.state import RunState, fold
from tui import offered
from tui.app import MnistApp
from tui.live.outcome import Ended
from tui.screens.main import MainScreen
from tui.widgets.config_pane import ConfigPane
from tui.widgets.device_pane import DevicePane
from tui.widgets.digits_pane import DigitsPane
from tui.widgets.gallery import Gallery
from tui.widgets.key_bar import KeyBar
from tui.widgets.later import Later
from tui.widgets.learn_pane import LearnPane
from tui.widgets.live_pane import LivePane
from tui.widgets.matrix_view import MatrixView
from tui.widgets.runs_pane import RunsPane
from tui.widgets.tab_bar import PANES

if TYPE_CHECKING:
    from scratch import Scratch

EVERYWHERE = {
    "s": "start", "f5": "start", "p": "pause", "f6": "pause", "x": "stop", "f8": "stop",
    "k": "save_now", "f7": "save_now", "1": "pane('config')", "2": "pane('device')",
    "3": "pane('live')", "4": "pane('runs')", "5": "pane('digits')", "6": "pane('learn')",
    "slash": "search", "ctrl+s": "save_config",
    "ctrl+z": "undo", "ctrl+y": "redo", "question_mark": "help", "f1": "help",
    "colon": "command_palette", "ctrl+p": "command_palette", "q": "leave", "ctrl+c": "leave",
    "escape": "back", "tab": "focus_next", "shift+tab": "focus_previous",
}  # fmt: skip
ALSO_WHILE_TYPING = {"f5", "f6", "f7", "f8", "ctrl+c"}
LETTERS_OF_THE_LIVE_PANE = {"l", "t", "r", "u", "enter"}
"""Bound at the screen, since nothing has the focus there."""


def own_bindings(owner: type) -> list[Binding]:
    return list(Binding.make_bindings(vars(owner).get("BINDINGS", [])))


async def test_each_key_of_the_contract_does_its_action(scratch: Scratch) -> None:
    async with opened(scratch) as window:
        bound = window.main.active_bindings
        does = {key: item.binding.action.rpartition("app.")[2] for key, item in bound.items()}
        assert {key: does.get(key) for key in EVERYWHERE} == EVERYWHERE


def test_the_function_keys_and_they_alone_work_while_somebody_types() -> None:
    bindings = [*own_bindings(MnistApp), *own_bindings(MainScreen)]
    priority = {binding.key for binding in bindings if binding.priority}
    assert priority == ALSO_WHILE_TYPING | {"ctrl+q"}


@pytest.mark.parametrize(
    "pane", [ConfigPane, DevicePane, LivePane, RunsPane, DigitsPane, LearnPane, Gallery, MatrixView]
)
def test_the_letters_of_a_pane_never_repeat_a_global_one(pane: type) -> None:
    assert {binding.key for binding in own_bindings(pane)}.isdisjoint(EVERYWHERE)


def test_the_letters_of_the_live_pane_never_repeat_a_global_one() -> None:
    every = {binding.key for binding in own_bindings(MnistApp) + own_bindings(MainScreen)}
    assert every - set(EVERYWHERE) - {"ctrl+q"} == LETTERS_OF_THE_LIVE_PANE


def test_space_belongs_to_the_widget_that_has_the_focus() -> None:
    for owner in (MnistApp, MainScreen):
        assert "space" not in {binding.key for binding in own_bindings(owner)}


def test_each_binding_of_a_class_has_a_key_of_its_own() -> None:
    for owner in (MnistApp, MainScreen, ConfigPane, RunsPane, DigitsPane, LearnPane):
        keys = [binding.key for binding in own_bindings(owner)]
        assert len(keys) == len(set(keys))


def test_each_action_exists_and_has_a_name() -> None:
    for owner in (MnistApp, MainScreen, ConfigPane, RunsPane, DigitsPane, LearnPane):
        for binding in own_bindings(owner):
            assert hasattr(owner, "action_" + binding.action.partition("(")[0])
            assert binding.description


ENDED = RunState(time=1.0)
TRAINING = fold(RunState(), beginning())


def bottom_lines() -> list[tuple[str, KeyBar]]:
    """Each pane and each state of a run, with the bottom line it has."""
    panes = [(pane, bar_of(RunState(), pane=pane)) for pane in PANES if pane != "live"]
    live = [bar_of(state, live=True) for state in (ENDED, TRAINING, replace(TRAINING, paused=True))]
    return [*panes, *(("live", bar) for bar in (bar_of(RunState()), *live, bar_of(ENDED)))]


def bar_of(state: RunState, *, live: bool = False, log: bool = False, pane: str = "live") -> KeyBar:
    bar = KeyBar()
    ended = None if live else Ended(Path("run"), state, has_checkpoint=True)
    bar.show(offered.keys_for(pane, state, live=live, log=log, ended=ended))
    return bar


def test_of_a_run_that_ended_only_what_can_be_done_is_offered() -> None:
    def keys(ended: Ended) -> list[str]:
        shown = offered.keys_for("live", ENDED, live=False, ended=ended)
        return [key.key for key in shown if key.key in ("t", "r", "s")]

    whole = Ended(Path("run"), ENDED, has_checkpoint=True, can_begin_again=True)
    assert keys(whole) == ["t", "r", "s"]
    assert keys(whole._replace(has_checkpoint=False)) == ["r", "s"]
    assert keys(whole._replace(has_checkpoint=False, can_begin_again=False)) == ["s"]
    done = fold(ENDED, [RunEnded(outcome="completed", reason="", seconds=1.0)])
    assert keys(whole._replace(state=done, can_go_on=False)) == ["t", "s"]
    assert keys(whole._replace(state=done)) == ["t", "r", "s"]


def shown(bar: KeyBar, width: int) -> str:
    (line,) = bar.draw(width, 1)
    return "".join(cell.char for cell in line)


@pytest.mark.parametrize("width", range(30, 121))
def test_what_was_done_cuts_no_key_in_two(width: int) -> None:
    bar = bar_of(TRAINING, live=True)
    bar._said = "saved: last.pth"
    text = shown(bar, width)
    assert text.endswith("   saved: last.pth ")
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("log", [False, True])
def test_help_and_leave_are_in_every_bottom_line(width: int, log: bool) -> None:
    for bar in [*(bar for _, bar in bottom_lines()), bar_of(TRAINING, live=True, log=log)]:
        text = shown(bar, width)
        assert "? help" in text
        assert "q leave" in text


def test_the_bottom_line_of_a_live_run_has_the_keys_that_matter_at_80_columns() -> None:
    for state, pause in ((TRAINING, "p pause"), (replace(TRAINING, paused=True), "p go on")):
        text = shown(bar_of(state, live=True), 80)
        for key in (pause, "x stop", "u new lr", "m metric", "l log", "? help", "q leave"):
            assert key in text
    text = shown(bar_of(TRAINING, live=True, log=True), 80)
    assert all(key in text for key in ("l epochs", "v level", "/ find"))
    assert "metric" not in text  # the log has the focus
    text = shown(bar_of(TRAINING, live=True), 40)
    assert text.split("   ")[:2] == [" p pause", "x stop"]


async def test_what_was_done_stands_beside_the_keys_for_a_moment(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        with patch.object(KeyBar, "SAID_SECONDS", 0.2):
            window.main.say("done: [/x]\x1b")
            *_, last = window.text().splitlines()
            assert last.endswith("done: [/x]\\x1b")
            assert all(key in last for key in ("enter quick run", "? help", "q leave"))
            await window.until_hidden("done: ")


def test_what_was_done_is_cut_where_the_line_is_shorter() -> None:
    bar = bar_of(ENDED)
    bar._said = "a long sentence " * 10
    for width in (1, 10, 40):
        assert len(shown(bar, width)) == width


async def test_under_a_dialog_the_bottom_line_offers_nothing(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        bar = window.main.query_one(KeyBar)
        for dialog in ("question_mark", "colon"):
            assert bar.keys
            await window.press(dialog)
            await window.until(lambda: not bar.keys, "without keys")
            await window.press("escape")
            await window.until(lambda: bar.keys, "with keys")
        await window.press("1", "o")
        await window.until(lambda: not bar.keys, "without keys")
        assert "ctrl+s save" not in window.text()


def test_no_key_of_the_bottom_line_is_cut_off_at_any_width() -> None:
    for _, bar in bottom_lines():
        whole = [f"{key.key} {key.words}" for key in bar.keys]
        for width in range(10, 130):
            assert all(part.strip() in [*whole, ""] for part in shown(bar, width).split("   "))


async def open_pane(window: Window, pane: str) -> None:
    """Show a pane, and wait until it is there."""
    window.main.action_pane(pane)
    place = window.main.query_one(f"#{pane}")
    await window.until(lambda: not isinstance(place, Later) or place.made, pane)
    await window.settle()
    assert window.main.pane == pane


async def test_a_focus_that_is_told_late_does_not_lead_back(scratch: Scratch) -> None:
    told_run(scratch, "told")
    async with opened(scratch, USUAL) as window:
        await window.list_runs()
        table = window.runs.table
        await open_pane(window, "digits")
        window.main.post_message(DescendantFocus(table))
        await window.settle()
        assert window.main.pane == "digits"


async def test_each_key_of_a_bottom_line_is_bound_where_it_is_offered(scratch: Scratch) -> None:
    run = told_run(scratch, "told")
    async with opened(scratch, USUAL, shown=[run]) as window:
        await window.until_shown("✓ finished")
        for pane, bar in bottom_lines():
            if pane == "runs":
                await window.list_runs()
            await open_pane(window, pane)
            bound = window.main.active_bindings
            for key in bar.keys:
                assert key.pressed in bound or key.key == "1-6", (pane, key)
        await window.press("l")
        await window.until(lambda: "v level" in window.text(), "the log's keys")
        bound = window.main.active_bindings
        assert all(key.pressed in bound or key.key == "1-6" for key in bar_of(ENDED, log=True).keys)


async def test_the_bottom_line_follows_the_focus_where_panes_stand_side_by_side(
    scratch: Scratch,
) -> None:
    run = told_run(scratch, "told")
    async with opened(scratch, WIDE, shown=[run]) as window:
        await window.until_shown("✓ finished")
        await window.until_shown("m metric")
        await window.press("1")
        await window.until_shown("enter change")
        await window.pilot.click("#chart")
        await window.until_shown("m metric")
        assert window.main.pane == "live"
        await window.press("shift+tab", "shift+tab")
        await window.until_shown("enter change")
        await window.press("question_mark")
        await window.until_shown("Config: help")
