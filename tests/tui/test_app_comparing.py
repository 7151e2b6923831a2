"""`c` in Runs: the run under the cursor beside the one that is shown."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from recorded import recorded
from scratch import told_run
from window import NARROW, USUAL, WIDE, Window, opened

from core.event_lines import to_line
from core.events import SettingChanged
from core.files import write_json
from core.runs import Run
from core.saved import folders
from tui.messages import ComparisonAsked
from tui.screens.comparing import of_runs
from tui.screens.prompt import Prompt
from tui.widgets.loss_chart import LossChart

if TYPE_CHECKING:
    from scratch import Scratch


async def go_to_run(window: Window, run: Run) -> None:
    """Put the cursor on a run of the list."""
    places = list(window.runs._places.values())
    window.runs.table.move_cursor(row=places.index((run.path, "")))
    await window.settle()


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_c_overlays_the_curves_and_tells_what_the_configs_say_differently(
    size: tuple[int, int], scratch: Scratch
) -> None:
    first = told_run(scratch, "first")
    second = told_run(scratch, "second", edits={"optimizer.args.lr": 0.25})
    async with opened(scratch, size, shown=[first]) as window:
        await window.until_shown("finished")
        await window.list_runs(2)
        await go_to_run(window, second)
        await window.press("c")
        await window.until_page()
        text = window.text()
        assert "first" in text
        await window.until_shown("0.25")
        await window.press("escape")
        assert window.main.pane == "live"
        chart = window.main.query_one(LossChart)
        await window.until(lambda: chart.others, "the other run drawn")
        assert [other.path for other in chart.others.values()] == [second.path]


@pytest.mark.parametrize("link", [False, True])
async def test_a_run_that_is_deleted_leaves_the_chart_and_comes_back_with_z(
    link: bool, scratch: Scratch
) -> None:
    first, second = told_run(scratch, "first"), told_run(scratch, "second")
    if link:  # the same folder by another name than the one that it is listed under
        (scratch.path / "link").symlink_to(scratch.saved, target_is_directory=True)
        second = Run(scratch.path / "link" / second.path.relative_to(scratch.saved.resolve()))
    async with opened(scratch, WIDE, shown=[first]) as window:
        await window.until_shown("✓ finished")
        chart = window.main.query_one(LossChart)
        chart.draw_beside(second)
        await window.until(lambda: chart.others, "drawn")
        await window.list_runs(2)
        await go_to_run(window, Run(second.path.resolve()))
        await window.press("delete")
        await window.until_asked()
        await window.press("y")
        await window.until(lambda: not chart.others, "not drawn")
        await window.until(lambda: len(window.runs.rows) == 1, "not listed")
        await window.press("z")
        await window.until(lambda: chart.others, "drawn again")
        assert [other.path.resolve() for other in chart.others.values()] == [second.path.resolve()]


def test_runs_that_validate_on_other_images_are_told_apart(scratch: Scratch) -> None:
    first = told_run(scratch, "first")
    alike = told_run(scratch, "alike", edits={"optimizer.args.lr": 0.25})
    other = told_run(scratch, "other", edits={"data_loader.args.validation_split": 0.25})
    assert "on the same images" in of_runs(first, alike)[1].plain
    assert "different images" in of_runs(first, other)[1].plain


def test_a_comparison_says_whose_weights_a_run_began_with(scratch: Scratch) -> None:
    first, second = told_run(scratch, "first"), told_run(scratch, "second")
    parent = str(first.path / "model_best.pth")
    write_json(second.parent_path, {"checkpoint": parent, "weights_only": True})
    said = of_runs(first, second)[1].plain
    assert f"second/{second.id} begins with the weights of first/{first.id}/model_best.pth." in said


async def test_of_two_folders_a_run_each_of_one_name_and_id_both_are_offered(
    scratch: Scratch,
) -> None:
    run = told_run(scratch, "first")
    copy = scratch.path.resolve() / "other" / "first" / run.id
    shutil.copytree(run.path, copy)
    folders.remember(scratch.path / "other")
    async with opened(scratch, WIDE) as window:
        await window.press("1", "d")
        await window.until_shown("Compare the next run with")
        prompt = window.app.screen
        assert isinstance(prompt, Prompt)
        assert [*prompt._choices][1:] == [str(run.path), str(copy)]  # each by its path


async def test_a_run_is_not_compared_with_itself_or_with_nothing(scratch: Scratch) -> None:
    run = told_run(scratch, "first")
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("c")
        assert "open a run first" in window.notices()
        await window.press("enter")
        await window.until_shown("✓ finished")
        await window.list_runs()
        await window.press("c")
        assert "choose another one" in window.notices()
        assert window.app.shown == run


async def test_a_live_run_is_compared_while_it_is_trained(scratch: Scratch) -> None:
    other = told_run(scratch, "other")
    with recorded(scratch.saved.resolve(), "running") as live:
        async with opened(scratch, WIDE, shown=[other]) as window:
            await window.until_shown("✓ finished")
            await window.list_runs(2)
            await go_to_run(window, live)
            await window.press("c")
            await window.until_page()
            await window.press("escape")
            chart = window.main.query_one(LossChart)
            await window.until(lambda: chart.others, "drawn")


async def test_a_run_that_vanished_is_told(scratch: Scratch) -> None:
    first, second = told_run(scratch, "first"), told_run(scratch, "second")
    async with opened(scratch, WIDE, shown=[first]) as window:
        await window.until_shown("✓ finished")
        shutil.rmtree(second.path)
        # Its row may be gone before a key is pressed there.
        window.runs.post_message(ComparisonAsked(second))
        await window.until(lambda: "is gone" in window.notices(), "told")


async def test_runs_of_other_losses_are_told_to_be_compared_by_accuracy(scratch: Scratch) -> None:
    first = told_run(scratch, "first", edits={"loss": "nll_loss"})
    same = told_run(scratch, "same", edits={"loss": {"type": "nll_loss"}})
    smooth = {"type": "cross_entropy", "args": {"label_smoothing": 0.1}}
    other = told_run(scratch, "other", edits={"loss": smooth})
    told = of_runs(first, other)[1].plain
    assert "compare val_accuracy, not val_loss" in told
    told = of_runs(first, same)[1].plain
    assert "loss" not in told.replace("val_", "")


async def test_what_was_set_while_a_run_ran_is_told(scratch: Scratch) -> None:
    first, second = told_run(scratch, "first"), told_run(scratch, "second")
    change = SettingChanged(
        path="optimizer.args.lr", before=0.001, after=0.0625, epoch=0, step=7, time=2.0
    )
    ended = second.journal_path.read_bytes().splitlines(keepends=True)
    second.journal_path.write_bytes(b"".join([*ended[:-1], to_line(change), ended[-1]]))
    title, page = of_runs(first, second)
    assert "first" in title
    assert "optimizer.args.lr" in page.plain
    assert "0.0625" in page.plain
    told = "optimizer.args.lr was 0.001 and is 0.0625 from step 7 on."
    assert f"second/{second.id}: {told}" in page.plain
