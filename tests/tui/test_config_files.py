"""The Config pane and the disk: saving, presets, other files, a file that somebody else wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from textual.widgets import Input, TextArea
from window import USUAL, WIDE, Window, opened

from core.settings.file import PRESETS
from tui.screens.ask import Ask
from tui.screens.main import MainScreen
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from scratch import Scratch

EPOCHS = ("trainer", "epochs")


def written_by_another(path: Path, epochs: int) -> None:
    text = path.read_text()
    path.write_text(text.replace('"epochs": 2', f'"epochs": {epochs}'))


def epochs_in(path: Path) -> object:
    return json.loads(path.read_text())["trainer"]["epochs"]


def under_cursor(window: Window) -> str:
    field = window.config.current()
    return field.dotted if field is not None else ""


async def test_the_backup_is_the_file_before_the_first_save_of_the_window(
    scratch: Scratch,
) -> None:
    before = scratch.config_path.read_text()
    async with opened(scratch, USUAL) as window:
        for epochs in ("7", "8"):
            await window.change("trainer.epochs", epochs)
            await window.press("ctrl+s")
    assert epochs_in(scratch.config_path) == 8
    assert scratch.config_path.with_name("config.json.bak").read_text() == before


async def test_a_config_with_problems_is_not_saved_unasked(scratch: Scratch) -> None:
    before = scratch.config_path.read_text()
    async with opened(scratch, USUAL) as window:
        await window.press("1", "e")
        area = window.app.screen.query_one(TextArea)
        area.text = area.text.replace('"epochs": 2', '"epochs": -2')
        await window.press("ctrl+s", "t")
        assert window.app.draft.get(EPOCHS) == -2
        await window.press("ctrl+s", "ctrl+s")
        await window.until_shown("The config cannot be trained as it is.")
        assert "trainer.epochs: must be 0 or more, not -2" in window.text()
        await window.press("enter")
        assert scratch.config_path.read_text() == before
        await window.press("ctrl+s", "s")
    assert epochs_in(scratch.config_path) == -2
    assert scratch.config_path.with_name("config.json.bak").read_text() == before


async def test_a_file_that_was_changed_on_disk_is_not_overwritten_unasked(
    scratch: Scratch,
) -> None:
    path = scratch.config_path
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        written_by_another(path, 33)
        await window.press("3", "1")
        assert "was changed on disk" in window.notices()
        window.app.clear_notifications()
        await window.press("3", "1")
        assert "was changed on disk" not in window.notices()  # once is enough
        await window.press("ctrl+s")
        assert isinstance(window.app.screen, Ask)
        await window.press("c")
        assert (epochs_in(path), window.app.draft.get(EPOCHS)) == (33, 7)
        await window.press("ctrl+s", "r")
        assert window.app.draft.get(EPOCHS) == 33
        assert not window.app.draft.changed
        await window.press("ctrl+z")
        assert window.app.draft.get(EPOCHS) == 7
        written_by_another(path, 34)
        path.touch()
        await window.press("ctrl+s")
        assert isinstance(window.app.screen, MainScreen)  # touched, but not changed
    assert epochs_in(path) == 7


async def test_a_changed_file_can_be_overwritten_or_left_alone(scratch: Scratch) -> None:
    path = scratch.config_path
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        written_by_another(path, 33)
        await window.press("ctrl+s", "w")
        await window.type("mine.json")
        await window.press("enter")
        assert (epochs_in(path), epochs_in(Path("mine.json"))) == (33, 7)
        assert window.app.draft.path == Path("mine.json")
        await window.change("trainer.epochs", "9")
        Path("mine.json").write_text(path.read_text())
        await window.press("ctrl+s", "o")
    assert epochs_in(Path("mine.json")) == 9


async def test_save_as_asks_before_it_overwrites_and_refuses_what_is_no_file(
    scratch: Scratch,
) -> None:
    (scratch.path / "theirs.json").write_text("{}")
    async with opened(scratch, USUAL) as window:
        await window.press("1", "w")
        await window.type("data")
        await window.press("enter")
        await window.until_shown("is a folder")
        await window.press("home", "ctrl+k")
        await window.type("theirs.json")
        await window.press("enter")
        await window.until_asked()
        await window.press("c")
        assert Path("theirs.json").read_text() == "{}"
        await window.press("w")
        await window.type("new/mine.json")
        await window.press("enter")
        assert "saved new/mine.json" in window.notices()
    assert epochs_in(Path("new/mine.json")) == 2


async def test_a_preset_is_opened_and_saved_in_this_folder(scratch: Scratch) -> None:
    async with opened(scratch, WIDE) as window:
        await window.change("trainer.epochs", "7")
        await window.press("o", *"tiny", "enter")
        await window.until_asked()
        await window.press("c")
        assert window.app.draft.get(EPOCHS) == 7
        await window.press("ctrl+z", "o", *"tiny", "enter")
        assert window.app.draft.path == PRESETS / "tiny.json"
        await window.until_shown("tiny.json")
        await window.press("ctrl+s")
        assert Path("tiny.json").read_text() == (PRESETS / "tiny.json").read_text()
        await window.press("o", *"another", "enter")
        await window.type("nowhere.json")
        await window.press("enter")
        await window.until_shown("there is no such file")
        await window.press("home", "ctrl+k")
        await window.type("config.json")
        await window.press("enter")
        assert window.app.draft.path == Path("config.json")
        assert window.app.draft.get(EPOCHS) == 2


async def test_a_file_that_is_gone_or_broken_is_said(scratch: Scratch) -> None:
    Path("configs").mkdir()
    Path("configs/broken.json").write_text("{")
    async with opened(scratch, USUAL) as window:
        await window.press("1", "o", *"broken", "enter")
        assert "not valid JSON" in window.notices()
        scratch.config_path.unlink()
        await window.press("o", "enter")
        assert "there is no such file" in window.notices()
        await window.press("ctrl+s")
        assert epochs_in(scratch.config_path) == 2


@pytest.mark.parametrize("path", ["~nobody-here/x.json", "n" * 300 + ".json", "a\0b.json"])
async def test_a_path_that_cannot_be_is_refused_in_a_sentence(path: str, scratch: Scratch) -> None:
    before = {item.name for item in scratch.path.iterdir()}
    async with opened(scratch, WIDE) as window:
        await window.press("1", "w")
        window.prompt.query_one(Input).value = path
        await window.press("enter")
        if isinstance(window.app.screen, Prompt):
            await window.press("escape")
        else:  # the disk itself says no
            assert "not saved: File name too long" in window.notices()
        await window.press("o", "end", "enter")
        window.prompt.query_one(Input).value = path
        await window.press("enter")
        await window.until_shown("there is no such file")
        await window.press("escape")
        assert isinstance(window.app.screen, MainScreen)
    assert {item.name for item in scratch.path.iterdir()} == before


async def test_a_preset_that_cannot_be_read_is_left_out(scratch: Scratch) -> None:
    (scratch.path / "configs").mkdir()
    for name in ("mine", "secret"):
        (scratch.path / "configs" / f"{name}.json").write_text("{}")
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "secret.json":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    async with opened(scratch, WIDE) as window:
        with patch.object(Path, "read_bytes", refuse):
            await window.press("1", "o")
        assert "configs/mine.json" in window.text()
        assert "secret" not in window.text()


async def test_undo_brings_back_the_config_before_a_preset_and_the_form_shows_its_top(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.change("trainer.epochs", "7")
        before = window.app.draft.text
        await window.press("o", *"accurate", "enter", "d")
        assert window.app.draft.path == PRESETS / "accurate.json"
        assert window.app.draft.get(EPOCHS) == 30
        assert not window.app.draft.changed
        await window.press("end", "ctrl+z")
        assert window.app.draft.text == before
        assert window.app.draft.path == scratch.config_path
        assert window.app.draft.changed
        await window.until(lambda: window.config.form.entry.key == "name", "at the top")
        await window.until_shown("▾ run")
        await window.press("ctrl+y")
        assert window.app.draft.path == PRESETS / "accurate.json"
        assert not window.app.draft.changed
        await window.press("ctrl+z", "ctrl+z")
        assert window.app.draft.get(EPOCHS) == 2
        assert not window.app.draft.changed
        await window.press("ctrl+s")
        assert epochs_in(scratch.config_path) == 2


async def test_a_search_that_is_left_keeps_its_find_under_the_cursor(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "slash", *"early_stop", "enter")
        assert under_cursor(window) == "trainer.early_stop"
        await window.press("escape")
        assert window.config.form.filter == ""
        assert under_cursor(window) == "trainer.early_stop"


async def test_undo_shows_the_field_that_it_changed(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.change("data_loader.args.batch_size", "32")
        await window.press("escape", "1", "end", "ctrl+z")
        field = window.config.current()
        assert field is not None
        assert field.dotted == "data_loader.args.batch_size"
        assert "batch_size" in window.text()


async def test_what_is_short_is_said_in_the_bottom_line_and_covers_nothing(
    scratch: Scratch,
) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "ctrl+z")
        last = window.text().splitlines()[-1]
        assert last.endswith("nothing to undo")
        assert "? help   q leave" in last
        assert not window.toasts()
        window.app.notify("something else, and so long that there is no room for it " * 2)
        await window.until(window.toasts, "said over the window")
        assert "nothing to undo" in window.text().splitlines()[-1]
        window.app.clear_notifications()
        assert not window.notices()


async def test_a_notice_with_a_long_path_takes_few_lines(scratch: Scratch) -> None:
    folder = scratch.path / ("deep " * 40) / ("deeper " * 30)
    async with opened(scratch, USUAL) as window:
        await window.press("1", "w")
        window.prompt.query_one(Input).value = str(folder / "mine.json")
        await window.press("enter")
        said = window.notices()
        assert said.startswith("saved ")
        assert said.endswith("mine.json, a new file")
        assert len(said) < 90
        (folder / "mine.json").write_text("{")
        window.app.clear_notifications()
        await window.press("o", "enter")
        said = window.toasts()
        assert "mine.json: line 1, column 2: not valid JSON" in said
        assert len(said) < 160
