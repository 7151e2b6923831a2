"""The list of runs: sorted, its cursor on the same run whatever happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from recorded import NAME, add_test, recorded
from scratch import told_run
from window import NARROW, USUAL, WIDE, Window, opened

from tui import preferences
from tui.messages import RunOpened
from tui.runs.order import Order

if TYPE_CHECKING:
    from scratch import Scratch

    from core.runs import Run

WIDEST = (190, 40)


def listed(window: Window) -> list[str]:
    """The names of the runs, from the top."""
    shown = [place for place in window.runs._places.values() if not place[1]]
    return [run.parent.name for run, _ in shown]


def under_cursor(window: Window) -> tuple[str, str]:
    """The name of the run under the cursor, and its checkpoint if it is one."""
    place = window.runs._place()
    assert place is not None
    return place[0].parent.name, place[1]


async def test_o_sorts_by_the_next_column_and_marks_it(scratch: Scratch) -> None:
    told_run(scratch, "b")
    told_run(scratch, "a")
    async with opened(scratch, WIDE) as window:
        await window.list_runs(2)
        await window.until_shown("age ▲")
        await window.press("o")
        await window.until_shown("run ▲")
        assert listed(window) == ["a", "b"]
        await window.press("O")
        await window.until_shown("run ▼")
        assert listed(window) == ["b", "a"]


async def test_a_list_that_is_told_as_the_pane_is_left_takes_nobody_back(scratch: Scratch) -> None:
    run = told_run(scratch, "a")
    async with opened(scratch, WIDE) as window:
        await window.list_runs(1)
        window.app.post_message(RunOpened(run))
        window.runs.show(window.runs.rows)
        await window.settle()
        assert window.main.pane == "live"


async def test_a_list_that_is_told_right_after_the_pane_was_left_takes_nobody_back(
    scratch: Scratch,
) -> None:
    told_run(scratch, "a")
    async with opened(scratch, WIDE) as window:
        await window.list_runs(1)
        window.main.action_pane("live")
        window.runs.show(window.runs.rows)  # before the table heard that its focus is gone
        await window.settle()
        assert window.main.pane == "live"


async def test_a_click_on_a_heading_sorts_by_it_and_again_turns_it(scratch: Scratch) -> None:
    for name in "cab":
        told_run(scratch, name)
    async with opened(scratch, WIDE) as window:
        await window.list_runs(3)
        await window.pilot.click("#runs DataTable", offset=(4, 0))
        await window.until_shown("run ▲")
        assert listed(window) == ["a", "b", "c"]
        await window.pilot.click("#runs DataTable", offset=(4, 0))
        await window.until_shown("run ▼")
        assert listed(window) == ["c", "b", "a"]


async def test_the_order_is_remembered(scratch: Scratch) -> None:
    told_run(scratch, "b")
    told_run(scratch, "a")
    preferences.write({"runs": "run"})
    async with opened(scratch, WIDE) as window:
        await window.list_runs(2)
        assert listed(window) == ["a", "b"]
        await window.press("O")
    assert preferences.read()["runs"] == "-run"


async def test_a_remembered_order_that_makes_no_sense_is_the_newest_first(
    scratch: Scratch,
) -> None:
    preferences.write({"runs": ["x"]})
    async with opened(scratch, WIDE) as window:
        assert window.runs.order == Order()


@pytest.mark.parametrize("size", [NARROW, USUAL])
async def test_o_leaves_out_what_has_no_heading(size: tuple[int, int], scratch: Scratch) -> None:
    told_run(scratch, "a")
    async with opened(scratch, size) as window:
        await window.list_runs()
        assert "by age" not in window.text()
        await window.press("o")
        assert window.runs.order.column in {"run", "status"}
        await window.press("o", "o", "o", "o", "o")
        assert window.runs.order.column not in {"size", "device", "parent", "origin"}


async def test_an_order_that_was_chosen_where_there_was_more_room_is_said(scratch: Scratch) -> None:
    told_run(scratch, "a")
    preferences.write({"runs": "-size"})
    async with opened(scratch, USUAL) as window:
        await window.list_runs()
        await window.until_shown("by size")
        await window.press("O")
        await window.until_shown("by size, turned round")


async def test_a_filter_says_what_it_hides_and_what_shows_it_again(scratch: Scratch) -> None:
    told_run(scratch, "[b]c")
    told_run(scratch, "other")
    async with opened(scratch, USUAL) as window:
        await window.list_runs(2)
        await window.press("/")
        await window.type("[B]")
        await window.press("enter")
        await window.until_shown("/ [b]   1 of 2, esc shows all")
        await window.press("/")
        await window.type("zzz")
        await window.press("enter")
        await window.until_shown("/ zzz   0 of 2, esc shows all")
        await window.press("escape")
        await window.until_hidden("esc shows all")


async def test_a_live_run_stays_on_top(scratch: Scratch) -> None:
    with recorded(scratch.saved.resolve(), "running"):
        told_run(scratch, "a")
        async with opened(scratch, WIDE) as window:
            await window.list_runs(2)
            for _ in range(9):
                await window.press("o")
                assert listed(window)[0] == "Mnist_LeNet"
                await window.press("O")
                assert listed(window)[0] == "Mnist_LeNet"


async def test_where_there_is_room_parent_and_origin_are_shown(scratch: Scratch) -> None:
    told_run(scratch, "a")
    async with opened(scratch, WIDEST) as window:
        await window.list_runs()
        await window.until_shown("parent")
        await window.until_shown("mnist-tui")
        heading = next(line for line in window.text().splitlines() if "status" in line)
        assert heading.rstrip(" │").endswith("origin")


async def test_what_tells_runs_apart_has_columns_or_the_line_below_the_list(
    scratch: Scratch,
) -> None:
    told_run(scratch, "mine", edits={"optimizer.args.lr": 0.25})
    with recorded(scratch.saved.resolve(), "completed") as run:
        add_test(run)
        async with opened(scratch, WIDE) as window:
            await window.list_runs(2)
            await window.until_shown("98.16 %  5 of 5  Adam       0.001")
            await window.until_shown("0.25")
            await window.press("end")
            await window.until_shown("files 50 kB   cpu")
        async with opened(scratch, USUAL) as window:
            await window.list_runs(2)
            await window.press("end")
            await window.until_shown(
                "tested 98.16 %   Adam   lr 0.001   began 19 s ago   files 50 kB   cpu"
            )
            await window.press("space", "end")
            await window.until_shown("model_best.pth")
            await window.press("end")
            await window.until_shown("tested 98.16 %   ◆ best   0 bytes")
        async with opened(scratch, NARROW) as window:
            await window.list_runs(2)
            await window.until_shown("✓ finished")


async def test_runs_are_filtered_by_their_optimizer(scratch: Scratch) -> None:
    told_run(scratch, "a", edits={"optimizer.type": "SGD", "optimizer.args": {"lr": 0.1}})
    told_run(scratch, "b")
    async with opened(scratch, USUAL) as window:
        await window.list_runs(2)
        window.runs.set_filter("sgd")
        await window.settle()
        assert listed(window) == ["a"]


async def test_the_cursor_stays_on_its_run_when_the_order_changes(scratch: Scratch) -> None:
    for name in "cab":
        told_run(scratch, name)
    preferences.write({"runs": "run"})
    async with opened(scratch, WIDE) as window:
        await window.list_runs(3)
        await window.press("down")
        assert under_cursor(window)[0] == "b"
        await window.press("O", "o", "o")
        assert under_cursor(window)[0] == "b"


async def test_the_cursor_stays_on_its_checkpoint_when_a_run_comes_or_goes(
    scratch: Scratch,
) -> None:
    run = told_run(scratch, "first")
    for name in ("checkpoint-epoch1.pth", "last.pth"):
        (run.path / name).write_bytes(b"x")
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("down", "down")
        before = under_cursor(window)
        assert before[1]
        told_run(scratch, "second")
        window.app.find_runs()
        await window.until(lambda: len(window.runs.rows) == 2, "the other run")
        await window.settle()
        assert under_cursor(window) == before
        await window.press("space")  # hides it: its run is next to it
        assert under_cursor(window) == ("first", "")


async def test_home_and_end_take_the_cursor_along(scratch: Scratch) -> None:
    for name in "abc":
        told_run(scratch, name)
    async with opened(scratch, USUAL) as window:
        await window.list_runs(3)
        await window.press("end")
        assert under_cursor(window) == (listed(window)[-1], "")
        await window.press("home")
        assert under_cursor(window) == (listed(window)[0], "")


async def test_a_run_out_of_patience_says_so(scratch: Scratch) -> None:
    early, whole = told_run(scratch, "early"), told_run(scratch, "whole")
    start, *rest = early.journal_path.read_text().splitlines(keepends=True)
    early.journal_path.write_text("".join([start.replace('"epochs":1', '"epochs":9'), *rest]))
    async with opened(scratch, USUAL) as window:
        await window.list_runs(2)
        await window.until_shown("✓ early stop")
        assert window.text().count("✓ finished") == 1
        assert whole.path.exists()


async def test_a_checkpoint_list_that_was_closed_stays_so(scratch: Scratch) -> None:
    run = told_run(scratch, "first")
    (run.path / "last.pth").write_bytes(b"x")
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.until_shown("last.pth")
        await window.press("space")
        told_run(scratch, "second")
        window.app.find_runs()
        await window.until(lambda: len(window.runs.rows) == 2, "the other run")
        await window.settle()
        assert "last.pth" not in window.text()


async def test_a_refresh_leaves_the_view_where_it_was_scrolled_to(scratch: Scratch) -> None:
    for number in range(40):
        told_run(scratch, f"run{number:02}")
    preferences.write({"runs": "run"})
    async with opened(scratch, USUAL) as window:
        await window.list_runs(40)
        await window.press("ctrl+end", "up", "up")
        table, before = window.runs.table, under_cursor(window)
        scrolled = table.scroll_offset.y
        assert scrolled
        told_run(scratch, "aaa")
        window.app.find_runs()
        await window.until(lambda: len(window.runs.rows) == 41, "the other run")
        await window.settle()
        assert under_cursor(window) == before
        await window.until(lambda: table.scroll_offset.y == scrolled + 1, "the same rows in view")


async def test_a_part_of_the_list_never_takes_the_place_of_the_whole(scratch: Scratch) -> None:
    for number in range(3):
        told_run(scratch, f"run{number}")
    async with opened(scratch, USUAL) as window:
        await window.list_runs(3)
        rows = window.runs.rows
        window.runs.show(rows[:2], complete=False)
        assert window.runs.rows == rows
        window.runs.show(rows[:2], complete=True)
        assert window.runs.rows == rows[:2]


async def test_f_shows_the_whole_form_whatever_filter_it_had(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, WIDE) as window:
        await window.go_to("optimizer.args.lr")
        assert window.config.filter
        await window.list_runs()
        await window.press("f")
        await window.until(lambda: window.app.draft.parent is not None, "taken")
        await window.until_shown("1 Config ─ fine-tunes")
        assert not window.config.filter
        await window.until_shown("n_gpu")


async def test_a_live_run_is_not_offered_to_go_on(scratch: Scratch) -> None:
    told_run(scratch, "ended")
    with recorded(scratch.path / scratch.saved, "running"):
        async with opened(scratch, USUAL) as window:
            await window.list_runs(2)
            await window.press("home")
            await window.until(lambda: under_cursor(window)[0] == NAME, "the live one on top")
            await window.until_hidden("r go on")
            await window.until_shown("t test")
            while under_cursor(window)[0] != "ended":
                await window.press("down")
            await window.until_shown("r go on")


async def test_p_and_x_in_the_list_mean_the_run_under_the_cursor(scratch: Scratch) -> None:
    ended = told_run(scratch, "ended")
    with recorded(scratch.path / scratch.saved, "running") as live:
        async with opened(scratch, USUAL, shown=[ended]) as window:
            await window.list_runs(2)
            await window.press("home", "p", "k", "x")
            await window.until(lambda: under_cursor(window)[0] == NAME, "the live one on top")
            asked = [json.loads(line)["kind"] for line in live.requests_path.open()]
            assert asked == ["pause", "save", "stop"]
            while under_cursor(window)[0] != "ended":
                await window.press("down")
            await window.press("x")
            assert "ended/" in window.notices()
            assert "is not running" in window.notices()
    assert not ended.requests_path.exists()


async def test_a_live_run_without_a_checkpoint_has_none_to_test(scratch: Scratch) -> None:
    with recorded(scratch.path / scratch.saved, "running") as run:
        for path in run.path.glob("*.pth"):
            path.unlink()
        async with opened(scratch, USUAL) as window:
            await window.list_runs()
            await window.press("home", "t")
            await window.until(lambda: "no checkpoint yet" in window.notices(), "told")


async def test_that_losses_are_not_the_same_is_told_where_they_are_sorted_by(
    scratch: Scratch,
) -> None:
    told_run(scratch, "a")
    told_run(scratch, "b", edits={"loss": {"type": "nll_loss", "args": {"label_smoothing": 0.1}}})
    async with opened(scratch, WIDE) as window:
        await window.list_runs(2)
        while window.runs.order.column != "best":
            await window.press("o")
        await window.until_shown("their losses are not the same")
        window.runs.set_filter("")
        await window.press("o")
        await window.until_hidden("their losses are not the same")


async def test_what_is_said_twice_covers_the_window_once(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        for _ in range(2):
            window.app.complain("no such thing")
        window.app.complain("nor this")
        await window.settle()
        assert window.toasts().splitlines() == ["no such thing", "nor this"]
