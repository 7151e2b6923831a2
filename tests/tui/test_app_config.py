"""The Config pane, by keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static
from window import USUAL, WIDE, Window, opened

from tui.config.draft import choices
from tui.screens.ask import Answer, Ask
from tui.screens.main import MainScreen
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from scratch import Scratch


def error_in(prompt: Prompt) -> str:
    return str(prompt.query_one("#error", Static).render())


async def choose(window: Window, field: str, block: str, name: str) -> None:
    """Take another class from the list."""
    assert name in choices(block)
    await window.go_to(field)
    await window.press("enter", *name.lower(), "enter")


@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_a_value_is_changed_by_enter_typing_enter(
    size: tuple[int, int], scratch: Scratch
) -> None:
    async with opened(scratch, size) as window:
        await window.change("trainer.epochs", "7")
        assert isinstance(window.app.screen, MainScreen)
        assert window.app.draft.get(("trainer", "epochs")) == 7
        await window.until(lambda: re.search("● epochs +7", window.text()), "changed")
        assert window.app.focused is window.config.form


async def test_a_changed_field_shows_what_it_was(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        await window.until(lambda: re.search("● epochs +7 +was 2", window.text()), "changed")


async def test_what_is_read_otherwise_is_said_when_the_file_is_opened(scratch: Scratch) -> None:
    scratch.write_config({"loss": "NLLLoss"})
    async with opened(scratch, WIDE) as window:
        await window.until_shown('! loss: "NLLLoss" is read as nll_loss')
        notifications = list(window.app._notifications)
        assert [item.message for item in notifications] == ['loss: "NLLLoss" is read as nll_loss']


async def test_a_config_without_oddities_says_nothing(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.until_shown("up to 2 epochs")
        assert not list(window.app._notifications)


async def test_the_first_screen_follows_the_config(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.until_shown("up to 2 epochs")
        await window.change("trainer.epochs", "7")
        await window.until_shown("up to 7 epochs")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("trainer.epochs", "-1", "must be 0 or more"),
        ("trainer.epochs", "many", 'must be a whole number, not "many"'),
        ("trainer.epochs", "", 'must be a whole number, not ""'),
        ("data_loader.args.validation_split", "600", "leave none"),
        ("optimizer.args.lr", "-0.5", "must be 0 or more"),
    ],
)
async def test_a_wrong_value_is_named_at_once_and_not_taken(
    field: str, value: str, problem: str, scratch: Scratch
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.go_to(field)
        await window.press("enter")
        if value:
            await window.type(value)
        else:
            await window.press("delete")
        await window.until(lambda: problem in error_in(window.prompt), problem)
        assert field in error_in(window.prompt)
        await window.press("enter")
        assert isinstance(window.app.screen, Prompt)
        await window.press("escape")
        assert not window.app.draft.changed


async def test_a_field_that_was_wrong_can_be_mended(scratch: Scratch) -> None:
    scratch.write_config({"data_loader.args.batch_size": 0})
    async with opened(scratch, USUAL) as window:
        await window.press("1")
        await window.until_shown("✗ must be 1 or more")
        await window.change("data_loader.args.batch_size", "64")
        await window.until_hidden("✗")


async def test_a_truth_is_turned_by_enter_alone(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.go_to("optimizer.args.amsgrad")
        await window.press("enter")
        assert window.app.draft.get(("optimizer", "args", "amsgrad")) is False
        await window.press("enter")
        assert not window.app.draft.changed


async def test_another_optimizer_drops_what_it_has_not_and_shows_what_it_has(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await choose(window, "optimizer.type", "optimizer", "SGD")
        await window.press("escape", "slash")
        await window.type("optimizer")
        await window.press("enter")
        for words in ("● type", "was Adam", "momentum"):
            await window.until_shown(words)
        await window.until_hidden("amsgrad")
        assert window.app.draft.problems() == []


async def test_undo_and_redo_go_through_the_changes(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        before = window.app.draft.text.text
        await window.change("trainer.epochs", "7")
        await choose(window, "optimizer.type", "optimizer", "SGD")
        await window.press("ctrl+z")
        assert window.app.draft.get(("optimizer", "args", "amsgrad")) is True
        assert window.app.draft.get(("trainer", "epochs")) == 7
        await window.press("ctrl+z")
        assert window.app.draft.text.text == before
        assert "change" not in str(window.config.border_title)
        await window.press("ctrl+z", "ctrl+y", "ctrl+y", "ctrl+y")
        assert window.app.draft.get(("optimizer", "type")) == "SGD"
        assert window.app.draft.get(("trainer", "epochs")) == 7


@pytest.mark.parametrize("key", ["delete", "backspace"])
async def test_del_takes_a_value_out_and_the_default_is_shown(key: str, scratch: Scratch) -> None:
    scratch.write_config({"trainer.save_period": 5})
    async with opened(scratch, USUAL) as window:
        await window.go_to("trainer.save_period")
        await window.press(key)
        assert "save_period" not in window.app.draft.value["trainer"]
        current = window.config.current()
        assert current is not None
        assert current.shown == "1"
        await window.press("ctrl+z")
        assert window.app.draft.get(("trainer", "save_period")) == 5


async def test_del_on_the_schedule_takes_the_whole_block_out(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.go_to("lr_scheduler.type")
        await window.press("delete")
        assert "lr_scheduler" not in window.app.draft.value
        assert window.app.draft.problems() == []


async def test_saving_changes_that_line_alone_and_keeps_the_file_before(scratch: Scratch) -> None:
    before = scratch.config_path.read_text()
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        assert scratch.config_path.read_text() == before
        await window.press("ctrl+s")
        assert "saved" in window.notices()
        assert "change" not in str(window.config.border_title)
    after = scratch.config_path.read_text()
    differing = [
        (old.strip(), new.strip())
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
        if old != new
    ]
    assert differing == [('"epochs": 2,', '"epochs": 7,')]
    assert scratch.config_path.with_name("config.json.bak").read_text() == before
    assert {path.name for path in scratch.path.glob("*config*")} == {
        "config.json",
        "config.json.bak",
    }


async def test_a_config_that_cannot_be_saved_is_said(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        scratch.config_path.unlink()
        scratch.config_path.mkdir()  # not even root writes a file there
        await window.press("ctrl+s")
        assert "not saved" in window.notices()
        assert window.app.draft.changed


@pytest.mark.parametrize("name", ["[/x]", "[@click=app.exit()]", "[b"])
async def test_a_config_in_a_strange_folder_is_saved_and_named_as_it_is(
    name: str, scratch: Scratch
) -> None:
    path = Path(name) / "config.json"
    path.parent.mkdir(parents=True)
    path.write_text(scratch.config_path.read_text())
    async with opened(scratch, WIDE, config=path) as window:
        await window.change("trainer.epochs", "7")
        await window.press("ctrl+s")
        await window.until_shown(f"saved {path}")
    assert json.loads(path.read_text())["trainer"]["epochs"] == 7


async def test_f5_while_typing_starts_nothing_broken(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.go_to("trainer.epochs")
        await window.press("enter")
        await window.type("-3")
        await window.press("f5")
        await window.until(lambda: scratch.runs() or window.notices())
        for run in scratch.runs():
            assert run.config()["trainer"]["epochs"] == 2
        # The half-typed value is still there, to be mended or left.
        assert isinstance(window.app.screen, Prompt)
        await window.press("escape")
        assert window.app.draft.get(("trainer", "epochs")) == 2


async def test_letters_typed_into_a_field_are_letters(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.change("name", "spxkq?1/")
        assert window.app.draft.get(("name",)) == "spxkq?1/"
        assert window.app.is_running
    assert scratch.runs() == []


@pytest.mark.parametrize(("key", "size"), [("s", USUAL), ("f5", WIDE)])
async def test_a_broken_config_shows_its_problem_and_starts_nothing(
    key: str, size: tuple[int, int], scratch: Scratch
) -> None:
    scratch.write_config({"optimizer.type": "Sgd"})
    async with opened(scratch, size) as window:
        await window.press(key)
        assert 'there is no optimizer "Sgd"' in window.notices()
        assert "config" in window.visible()
        current = window.config.current()
        assert current is not None
        assert current.dotted == "optimizer.type"
        assert window.app.focused is window.config.form
        assert window.app.worker is None
    assert scratch.runs() == []


async def test_a_config_whose_blocks_are_missing_can_still_be_opened(scratch: Scratch) -> None:
    scratch.config_path.write_text('{"name": "bare"}')
    async with opened(scratch, WIDE) as window:
        await window.press("1")
        await window.until_shown("arch: is missing: add it")
        await window.press("s")
        assert "cannot start" in window.notices()
    assert scratch.runs() == []


async def test_what_is_asked_and_answered_gives_the_terminal_no_orders(scratch: Scratch) -> None:
    hostile = "a\x1b[31m\u202eb"
    async with opened(scratch, WIDE) as window:
        window.app.push_screen(Prompt("which?", value=hostile))
        await window.settle()
        assert "a▯[31m▯b" in window.text()
        await window.press("end", "c")
        assert window.prompt.query_one(Input).value == hostile + "c"
        await window.press("escape")
        window.app.push_screen(Ask(hostile, [Answer("d", f"drop {hostile}")]))
        await window.settle()
        assert window.text().count(r"a\x1b[31m\u202eb") == 2
        assert "\x1b" not in window.text()


async def test_a_truth_that_has_no_place_is_told_and_changes_nothing(scratch: Scratch) -> None:
    scratch.write_config({"data_loader.args": [1]})
    async with opened(scratch, WIDE) as window:
        await window.go_to("data_loader.args.shuffle")
        await window.press("enter")
        assert "data_loader.args: has no item shuffle" in window.notices()
        assert not window.app.draft.changed
        assert not window.app.draft.undo()
