"""Cells: what is sent to the terminal when they change."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App
from textual.geometry import Region

from tui.cells import Cell, Row, cells, fit
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.app import ComposeResult


class Lines(CellWidget, roles=("text", "bad")):
    """Shows lines of text."""

    lines: tuple[str, ...] = ("",)

    def draw(self, width: int, height: int) -> list[Row]:
        return [cells(line) for line in self.lines]


class LinesApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Lines()


@contextlib.asynccontextmanager
async def shown(*lines: str) -> AsyncIterator[Lines]:
    """A widget of 20 x 4 that shows some lines."""
    app = LinesApp()
    async with app.run_test(size=(20, 4)) as pilot:
        widget = app.query_one(Lines)
        change(widget, *lines)
        await pilot.pause()
        yield widget


def change(widget: Lines, *lines: str) -> list[Region]:
    """Show other lines; returns what had to be drawn anew, None for everything."""
    asked: list[Any] = []
    with patch.object(widget, "refresh", lambda *regions, **_: asked.append(regions)):
        widget.lines = lines
        widget.update()
    for regions in asked:
        widget.refresh(*regions)
    return [region for regions in asked for region in (regions or (widget.size.region,))]


def on_screen(widget: Lines) -> list[str]:
    return [strip.text.rstrip() for strip in widget.screen._compositor.render_strips()]


async def test_nothing_new_sends_nothing() -> None:
    async with shown("loss 0.5", "lr 0.001") as widget:
        assert change(widget, "loss 0.5", "lr 0.001") == []


async def test_only_the_span_that_changed_is_sent() -> None:
    async with shown("loss 0.5000 lr", "lr 0.001") as widget:
        assert change(widget, "loss 0.4990 lr", "lr 0.001") == [Region(7, 0, 3, 1)]


async def test_each_line_that_changed_has_a_span_of_its_own() -> None:
    async with shown("one", "two", "three") as widget:
        assert change(widget, "One", "two", "threE") == [Region(0, 0, 1, 1), Region(4, 2, 1, 1)]


async def test_a_line_that_goes_away_is_cleared() -> None:
    async with shown("one", "two") as widget:
        assert change(widget, "one") == [Region(0, 1, 3, 1)]


async def test_another_role_is_a_change() -> None:
    class Marked(Lines, roles=("text", "bad")):
        role = "text"

        def draw(self, width: int, height: int) -> list[Row]:
            return [cells("same", self.role)]

    class MarkedApp(App[None]):
        def compose(self) -> ComposeResult:
            yield Marked()

    app = MarkedApp()
    async with app.run_test(size=(20, 4)) as pilot:
        widget = app.query_one(Marked)
        await pilot.pause()
        widget.role = "bad"
        assert change(widget) == [Region(0, 0, 4, 1)]


async def test_another_size_draws_everything() -> None:
    async with shown("one") as widget:
        assert on_screen(widget)[0] == "one"
        widget._rows = widget._rows[:2]
        assert change(widget, "one") == [Region(0, 0, 20, 4)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("한글", "한국"),
        ("한글", "글글"),
        ("ab글", "a한글"),
        ("한글", "abcd"),
        ("abcd", "한글"),
    ],
)
async def test_a_wide_character_is_sent_whole(before: str, after: str) -> None:
    async with shown(before) as widget:
        (region,) = change(widget, after)
        row = fit(cells(after), 20)
        assert row[region.x].char, "begins inside a wide character"
        assert row[region.right].char, "ends inside a wide character"


PIECES = st.text("ab한글é\u0301 ", max_size=5)


@given(PIECES, PIECES, PIECES, PIECES)
def test_the_spans_of_any_two_lines_are_whole_and_hold_all_that_differs(
    start: str, before: str, after: str, end: str
) -> None:
    from tui.widgets.cells import _changed

    old, new = (fit(cells(start + middle + end), 20) for middle in (before, after))
    if old == new:
        return
    region = _changed(old, new, 0)
    assert all(old[x] == new[x] for x in [*range(region.x), *range(region.right, 20)])
    assert new[region.x].char
    assert region.right == 20 or new[region.right].char


@given(st.text("ab한글…", max_size=30), st.integers(0, 20))
def test_a_row_fits_exactly_whatever_is_cut(text: str, width: int) -> None:
    row = fit(cells(text), width)
    assert len(row) == width
    assert sum(cell_len(cell.char) for cell in row) == width


def test_a_row_that_is_cut_ends_in_an_ellipsis() -> None:
    assert "".join(cell.char for cell in fit(cells("abcdef"), 4)) == "abc…"
    assert "".join(cell.char for cell in fit(cells("한글한글"), 4)) == "한 …"
    assert "".join(cell.char for cell in fit(cells("abc"), 5)) == "abc  "


def test_a_wide_character_is_followed_by_an_empty_cell() -> None:
    assert cells("a한", "note") == [Cell("a", "note"), Cell("한", "note"), Cell("", "note")]


def test_an_accent_stays_with_its_letter() -> None:
    assert [cell.char for cell in cells("e\u0301a")] == ["e\u0301", "a"]


def test_an_accent_stays_with_a_wide_character() -> None:
    assert [cell.char for cell in cells("글\u0301a")] == ["글\u0301", "", "a"]
