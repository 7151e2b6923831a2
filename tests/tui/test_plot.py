"""The loss chart: pictures, sizes, and what must never be lost."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.plot import (
    ASCII,
    UNICODE,
    Cell,
    Glyphs,
    Mark,
    Point,
    Series,
    as_text,
    chart,
    nice_limit,
    nice_ticks,
)
from tui.plot.scale import tick_labels, y_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOTH = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
BEST = Mark(3.0, 0.07, "best 0.07 at epoch 3")


def raw(pairs: Iterable[tuple[float, float]]) -> list[Point]:
    return [Point(x, y, y) for x, y in pairs]


def train(*pairs: tuple[float, float]) -> Series:
    return Series("train", raw(pairs), dashed=False)


def val(*pairs: tuple[float, float]) -> Series:
    return Series("val", raw(pairs), dashed=True)


FALLING = train(*((i / 10, 2.0 / (1 + i / 3)) for i in range(1, 31)))
EPOCHS = val((1.0, 0.12), (2.0, 0.08), (3.0, 0.07))


def draw(
    *series: Series,
    width: int = 50,
    height: int = 12,
    title: str = "loss of a/b",
    x_max: float = 5.0,
    marks: Sequence[Mark] = (),
    glyphs: Glyphs = UNICODE,
) -> list[list[Cell]]:
    return chart(
        series,
        width=width,
        height=height,
        title=title,
        x_label="epoch",
        y_label="loss",
        x_max=x_max,
        marks=marks,
        glyphs=glyphs,
    )


def places(rows: list[list[Cell]], role: str) -> set[tuple[int, int]]:
    """Return the cells of a role in the plot area: the header and the rows below are left out."""
    return {
        (y, x)
        for y, row in enumerate(rows[1:-3], start=1)
        for x, cell in enumerate(row)
        if cell.role == role
    }


def columns(rows: list[list[Cell]], role: str) -> list[int]:
    return sorted({x for _, x in places(rows, role)})


def picture(text: str) -> str:
    return text.strip("\n")


ASCII_PICTURE = """
loss of a/b                      -- train   .. val
 1.5 +*
     | *
 1.0 +  *
     |   *
     |    ***
 0.5 +       ****           o best 0.07 at epoch 3
     |           **************
     |        ..................o
 0.0 +--------+--------+--------+--------+-------+
     0        1        2        3        4       5
                                             epoch
"""

BRAILLE_PICTURE = """
loss of a/b                      ── train   ┄┄ val
 1.5 ┤⠈⡆
     │ ⠸⡀
 1.0 ┤  ⠱⡀
     │   ⠑⡄
     │    ⠉⠢⣀
 0.5 ┤       ⠑⠢⠤⣀           ◆ best 0.07 at epoch 3
     │           ⠉⠉⠑⠒⠒⠤⠤⠤⠤⣀⣀⣀⣀⣀⡀
     │        ⠐ ⠒ ⠒ ⠢ ⠤ ⠤ ⠤ ⠤ ⠤⠈◆
 0.0 ┼────────┬────────┬────────┬────────┬───────┬
     0        1        2        3        4       5
                                             epoch
"""


def test_the_ascii_chart_looks_like_this() -> None:
    rows = draw(FALLING, EPOCHS, marks=[BEST], glyphs=ASCII)
    assert as_text(rows) == picture(ASCII_PICTURE)


def test_the_braille_chart_looks_like_this() -> None:
    rows = draw(FALLING, EPOCHS, marks=[BEST])
    assert as_text(rows) == picture(BRAILLE_PICTURE)


@BOTH
@pytest.mark.parametrize("height", [*range(12), 30])
@pytest.mark.parametrize("width", [*range(16), 20, 40, 100])
def test_every_size_is_exact(width: int, height: int, glyphs: Glyphs) -> None:
    rows = draw(FALLING, EPOCHS, width=width, height=height, marks=[BEST], glyphs=glyphs)
    assert [len(row) for row in rows] == [width] * height
    assert all(len(cell.char) == 1 for row in rows for cell in row)


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-5, 5)


@given(
    st.lists(st.builds(Point, numbers, numbers, numbers), max_size=12),
    st.lists(st.builds(Mark, numbers, numbers, st.text(max_size=30)), max_size=3),
    st.integers(1, 60),
    st.integers(1, 20),
    st.text(max_size=30),
    numbers,
    st.booleans(),
)
def test_nothing_breaks_it(
    points: list[Point],
    marks: list[Mark],
    width: int,
    height: int,
    title: str,
    x_max: float,
    plain: bool,
) -> None:
    points.sort(key=lambda point: point.x)
    rows = draw(
        Series("train", points, dashed=False),
        Series("val", points[::2], dashed=True),
        width=width,
        height=height,
        title=title,
        x_max=x_max,
        marks=marks,
        glyphs=ASCII if plain else UNICODE,
    )
    assert [len(row) for row in rows] == [width] * height
    assert not plain or as_text(rows).isascii()


@BOTH
@pytest.mark.parametrize("dashed", [False, True])
def test_one_spike_in_ten_thousand_points_survives(glyphs: Glyphs, dashed: bool) -> None:
    flat = raw((i / 1000, 0.5) for i in range(1, 10_001))
    for at in (4321, 4360, 4399):
        spiky = [*flat[:at], Point(flat[at].x, 9.5, 9.5), *flat[at + 1 :]]
        rows = draw(
            Series("train", spiky, dashed=dashed), width=60, height=20, x_max=10.0, glyphs=glyphs
        )
        tops = {x for y, x in places(rows, "train") if y <= 2}
        assert tops == {5 + math.ceil(54 * flat[at].x / 10)}


@BOTH
def test_a_bucket_shows_its_minimum_and_its_maximum(glyphs: Glyphs) -> None:
    rows = draw(Series("train", [Point(2.0, 0.0, 1.0)], dashed=False), glyphs=glyphs)
    assert len(columns(rows, "train")) == 1
    assert len(places(rows, "train")) == 8  # the full height of the plot area


@BOTH
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_gap(glyphs: Glyphs, bad: float) -> None:
    whole = draw(train((1.0, 0.5), (2.0, 0.5), (3.0, 0.5), (4.0, 0.5)), glyphs=glyphs)
    broken = draw(train((1.0, 0.5), (2.0, 0.5), (2.5, bad), (3.0, 0.5), (4.0, 0.5)), glyphs=glyphs)
    assert columns(whole, "train") == list(range(14, 42))
    assert columns(broken, "train") == [*range(14, 24), *range(32, 42)]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("at", [0, 4, 9])
def test_a_gap_within_a_column_hides_none_of_its_values(bad: float, at: int) -> None:
    points = [(2.0 + i / 1e5, bad if i == at else float(i % 5)) for i in range(10)]
    rows = draw(train(*points))
    assert {y for y, _ in places(rows, "train")} == set(range(1, 9))


@BOTH
def test_a_curve_has_no_holes(glyphs: Glyphs) -> None:
    rows = draw(train((0.5, 1.0), (1.0, 0.1), (1.1, 0.9), (4.0, 0.0)), glyphs=glyphs)
    cells = places(rows, "train")
    assert columns(rows, "train") == list(range(columns(rows, "train")[0], 42))
    before = range(1, 9)
    for column in columns(rows, "train"):
        ys = [y for y, x in cells if x == column]
        assert len(ys) == max(ys) - min(ys) + 1
        assert min(ys) <= before[-1] + 1
        assert max(ys) >= before[0] - 1
        before = range(min(ys), max(ys) + 1)


@BOTH
def test_a_flat_series_is_a_line(glyphs: Glyphs) -> None:
    for value in (0.0, 0.5, 3.0, -2.0):
        rows = draw(train((0.0, value), (5.0, value)), glyphs=glyphs)
        assert len({y for y, _ in places(rows, "train")}) == 1
        assert columns(rows, "train") == list(range(6, 50))


@BOTH
@pytest.mark.parametrize("x", [0.0, 1.0, 1.37, 2.11, 5.0])
def test_a_single_point_is_visible(glyphs: Glyphs, x: float) -> None:
    assert len(places(draw(val((x, 0.5)), glyphs=glyphs), "val")) == 1


def test_the_end_of_an_epoch_is_at_its_tick() -> None:
    rows = draw(train((3.0, 0.5)), width=50)
    tick = [x for x, cell in enumerate(rows[-3]) if cell.char == "┬"][2]
    assert columns(rows, "train") == [tick]


@BOTH
def test_no_data_leaves_the_axes(glyphs: Glyphs) -> None:
    text = as_text(draw(train(), val(), glyphs=glyphs))
    assert [line.split()[0] for line in text.splitlines() if line[:4].strip()][1:] == [
        "1.00",
        "0.75",
        "0.50",
        "0.25",
        "0.00",
    ]
    assert not places(draw(train(), val(), glyphs=glyphs), "train")


def test_dashes_show_without_hue() -> None:
    rows = draw(val((0.0, 0.5), (5.0, 0.5)))
    drawn = columns(rows, "val")
    assert 20 <= len(drawn) <= 24  # every second of 44
    assert max(b - a for a, b in pairwise(drawn)) == 2


def test_curves_in_one_cell_share_it() -> None:
    alone = draw(train((0.0, 0.5), (5.0, 0.5)))
    both = draw(train((0.0, 0.5), (5.0, 0.5)), val((0.0, 0.1), (1.0, 0.47), (5.0, 0.47)))
    y, x = max(place for place in places(both, "val") if place in places(alone, "train"))
    dots = ord(alone[y][x].char) - 0x2800
    merged = ord(both[y][x].char) - 0x2800
    assert merged & dots == dots
    assert merged > dots


@BOTH
def test_title_legend_labels_and_ticks_are_there(glyphs: Glyphs) -> None:
    rows = draw(FALLING, EPOCHS, glyphs=glyphs)
    lines = as_text(rows).splitlines()
    assert lines[0].startswith("loss of a/b  ")
    assert lines[0].endswith("-- train   .. val" if glyphs is ASCII else "── train   ┄┄ val")
    assert lines[-2].split() == ["0", "1", "2", "3", "4", "5"]
    assert lines[-1].split() == ["epoch"]
    assert [line.split()[0] for line in lines[1:-2] if line[0:4].strip()] == [
        "1.5",
        "1.0",
        "0.5",
        "0.0",
    ]
    legend = [cell.role for cell in rows[0] if cell.char == glyphs.solid_sample[0]]
    assert legend == ["train", "train"]


@BOTH
def test_a_long_title_is_cut_and_the_legend_stays(glyphs: Glyphs) -> None:
    line = as_text(draw(FALLING, EPOCHS, title="x" * 80, glyphs=glyphs)).splitlines()[0]
    assert len(line) == 50
    assert glyphs.ellipsis + "   " in line
    assert line.endswith("val")


def test_a_title_without_room_gives_way_to_the_label() -> None:
    line = as_text(draw(FALLING, EPOCHS, width=28, title="x" * 80)).splitlines()[0]
    assert line.startswith("loss  ")


@BOTH
@pytest.mark.parametrize("x", [0.0, 0.3, 2.5, 4.9, 5.0])
def test_a_mark_and_its_note_are_there_in_full(glyphs: Glyphs, x: float) -> None:
    rows = draw(FALLING, EPOCHS, marks=[Mark(x, 0.07, "best 0.07")], glyphs=glyphs)
    assert "best 0.07" in as_text(rows)
    at = max(6, 5 + math.ceil(x * 44 / 5))
    assert any(row[at] == Cell(glyphs.mark, "note") for row in rows)


def test_a_note_hides_no_curve_where_there_is_room() -> None:
    without = draw(FALLING, EPOCHS, height=16)
    marked = draw(FALLING, EPOCHS, height=16, marks=[Mark(1.0, 0.12, "best 0.12 at epoch 1")])
    hidden = (places(without, "train") | places(without, "val")) & places(marked, "note")
    assert len(hidden) == 1  # the mark itself


def test_the_numbers_are_written_in_full_however_long() -> None:
    spike = train(*((i / 20, 123_456.0 if i == 50 else 0.5) for i in range(1, 101)))
    rows = draw(spike)
    assert {"150000", "100000", "50000"} <= set(as_text(rows).split())
    assert columns(rows, "train")[-1] == 49


def test_two_notes_do_not_hide_each_other() -> None:
    marks = [Mark(2.0, 0.5, "first words"), Mark(2.0, 0.5, "second words")]
    text = as_text(draw(FALLING, marks=marks))
    assert "first words" in text
    assert "second words" in text


@pytest.mark.parametrize("mark", [Mark(math.nan, 1.0, "n"), Mark(1.0, math.inf, "n")])
def test_a_mark_that_is_nowhere_is_not_drawn(mark: Mark) -> None:
    assert draw(FALLING, marks=[mark]) == draw(FALLING)


def test_ascii_is_ascii_whatever_it_is_given() -> None:
    rows = draw(
        FALLING, title="Größe 漢字\n\x1b[2J", marks=[Mark(1.0, 1.0, "naïve ◆")], glyphs=ASCII
    )
    text = as_text(rows)
    assert text.isascii()
    assert "Gr??e ????[2J" in text
    assert "na?ve ?" in text


def test_wide_and_unprintable_characters_do_not_move_the_rest() -> None:
    text = as_text(draw(FALLING, title="Größe 漢字\x1b")).splitlines()[0]
    assert text.startswith("Größe ???  ")


@BOTH
@pytest.mark.parametrize("known", [1, 7, 500, 1500])
def test_old_cells_stay_when_points_come(glyphs: Glyphs, known: int) -> None:
    points = raw((i / 600, 1.0 + 0.9 * math.sin(i * i) * math.cos(i / 90)) for i in range(1, 3001))
    few, many = points[:known], points
    low, high = Point(0.0, 0.0, 0.0), Point(0.0, 2.0, 2.0)  # the same y axis for both
    for dashed in (False, True):
        before, after = (
            draw(Series("train", [low, high, *part], dashed=dashed), width=90, glyphs=glyphs)
            for part in (few, many)
        )
        # The column of the newest point may still fill up.
        settled = 6 + int(84 * few[-1].x / 5) - 1
        assert [row[:settled] for row in before] == [row[:settled] for row in after]
        ink = places(before, "train")
        assert ink <= places(after, "train")


@pytest.mark.parametrize(
    ("x", "limit"),
    [(0, 1), (1, 1), (1.01, 2), (3, 5), (6, 10), (10, 10), (11, 20), (100, 100), (2001, 5000)],
)
def test_the_x_axis_ends_at_a_round_number(x: float, limit: float) -> None:
    assert nice_limit(x) == limit


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e6), st.integers(2, 12))
def test_ticks_enclose_the_data_evenly(low: float, length: float, most: int) -> None:
    ticks = nice_ticks(low, low + length, most)
    assert 2 <= len(ticks) <= most
    slack = 1e-6 * (ticks[-1] - ticks[0])
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + length - slack
    steps = [b - a for a, b in pairwise(ticks)]
    assert max(steps) - min(steps) <= slack
    labels = tick_labels(ticks)
    assert len(set(labels)) == len(labels)
    assert len({len(label.partition(".")[2]) for label in labels if label != "0"}) == 1


def test_ticks_are_round() -> None:
    assert nice_ticks(0.0, 2.3, 8) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert nice_ticks(0.8, 0.9, 6) == [0.8, 0.82, 0.84, 0.86, 0.88, 0.9]
    assert nice_ticks(0.0, 3.0, 7, whole=True) == [0.0, 1.0, 2.0, 3.0]
    assert tick_labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert tick_labels([0.0, 1e9, 2e9]) == ["0", "1.0e+09", "2.0e+09"]


def test_the_y_axis_begins_at_zero_unless_that_wastes_half_of_it() -> None:
    assert y_scale(0.1, 2.0, 6).low == 0.0
    assert y_scale(0.8, 0.9, 6).low == 0.8
    assert y_scale(-0.4, 0.9, 6).low < 0.0
