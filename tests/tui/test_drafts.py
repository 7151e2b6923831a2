"""Edits that were not saved outlive the window."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from scratch import wait_for
from window import USUAL, opened

from core.saved import folders
from tui.config import drafts
from tui.config.draft import Draft
from tui.screens.ask import Ask

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch

EPOCHS = ("trainer", "epochs")
DEAD = 2**22 + 1
"""No process has this number: it is above the largest that Linux gives."""


@pytest.fixture
def draft(scratch: Scratch) -> Draft:
    return Draft.read(scratch.config_path)


def files() -> list[Path]:
    return sorted((folders.state_home() / "drafts").glob("*"))


def left_behind(scratch: Scratch, epochs: int = 77) -> str:
    """What a window that is gone kept for the config; returns its text."""
    draft = Draft.read(scratch.config_path)
    draft.set(EPOCHS, epochs)
    keeper = drafts.Keeper(Draft.read(scratch.config_path))
    keeper.keep(draft.text.text)
    keeper.finish()
    (path,) = files()
    config = path.stem.removesuffix(f"-{os.getpid()}")  # whose digits may hold the number too
    path.rename(path.with_name(f"{config}-{DEAD}.json"))
    return draft.text.text


def test_what_is_unsaved_is_kept_until_it_is_saved(draft: Draft) -> None:
    keeper = drafts.Keeper(draft)
    keeper.keep()
    assert files() == []
    draft.set(EPOCHS, 7)
    keeper.keep()
    wait_for(files)
    (path,) = files()
    assert json.loads(path.read_text())["text"] == draft.text.text
    assert drafts.find(draft.path) is None  # this very window is still at it
    draft.undo()
    keeper.keep()
    wait_for(lambda: not files())
    draft.redo()
    keeper.keep()
    draft.save()
    keeper.keep()
    keeper.finish()
    assert files() == []


def test_what_the_command_line_changed_is_nobodys_typing(draft: Draft) -> None:
    draft.text = draft.text.set(EPOCHS, 5)
    keeper = drafts.Keeper(draft)
    keeper.keep()
    keeper.finish()
    assert files() == []


def test_a_window_that_left_offers_its_edits_though_its_process_trains_on(draft: Draft) -> None:
    keeper = drafts.Keeper(draft)
    draft.set(EPOCHS, 7)
    keeper.keep()
    keeper.finish()
    kept = drafts.find(draft.path)
    assert kept is not None
    assert kept.text == draft.text.text
    kept.drop()
    assert files() == []


def test_many_edits_in_a_moment_end_with_the_last_one(draft: Draft) -> None:
    keeper = drafts.Keeper(draft)
    for epochs in range(3, 40):
        draft.set(EPOCHS, epochs)
        keeper.keep()
    keeper.finish()
    kept = drafts.find(draft.path)
    assert kept is not None
    assert '"epochs": 39' in kept.text
    # Those that were quicker than the last one may still be on their way out.
    wait_for(lambda: not [item for item in threading.enumerate() if item.name == "keep edits"])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"text": 1}', "[" * 100_000, "\udcff"])
def test_a_broken_file_is_set_aside(content: str, scratch: Scratch) -> None:
    left_behind(scratch)
    (path,) = files()
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert drafts.find(scratch.config_path) is None
    assert [item.name for item in files()] == [f"{path.stem}.json.bad"]


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(draft: Draft) -> None:
    folders.state_home().parent.mkdir(parents=True, exist_ok=True)
    folders.state_home().write_text("a file where the folder would be")
    keeper = drafts.Keeper(draft)
    draft.set(EPOCHS, 7)
    keeper.keep()
    keeper.finish()
    assert drafts.find(draft.path) is None


async def test_kept_edits_are_offered_taken_and_can_be_undone(scratch: Scratch) -> None:
    text = left_behind(scratch)
    async with opened(scratch, USUAL) as window:
        await window.until(lambda: "unsaved changes of config.json" in window.notices(), "offered")
        await window.until_shown("1       unsaved changes of config.json")  # on the first screen
        await window.press("1")
        window.app.clear_notifications()
        await window.until_shown("! unsaved changes of config.json")  # as long as they are there
        await window.press("y")
        assert isinstance(window.app.screen, Ask)
        await window.until_shown("trainer.epochs  77, here ")
        await window.press("t")
        await window.until_hidden("! unsaved changes")
        await window.until_shown("1 change")
        assert window.app.draft.text.text == text
        await window.press("ctrl+z")
        assert not window.app.draft.changed
        await window.press("y")
        assert "nothing was left unsaved" in window.notices()
    assert files() == []


async def test_kept_edits_are_dropped_and_a_text_that_is_no_json_opens_as_text(
    scratch: Scratch,
) -> None:
    left_behind(scratch)
    async with opened(scratch, USUAL) as window:
        await window.until(lambda: "unsaved changes" in window.notices(), "offered")
        await window.press("1", "y", "d")
        assert not window.app.draft.changed
        assert files() == []
        left_behind(scratch)
        (path,) = files()
        path.write_text(json.dumps({**json.loads(path.read_text()), "text": '{"name": "half'}))
        window.config.kept.offer()
        await window.press("y", "t")
        await window.until_shown('{"name": "half')
        await window.until_shown("✗ line 1")


async def test_what_is_typed_in_the_editor_outlives_a_sudden_end(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("1", "e", *"oops")
        await window.until(files, "kept")
        await window.press("ctrl+c")
        assert not window.app.is_running
    kept = drafts.find(scratch.config_path)
    assert kept is not None
    assert "oops" in kept.text
