"""The keys are a contract."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scratch import told_run
from textual.binding import Binding
from window import USUAL, opened

from core.state import RunState
from tui import words
from tui.app import MnistApp
from tui.screens.main import MainScreen
from tui.widgets.config_pane import ConfigPane
from tui.widgets.device_pane import DevicePane
from tui.widgets.key_bar import KeyBar
from tui.widgets.live_pane import LivePane
from tui.widgets.runs_pane import RunsPane

if TYPE_CHECKING:
    from scratch import Scratch

EVERYWHERE = {
    "s": "start", "f5": "start", "p": "pause", "f6": "pause", "x": "stop", "f8": "stop",
    "k": "save_now", "f7": "save_now", "1": "pane('config')", "2": "pane('device')",
    "3": "pane('live')", "4": "pane('runs')", "slash": "search", "ctrl+s": "save_config",
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


@pytest.mark.parametrize("pane", [ConfigPane, DevicePane, LivePane, RunsPane])
def test_the_letters_of_a_pane_never_repeat_a_global_one(pane: type) -> None:
    assert {binding.key for binding in own_bindings(pane)}.isdisjoint(EVERYWHERE)


def test_the_letters_of_the_live_pane_never_repeat_a_global_one() -> None:
    every = {binding.key for binding in own_bindings(MnistApp) + own_bindings(MainScreen)}
    assert every - set(EVERYWHERE) - {"ctrl+q"} == LETTERS_OF_THE_LIVE_PANE


def test_space_belongs_to_the_widget_that_has_the_focus() -> None:
    for owner in (MnistApp, MainScreen):
        assert "space" not in {binding.key for binding in own_bindings(owner)}


def test_each_binding_of_a_class_has_a_key_of_its_own() -> None:
    for owner in (MnistApp, MainScreen, ConfigPane, RunsPane):
        keys = [binding.key for binding in own_bindings(owner)]
        assert len(keys) == len(set(keys))


def test_each_action_exists_and_has_a_name() -> None:
    for owner in (MnistApp, MainScreen, ConfigPane, RunsPane):
        for binding in own_bindings(owner):
            assert hasattr(owner, "action_" + binding.action.partition("(")[0])
            assert binding.description


def bottom_lines() -> list[tuple[str, KeyBar]]:
    """Each pane and each state of a run, with the bottom line it has."""
    ended = RunState(time=1.0)
    states = [(RunState(), False), (ended, True), (replace(ended, paused=True), True)]
    found = [(pane, RunState(), False) for pane in ("config", "device", "runs")]
    found += [("live", state, live) for state, live in [*states, (ended, False)]]
    lines = []
    for pane, state, live in found:
        bar = KeyBar()
        bar.show(words.keys_for(pane, state, live=live))
        lines.append((pane, bar))
    return lines


def test_help_and_leave_are_in_the_bottom_line_at_80_columns() -> None:
    for _, bar in bottom_lines():
        (line,) = bar.draw(80, 1)
        text = "".join(cell.char for cell in line)
        assert "? help" in text
        assert "q leave" in text


def test_no_key_of_the_bottom_line_is_cut_off_at_any_width() -> None:
    for _, bar in bottom_lines():
        whole = [f"{key.key} {key.words}" for key in bar.keys]
        for width in range(10, 130):
            (line,) = bar.draw(width, 1)
            shown = "".join(cell.char for cell in line).split("   ")
            assert all(part.strip() in [*whole, ""] for part in shown)


async def test_each_key_of_a_bottom_line_is_bound_where_it_is_offered(scratch: Scratch) -> None:
    run = told_run(scratch, "told")
    async with opened(scratch, USUAL, shown=[run]) as window:
        await window.until_shown("✓ finished")
        for pane, bar in bottom_lines():
            if pane == "runs":
                await window.list_runs()
            window.main.action_pane(pane)
            await window.settle()
            bound = window.main.active_bindings
            for key in bar.keys:
                assert key.pressed in bound or key.key == "1-4", (pane, key)
