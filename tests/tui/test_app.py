"""The window at three sizes: panes, focus, dialogs, leaving."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from scratch import told_run
from textual.events import MouseDown
from textual.widgets._toast import Toast
from window import NARROW, USUAL, WIDE, opened

from tui import help as help_page
from tui.runs.watch import RunsWatch
from tui.screens.main import MainScreen
from tui.screens.page import Page
from tui.screens.prompt import Prompt
from tui.widgets.live_pane import LivePane
from tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch

SIZES = [NARROW, USUAL, WIDE]
DIGITS = {"1": "config", "2": "device", "3": "live", "4": "runs"}


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_screen_says_how_to_begin(size: tuple[int, int], scratch: Scratch) -> None:
    async with opened(scratch, size) as window:
        await window.until_shown("enter   quick run")
        text = window.text()
        assert "nothing is running" in text
        assert "Nothing is running yet." in text
        assert "enter   quick run" in text
        assert "s       start config.json" in text
        assert all(len(line) <= size[0] for line in text.splitlines())


@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_nothing_has_the_focus_at_the_start_and_tab_gives_it(
    size: tuple[int, int], scratch: Scratch
) -> None:
    async with opened(scratch, size) as window:
        assert window.app.focused is None
        await window.press("1", "escape")
        assert window.app.focused is None
        window.main.action_pane("config", focus=False)
        await window.press("tab")
        assert window.app.focused is not None


async def test_tab_goes_forth_and_shift_tab_back(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.press("tab")
        first = window.app.focused
        await window.press("tab")
        second = window.app.focused
        assert second is not first
        await window.press("shift+tab")
        assert window.app.focused is first


@pytest.mark.parametrize("size", [(60, 16), USUAL, (119, 60)])
async def test_on_a_narrow_terminal_a_digit_shows_its_pane_alone(
    size: tuple[int, int], scratch: Scratch
) -> None:
    async with opened(scratch, size) as window:
        assert window.visible() == {"live"}
        assert window.main.query_one(TabBar).region.area
        for digit, pane in DIGITS.items():
            await window.press(digit)
            assert window.visible() == {pane}


async def test_on_a_wide_terminal_three_panes_stay_and_the_focus_moves(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        together = {"config", "device", "live"}
        assert window.visible() == together
        assert not window.main.query_one(TabBar).region.area
        for digit in ("1", "2"):
            await window.press(digit)
            assert window.visible() == together
            focused = window.app.focused
            assert focused is not None
            assert window.main.query_one(f"#{DIGITS[digit]}") in focused.ancestors
        await window.press("4")
        assert window.visible() == {"runs"}
        await window.press("3")
        assert window.visible() == together
        assert window.app.focused is None


async def test_a_terminal_that_grows_wide_shows_three_panes(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.resize(WIDE)
        await window.until(lambda: window.visible() == {"config", "device", "live"})
        await window.resize(NARROW)
        await window.until(lambda: window.visible() == {"live"})


@pytest.mark.parametrize("size", SIZES)
async def test_help_opens_and_closes(size: tuple[int, int], scratch: Scratch) -> None:
    async with opened(scratch, size) as window:
        await window.press("4")
        for key in ("question_mark", "f1"):
            await window.press(key)
            assert isinstance(window.app.screen, Page)
            await window.until_shown("Runs: help")
            await window.press("escape")
            assert isinstance(window.app.screen, MainScreen)


async def test_help_names_every_key_that_is_bound(scratch: Scratch) -> None:
    async with opened(scratch, (120, 100)) as window:
        for digit, pane in DIGITS.items():
            await window.press(digit, "question_mark")
            await window.until_shown("esc closes this")
            text = window.text()
            words = text.replace(";", " ").replace(",", " ").split()
            keys = [*"spxk1234/?:q", "F5", "F6", "F7", "F8", "F1", "tab", "enter", "esc"]
            keys += ["ctrl+s", "ctrl+z", "ctrl+y", "ctrl+p", "ctrl+c"]
            own = help_page.bindings_of(window.main.query_one(f"#{pane}"))
            named = [item.key for item in own if item.description]
            keys += [part for key in named for part in help_page.key_name(key).split()]
            assert [key for key in keys if key not in words] == [], pane
            await window.press("escape")


async def test_a_long_help_says_how_to_scroll_and_its_lines_keep_their_column(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("4", "question_mark")
        await window.until_shown("↑ ↓ scroll, esc closes this")
        await window.resize((60, 80))
        await window.until(lambda: window.text().count("\n") > 50, "the new size")
        lines = window.text().splitlines()
        at = next(i for i, line in enumerate(lines) if "sort by the next column" in line)
        assert lines[at + 1][: lines[at].index("sort by")].strip("│ ") == ""
        await window.resize((120, 100))
        await window.until_hidden("scroll, esc")


async def test_help_tells_the_letters_of_live_in_live_alone(scratch: Scratch) -> None:
    async with opened(scratch, (120, 100)) as window:
        await window.press("question_mark")
        await window.until_shown("the log, or the epochs")
        await window.press("escape", "4", "question_mark")
        await window.until_shown("In this pane")
        assert "the log, or the epochs" not in window.text()


@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_the_mouse_does_what_the_keys_do(size: tuple[int, int], scratch: Scratch) -> None:
    run = told_run(scratch, "told")

    async with opened(scratch, size) as window:

        async def click(text: str) -> None:
            lines = window.text().splitlines()
            y = max(index for index, line in enumerate(lines) if text in line)
            await window.pilot.click(offset=(lines[y].index(text) + 1, y))
            await window.settle()

        if size == USUAL:
            await click("4 Runs")
        else:
            await window.press("4")
        await window.until_shown(run.id)
        await click(run.id)
        await window.until_shown("✓ finished")
        await click("l log")
        assert window.live.has_class("show-log")
        await click("? help")
        assert isinstance(window.app.screen, Page)
        await window.press("escape")
        await click(": every action") if size == WIDE else await window.press("colon")
        await window.until_shown("Search for commands")
        await window.press("escape")
        await click("q leave")
        assert window.app.return_code == 0


async def test_a_press_on_a_notice_that_went_a_moment_ago_is_nothing(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        window.app.notify("a notice that goes", timeout=60, severity="error")
        await window.until_shown("a notice that goes")
        toast = window.app.screen.query_one(Toast)
        x, y = toast.region.x + 3, toast.region.y
        await toast.remove()
        assert window.app.get_widget_at(x, y)[0] is toast  # until the next frame
        window.app.post_message(MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))
        await window.settle()
        assert window.app.is_running


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_every_action(key: str, scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.press(key)
        await window.until_shown("Search for commands")
        titles = [item.title for item in window.app.get_system_commands(window.main)]
        offered = set(titles)
        assert len(offered) == len(titles)
        assert {"Start", "Pause or go on", "Stop and save", "Save now", "Fine-tune"} <= offered
        await window.press(*"stop", "down")
        await window.until_shown("Stop and save")
        await window.press("escape")
        await window.until(lambda: isinstance(window.app.screen, MainScreen))


async def test_escape_leaves_the_dialog_then_the_filter_then_the_pane(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "slash")
        await window.type("epochs")
        await window.press("enter", "enter")
        assert isinstance(window.app.screen, Prompt)
        await window.press("escape")
        assert isinstance(window.app.screen, MainScreen)
        assert window.config.filter == "epochs"
        await window.press("escape")
        assert window.config.filter == ""
        assert window.app.focused is window.config.form
        await window.press("escape")
        assert window.visible() == {"live"}


@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_the_filter_shows_only_the_fields_that_hold_it(
    size: tuple[int, int], scratch: Scratch
) -> None:
    async with opened(scratch, size) as window:
        await window.press("1", "slash")
        await window.type("batch")
        await window.press("enter")
        await window.until_shown("batch_size")
        await window.until_hidden("early_stop")
        await window.until_hidden("seed")


async def test_a_filter_in_a_pane_without_a_list_says_where_there_is_one(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("slash")
        assert isinstance(window.app.screen, MainScreen)
        assert "try Config or Runs" in window.notices()


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
@pytest.mark.parametrize("size", SIZES)
async def test_leaving_is_code_0(key: str, size: tuple[int, int], scratch: Scratch) -> None:
    async with opened(scratch, size) as window:
        await window.press(key)
        assert window.app.return_code == 0
        assert not window.app.is_running
    assert scratch.runs() == []


async def test_what_needs_a_live_run_says_that_there_is_none(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        for key in ("p", "x", "k", "f6", "f7", "f8"):
            window.app.clear_notifications()
            await window.press(key)
            assert "nothing is running" in window.notices()
    assert scratch.runs() == []


async def test_the_letters_of_a_run_do_no_harm_without_one(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("t", "r", "l")
        assert isinstance(window.app.screen, MainScreen)
        await window.until_shown("Nothing is running yet.")


async def test_every_pane_says_what_will_be_there(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        with patch.object(RunsWatch, "look"):
            await window.press("4")
        assert "looking for runs" in window.text()
        await window.press("4")
        await window.until_shown("Every run will be listed here")
        await window.press("2")
        await window.until_shown("cpu")


async def test_a_device_is_chosen_by_enter_and_goes_into_the_config(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.press("ctrl+z")
        assert "nothing to undo" in window.notices()
        await window.press("ctrl+y")
        assert "nothing to redo" in window.notices()
        await window.press("2", "home", "enter")
        assert window.app.draft.get(("device",)) == "cpu"
        assert "the next run is trained on cpu" in window.notices()
        await window.until_shown("1 change")


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    output = subprocess.check_output([sys.executable, "-c", script], text=True)
    return {name.partition(".")[0] for name in output.splitlines()[-1].split()}


def test_a_view_never_imports_torch() -> None:
    loaded = modules_after("import tui.app, tui.start")
    assert "textual" in loaded
    assert loaded.isdisjoint({"torch", "torchvision"})


def test_the_help_of_the_command_line_imports_nothing_heavy() -> None:
    loaded = modules_after("""
sys.argv = ["mnist-tui", "--help"]
from tui import cli
try:
    cli.main()
except SystemExit as ended:
    assert ended.code == 0
""")
    assert "argparse" in loaded
    assert loaded.isdisjoint({"textual", "rich", "pydantic", "numpy", "torch", "psutil"})


async def test_a_bundled_config_is_saved_here_and_never_in_place(
    scratch: Scratch, tmp_path: Path
) -> None:
    from core.settings.file import PRESETS

    bundled = PRESETS / "sprint.json"
    before = bundled.read_bytes()
    async with opened(scratch, WIDE, config=bundled) as window:
        await window.change("trainer.epochs", "3")
        await window.press("ctrl+s")
    assert bundled.read_bytes() == before
    assert b'"epochs": 3' in (tmp_path / "sprint.json").read_bytes()


async def test_an_odd_config_does_not_keep_the_window_from_opening(scratch: Scratch) -> None:
    scratch.write_config(
        {
            "trainer.monitor": " ",
            "trainer.epochs": "\x1b[31m",
            "trainer.early_stop": 3,
            "data_loader.args.data_dir": "~nobody-here/data",
            "trainer.save_dir": "~nobody-here/runs",
        }
    )
    async with opened(scratch, USUAL) as window:
        await window.until_shown(r"up to \x1b[31m epochs")
        await window.press("1", "d")
        await window.until(lambda: isinstance(window.app.screen, Prompt), "the question")
        await window.press("escape", "n")
        assert window.config.current() is not None


async def test_the_config_is_checked_after_a_moment_but_before_any_key_that_may_need_it(
    scratch: Scratch,
) -> None:
    """Who asks for another pane at once has it at once: pydantic takes a tenth of a second."""
    scratch.write_config({"optimizer.type": "Sgd"})
    with patch("tui.app.CHECK_DELAY_SECONDS", 3600.0):
        async with opened(scratch, USUAL, check=False) as window:
            await window.press("4")
            assert window.app.checking is not None
            await window.press("1")
            assert window.app.checking is None
            await window.until_shown("1 problem")
    async with opened(scratch, USUAL, check=False) as window:
        await window.until(lambda: window.app.checking is None, "the check without a key")


async def test_what_waits_for_something_ends_before_what_it_would_show_goes(
    scratch: Scratch,
) -> None:
    order: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            order.append("worker")

    with patch.object(LivePane, "_on_unmount", lambda _: order.append("pane")):
        async with opened(scratch, USUAL) as window:
            window.app.run_worker(wait())
            await window.settle()
    assert order == ["worker", "pane"]


async def test_help_on_the_first_screen_has_the_signs_of_this_window(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        window.app.draw_in_ascii()
        await window.press("question_mark")
        await window.until_page()
        assert "** train" in window.text()
        assert "m                chart: the next metric" in window.text()
