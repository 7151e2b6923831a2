"""Rows drawn as one piece of text look as Textual draws them cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.text import Text
from scratch import told_run
from textual.widgets import DataTable
from window import NARROW, USUAL, WIDE, opened

if TYPE_CHECKING:
    from scratch import Scratch
    from textual.strip import Strip

NAMES = ("[/x] run", "[@click=app.exit()]", "한글 실험", "tiny", "a" * 60)


def pieces(strip: Strip) -> tuple[str, set[str]]:
    """What is written, and in which styles."""
    return strip.text, {str(segment.style) for segment in strip if segment.cell_length}


@pytest.mark.parametrize("size", [NARROW, USUAL, WIDE])
async def test_a_row_looks_as_its_cells_do(scratch: Scratch, size: tuple[int, int]) -> None:
    for name in NAMES:
        told_run(scratch, name)
    async with opened(scratch, size) as window:
        await window.list_runs(len(NAMES))
        await window.press("down")
        table = window.runs.table
        await window.pilot.hover(table, (3, 1))
        assert table.hover_row != table.cursor_row
        for y in range(table.size.height):
            assert pieces(table.render_line(y)) == pieces(DataTable.render_line(table, y))


async def test_a_click_on_a_row_and_on_a_heading_hit_what_they_show(scratch: Scratch) -> None:
    for name in ("one", "two"):
        told_run(scratch, name)
    async with opened(scratch, WIDE) as window:
        await window.list_runs(2)
        table = window.runs.table
        rows = [str(table.get_row_at(index)[0]) for index in range(table.row_count)]
        other = 1 - table.cursor_row if table.cursor_row < 2 else 1
        await window.pilot.click(table, (40, 1 + other))
        await window.settle()
        assert table.cursor_row == other, rows
        assert isinstance(table.get_row_at(other)[0], Text)
        await window.pilot.click(table, (4, 0))
        await window.settle()
        assert window.runs.order.column == "run"
