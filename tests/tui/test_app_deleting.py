"""Deleting in the window: asked first, taken back, refused while a run is live."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from recorded import recorded
from scratch import told_run
from window import NARROW, USUAL, WIDE, Window, opened

from core import journal
from core.journal import Journal
from core.saved import finding, trash
from tui.screens.ask import Ask

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch

    from core.runs import Run


def with_checkpoints(scratch: Scratch, name: str = "x") -> Run:
    """A finished run with two files of 1,000 bytes."""
    run = told_run(scratch, name)
    for file in ("checkpoint-epoch1.pth", "last.pth"):
        (run.path / file).write_bytes(b"x" * 1000)
    return run


def kept(scratch: Scratch) -> list[Path]:
    return [run.path for run in finding.scan(scratch.path / scratch.saved)]


async def until_found(window: Window, number: int) -> None:
    await window.until(lambda: len(window.runs.rows) == number, f"{number} runs")
    await window.settle()


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_a_run_is_deleted_after_a_question_and_taken_back(
    size: tuple[int, int], scratch: Scratch
) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, size) as window:
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        assert kept(scratch) == [run.path]
        await window.press("y")
        await until_found(window, 0)
        assert kept(scratch) == []
        await window.press("z")
        await until_found(window, 1)
        assert kept(scratch) == [run.path]


async def test_the_question_says_what_is_freed_and_where_it_goes(scratch: Scratch) -> None:
    with_checkpoints(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        text = window.text()
        assert "2 checkpoints" in text
        assert "saved/.trash" in text
        assert "z takes it back" in text
        await window.press("escape")
        await window.settle()
        assert len(kept(scratch)) == 1


async def test_a_checkpoint_is_deleted_alone_and_taken_back(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.until_shown("last.pth")
        await window.press("down", "delete")
        await window.until_asked()
        assert "Delete " in window.text()
        file = window.runs._place()
        assert file is not None
        await window.press("y")
        await window.until(lambda: len(run.checkpoints()) == 1, "one checkpoint")
        await window.until(lambda: len(window.runs.rows[0]["checkpoints"]) == 1, "listed")
        await window.press("z")
        await window.until(lambda: len(window.runs.rows[0]["checkpoints"]) == 2, "back")
        assert (run.path / file[1]).exists()


async def test_a_live_run_is_refused_with_a_sentence(scratch: Scratch) -> None:
    with recorded(scratch.saved.resolve(), "running") as run:
        async with opened(scratch, WIDE) as window:
            await window.list_runs()
            await window.press("delete")
            await window.until(lambda: "stop it first" in window.notices(), "refused")
            assert not isinstance(window.app.screen, Ask)
            assert run.path.exists()


async def test_a_run_that_becomes_live_while_it_is_asked_is_refused(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        with Journal(run.journal_path), patch.object(journal, "LOCK_PATIENCE_SECONDS", 0.1):
            await window.press("y")
            await window.until(lambda: "stop it first" in window.notices(), "refused")
        assert run.path.exists()


async def test_a_run_that_another_window_deletes_meanwhile_is_told(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        trash.delete(run.path)
        await window.press("y")
        await window.until(lambda: "is gone already" in window.notices(), "told")
        await until_found(window, 0)


async def test_what_another_window_took_back_is_told(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        await window.press("y")
        await until_found(window, 0)
        last = trash.newest(scratch.path / scratch.saved)
        assert last is not None
        trash.take_back(last)
        await window.press("4", "4")
        await until_found(window, 1)
        await window.press("z")
        await window.until(lambda: "no longer in the trash" in window.notices(), "told")
        assert kept(scratch) == [run.path]


async def test_another_window_takes_back_what_was_deleted(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    trash.delete(run.path)
    told_run(scratch, "other")
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("z")
        await until_found(window, 2)
        assert run.path in kept(scratch)
        await window.press("z")
        await window.until(lambda: "nothing in the trash" in window.notices(), "told")


async def test_the_run_that_is_shown_can_be_deleted(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE, shown=[run]) as window:
        await window.until_shown("✓ finished")
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        await window.press("y")
        await until_found(window, 0)
        await window.press("3", "r")
        await window.until(lambda: "gone" in window.notices(), "told")


async def test_keys_on_a_run_that_vanished_tell_so_and_nothing_falls(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    other = told_run(scratch, "other")
    async with opened(scratch, WIDE, shown=[other]) as window:
        await window.list_runs(2)
        window.app.runs_watch.close()  # the list has not heard of it yet
        with patch.object(window.app.runs_watch, "look"):
            window.runs.table.move_cursor(row=[*window.runs._places].index(f"{run.path}/"))
            shutil.rmtree(run.path)
            for key in ("c", "r", "t", "delete", "space", "d"):
                await window.press("4", key)
                await window.settle()
                window.main.action_pane("runs")
                await window.press("4")
            workers = window.app.workers  # of two for the same place the earlier one is cancelled
            await window.until(lambda: all(one.is_finished for one in workers), "the answers")
            assert window.app.is_running
            await window.press("enter")
            await window.settle()
        assert window.app.crash is None


async def test_emptying_the_trash_asks_and_says_how_much_is_freed(scratch: Scratch) -> None:
    run = with_checkpoints(scratch)
    trash.delete(run.path)
    async with opened(scratch, WIDE) as window:
        window.app.empty_trash()
        await window.until_shown("2 checkpoints")
        assert "undone" in window.text()
        await window.press("c")
        assert trash.content(scratch.path / scratch.saved).num_bytes
        window.app.empty_trash()
        await window.until_asked()
        await window.press("y")
        await window.until(lambda: "the trash is empty" in window.notices(), "empty")
        assert not trash.content(scratch.path / scratch.saved).num_bytes
        window.app.empty_trash()
        await window.until(lambda: "nothing in the trash" in window.notices(), "told")


async def test_the_run_that_is_shown_says_that_it_is_gone_and_that_it_is_back(
    scratch: Scratch,
) -> None:
    run = with_checkpoints(scratch)
    async with opened(scratch, WIDE, shown=[run]) as window:
        await window.until_shown("Saved in")
        await window.list_runs()
        await window.press("delete")
        await window.until_asked()
        await window.press("y")
        await window.until(lambda: not window.runs.rows, "deleted")
        await window.press("3")
        await window.until_shown("is not there any more")
        await window.until_hidden("Saved in")
        await window.press("4", "z", "3")
        await window.until_shown("Saved in")
