"""The Config pane beside a live run, its text, comparing; how many keys it all takes."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from scratch import beginning, told_run
from textual.events import MouseScrollDown
from textual.widgets import Input, TextArea
from window import USUAL, WIDE, Window, opened

from core import runs
from core.events import SettingChanged
from core.journal import Journal
from tui.app import MnistApp
from tui.clean import clean
from tui.config import form
from tui.screens.editor import Editor
from tui.screens.page import Page
from tui.widgets.json_view import JsonView

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from scratch import Scratch

    from core.runs import Run
    from tui.cells import Row
    from tui.config.form import Entry

OPTIMIZER_FROM_FIRST_SCREEN = ("1", *["right_square_bracket"] * 3, "enter", "s", "enter", "s")
LR = "optimizer.args.lr"
ROWS = form.rows
RATE_OF_LIVE_RUN = ("u", "down", "enter")


@contextlib.contextmanager
def live_run(scratch: Scratch) -> Iterator[tuple[Run, Journal]]:
    run = runs.create(scratch.saved, "live", scratch.config_path.read_text())
    with Journal(run.journal_path) as journal:
        for event in beginning(epochs=2):
            journal.append(event)
        yield run, journal


def asked_of(run: Run) -> list[tuple[str, float]]:
    """What the live run was asked to change."""
    if not run.requests_path.exists():
        return []
    asked = map(json.loads, run.requests_path.read_text().splitlines())
    return [(request["path"], request["value"]) for request in asked]


async def test_another_optimizer_and_start_takes_ten_keys_at_most(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = lambda app: started.append(app.draft.get(("optimizer", "type")))  # noqa: E731
    monkeypatch.setattr(MnistApp, "action_start", start)
    assert len(OPTIMIZER_FROM_FIRST_SCREEN) <= 10
    async with opened(scratch, USUAL) as window:
        await window.press(*OPTIMIZER_FROM_FIRST_SCREEN)
        assert started == ["SGD"]
        assert window.app.draft.problems() == []
        assert "SGD has no amsgrad: dropped" in window.notices()


async def test_the_pane_marks_what_the_live_run_has_otherwise_and_a_gives_it_to_the_run(
    scratch: Scratch,
) -> None:
    with live_run(scratch) as (run, journal):
        async with opened(scratch, WIDE, shown=[run]) as window:
            await window.until_shown("● running")
            await window.change("optimizer.args.lr", ".01")
            await window.until_shown("live still 0.001")
            await window.until_shown("a gives 0.01 to the live run")
            await window.press("a")
            assert asked_of(run) == [(LR, 0.01)]
            journal.append(SettingChanged(path=LR, before=0.001, after=0.01, epoch=1, step=9))
            await window.until_hidden("live still")
            await window.change("trainer.epochs", "5")
            await window.until_shown("live still 2")
            await window.press("a")
            assert asked_of(run)[1:] == [("trainer.epochs", 5)]
            await window.press("enter")
            await window.until_shown("was 2   epochs")
            await window.press("up", "escape")
            assert window.app.draft.get(("trainer", "epochs")) == 5
            await window.go_to("trainer.save_dir")
            await window.press("a")
            assert "go to one of them" in window.notices()
            await window.go_to("arch.type")
            await window.until_shown("21,840 parameters")
            await window.press("3", *RATE_OF_LIVE_RUN)
            assert asked_of(run)[2:] == [(LR, 0.005)]
    assert len(RATE_OF_LIVE_RUN) <= 5


async def test_beside_a_schedule_it_is_said_which_rate_is_asked_for(scratch: Scratch) -> None:
    schedule = {"type": "ExponentialLR", "args": {"gamma": 0.5}}
    scratch.write_config({"lr_scheduler": schedule, "optimizer.args.lr": 0.004})
    with live_run(scratch) as (run, _):
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("u")
            await window.until_shown("lr of the config. ExponentialLR has made it 0.001 by now")
            assert window.prompt.query_one(Input).value == "0.004"


async def test_a_rate_a_hundred_times_as_high_is_asked_for_again(scratch: Scratch) -> None:
    with live_run(scratch) as (run, _):
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            for key in ("c", "y"):
                before = len(asked_of(run))
                await window.press("u")
                window.prompt.query_one(Input).value = "500"
                await window.press("enter")
                await window.until_shown("times the lr it has: that may undo all it learned.")
                await window.press(key)
                await window.settle()
                assert len(asked_of(run)) == before + (key == "y")
            assert asked_of(run)[-1] == (LR, 500.0)
            await window.press("u")
            window.prompt.query_one(Input).value = ""
            await window.until_shown(" give a number above 0, like 0.001")
            assert " : give" not in window.text()


async def test_without_a_live_run_there_is_nothing_to_apply_to(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("u")
        assert "no run is live" in window.notices()
        await window.go_to("optimizer.args.lr")
        window.app.clear_notifications()
        await window.press("a")
        assert "no run is live" in window.notices()


async def test_n_goes_from_problem_to_problem(scratch: Scratch) -> None:
    scratch.write_config({"optimizer.type": "Sgd", "trainer.epochs": -1})
    async with opened(scratch, USUAL) as window:
        await window.press("1", "n")
        await window.until_shown("2 problems: n goes to the next")
        places = []
        for _ in range(3):
            field = window.config.current()
            assert field is not None
            places.append(field.dotted)
            await window.press("n")
        assert places == ["optimizer.type", "trainer.epochs", "optimizer.type"]


async def test_sections_fold_and_unfold(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "up", "enter")
        await window.until_shown("▸ run  5 fields")
        assert "seed" not in window.text()
        await window.press("space")
        await window.until_shown("seed")
        await window.press("down", "left")
        await window.until_shown("▸ run")
        await window.press("right", "right_square_bracket", "right_square_bracket")
        field = window.config.current()
        assert field is not None
        assert field.dotted == "arch.type"


def rows_of(window: Window) -> str:
    view = window.main.query_one(JsonView)
    rows = view.draw(view.size.width, view.size.height)
    return "\n".join("".join(cell.char for cell in row) for row in rows)


async def test_the_text_stands_beside_the_form_or_in_its_place(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.change("trainer.epochs", "7")
        await window.press("j")
        await window.until_shown("● 39 ▸")
        await window.until_shown('"epochs": 7,')
        assert window.config.form.region.area
        assert not window.live.region.area
        await window.press("3")
        assert window.live.region.area
    async with opened(scratch, USUAL) as window:
        await window.press("1", "j")
        await window.until_shown("  1  {")
        assert not window.config.form.region.area
        assert "j form" in window.text()
        assert "enter change" not in window.text()
        await window.press("pagedown", "j")
        await window.until_shown("▾ run")
        assert "j text" in window.text()
        await window.press("down", "enter")
        assert window.prompt


async def test_the_config_is_edited_as_text_and_taken_when_it_is_one(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "e")
        assert isinstance(window.app.screen, Editor)
        area = window.app.screen.query_one(TextArea)
        text = area.text
        area.text = text.replace('"epochs": 2', '"epochs": -2')
        await window.until_shown("line 39: trainer.epochs: must be 0 or more")
        await window.press("ctrl+s", "ctrl+s")
        await window.until_shown("The text has 1 problem.")
        await window.press("enter")
        assert isinstance(window.app.screen, Editor)
        assert not window.app.draft.changed
        area.text = text.replace('"epochs": 2,', '"epochs": 2,,')
        await window.until_shown("✗ line 39")
        await window.press("ctrl+s", "ctrl+s")
        assert isinstance(window.app.screen, Editor)
        await window.press("escape")
        await window.until_shown("is no config yet")
        assert "all the same" not in window.text()
        await window.press("c")
        area.text = text.replace('"epochs": 2', '"epochs": 9')
        await window.press("escape", "t")
        assert not isinstance(window.app.screen, Editor)
        assert window.app.draft.get(("trainer", "epochs")) == 9
        await window.press("ctrl+z")
        assert not window.app.draft.changed


async def test_the_config_is_compared_with_its_file_and_with_a_run(scratch: Scratch) -> None:
    told_run(scratch, "[/x] 한글 \x1b[2J", edits={"trainer.epochs": 5, "seed": 7})
    async with opened(scratch, WIDE) as window:
        await window.change("trainer.epochs", "9")
        await window.press("d")
        await window.until_shown("Compare the next run with")
        await window.press("enter")
        await window.until_page()
        assert "trainer.epochs  9     2" in window.text()
        await window.press("escape", "d")
        await window.until_shown(clean("[/x] 한글 \x1b[2J"))
        await window.press("down", "enter")
        await window.until_page()
        assert isinstance(window.app.screen, Page)
        text = window.text()
        assert "~ trainer.epochs" in text
        assert "- seed" in text


async def test_the_mouse_moves_opens_and_scrolls(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1")
        (y,) = (at for at, line in enumerate(window.text().splitlines()) if "seed" in line)
        await window.pilot.click(offset=(5, y))
        field = window.config.current()
        assert field is not None
        assert field.dotted == "seed"
        await window.pilot.click(offset=(5, y))
        await window.until_shown("the start of everything random")
        assert window.prompt
        await window.press("escape")
        await window.pilot._post_mouse_events([MouseScrollDown], window.config.form)
        await window.until_hidden("▾ run")
        await window.press("down")
        await window.until_shown("seed")


async def test_a_key_that_moves_makes_no_row_of_the_form_anew(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def rows(entry: Entry, *others: Any) -> list[Row]:
        made.append(entry.key)
        return ROWS(entry, *others)

    async with opened(scratch, WIDE) as window:
        await window.press("1")
        monkeypatch.setattr(form, "rows", rows)
        await window.press(*["down"] * 10)
        assert made == []
        await window.change("seed", "7")
        assert made


HOSTILE = "[/x] [@click=app.exit()] 한글 실험 \u202eround"


async def test_odd_names_look_like_themselves_in_form_text_and_editor(scratch: Scratch) -> None:
    text = scratch.config_path.read_text().replace("Mnist_LeNet", HOSTILE)
    scratch.config_path.write_text(text)
    async with opened(scratch, WIDE) as window:
        await window.press("1", "j")
        await window.until_shown("[/x] [@click=app.exit()] 한글 실험 \\u202eround")
        await window.press("e")
        await window.until_shown("[/x] [@click=app.exit()] 한글 실험 ▯round")
        for line in window.text().splitlines():
            assert clean(line) == line
        await window.press("escape")
        assert window.app.is_running


async def test_the_rate_of_another_optimizer_is_given_only_after_a_question(
    scratch: Scratch,
) -> None:
    with live_run(scratch) as (run, _):
        async with opened(scratch, WIDE, shown=[run]) as window:
            await window.until_shown("● running")
            window.app.draft.set(("optimizer", "type"), "SGD")
            await window.change("optimizer.args.lr", "0.05")
            for key in ("c", "y"):
                await window.press("a")
                await window.until_shown("0.05 is the lr of SGD, and the live run steps by Adam.")
                assert asked_of(run) == []
                await window.press(key)
                await window.settle()
            assert asked_of(run) == [(LR, 0.05)]


async def test_the_keys_of_live_do_nothing_to_the_run_while_somebody_is_in_another_pane(
    scratch: Scratch,
) -> None:
    with live_run(scratch) as (run, _):
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("1")
            for key in ("t", "r", "u", "l"):
                await window.press(key)
                assert "that is a key of Live: 3 goes there" in window.notices()
                assert window.main.pane == "config"
            assert not window.live.shows_log
