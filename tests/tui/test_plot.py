"""The loss chart: pictures, sizes, and what must never be lost."""

from __future__ import annotations

import math
import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.cells import Cell
from tui.plot import (
    ASCII,
    BLOCKS,
    BRAILLE,
    EVERY_GLYPHS,
    Glyphs,
    Mark,
    Plot,
    Rule,
    Series,
    Stroke,
    as_text,
    chart,
    nice_limit,
    nice_ticks,
    smoothed,
)
from tui.plot.scale import log_scale, tick_labels, y_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALL = pytest.mark.parametrize("glyphs", EVERY_GLYPHS, ids=["braille", "blocks", "ascii"])
BEST = Mark(3.0, 0.07, "best 0.07 at epoch 3")


Triple = tuple[float, float, float]


def raw(pairs: Iterable[tuple[float, float]]) -> list[Triple]:
    return [(x, y, y) for x, y in pairs]


def series(name: str, points: Sequence[Triple], *, dashed: bool = False, **more: Any) -> Series:
    xs, lows, highs = ([point[i] for point in points] for i in range(3))
    stroke = Stroke.DASHED if dashed else Stroke.SOLID
    return Series(name, xs, lows, highs, **{"role": name, "stroke": stroke, **more})


def train(*pairs: tuple[float, float]) -> Series:
    return series("train", raw(pairs))


def val(*pairs: tuple[float, float]) -> Series:
    return series("val", raw(pairs), dashed=True)


FALLING = train(*((i / 10, 2.0 / (1 + i / 3)) for i in range(1, 31)))
EPOCHS = val((1.0, 0.12), (2.0, 0.08), (3.0, 0.07))


def draw(
    *curves: Series,
    width: int = 50,
    height: int = 12,
    glyphs: Glyphs = BRAILLE,
    **more: Any,
) -> list[list[Cell]]:
    known: dict[str, Any] = {
        "title": "loss of a/b", "x_label": "epoch", "y_label": "loss", "x_max": 5.0,
    }  # fmt: skip
    plot = Plot(series=curves, **known | more)
    return chart(plot, width=width, height=height, glyphs=glyphs).rows


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
loss of a/b                      ** train   .. val
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


@ALL
def test_every_size_is_exact(glyphs: Glyphs) -> None:
    other = series("other", raw([(1.0, 0.3)]), role="other1", stroke=Stroke.DOTTED)
    for width, height in product((*range(16), 20, 40, 100), (*range(12), 30)):
        for curves in ((FALLING, EPOCHS), (FALLING, EPOCHS, other)):
            rows = draw(*curves, width=width, height=height, marks=[BEST], glyphs=glyphs)
            assert [len(row) for row in rows] == [width] * height
            assert all(len(cell.char) == 1 for row in rows for cell in row)


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-5, 5)


@given(
    st.lists(st.tuples(numbers, numbers, numbers), max_size=12),
    st.lists(st.builds(Mark, numbers, numbers, st.text(max_size=30)), max_size=3),
    st.lists(st.builds(Rule, numbers, st.text(max_size=30)), max_size=3),
    st.integers(1, 60),
    st.integers(1, 20),
    st.text(max_size=30),
    st.tuples(numbers, numbers, numbers, st.none() | numbers),
    st.booleans(),
    st.sampled_from(EVERY_GLYPHS),
)
@settings(max_examples=200)
def test_nothing_breaks_it(
    points: list[Triple],
    marks: list[Mark],
    rules: list[Rule],
    width: int,
    height: int,
    words: str,
    places: tuple[float, float, float, float | None],
    log_y: bool,
    glyphs: Glyphs,
) -> None:
    points.sort(key=lambda point: point[0])
    x_min, x_max, fit_from, crosshair = places
    rows = draw(
        series("train", points),
        series("val", points[::2], dashed=True),
        series("", points[::3], role="train-faint", behind=True),
        series(words, points[::3], role="other1", stroke=Stroke.DASH_DOTTED),
        width=width,
        height=height,
        title=words,
        note=words,
        x_min=x_min,
        x_max=x_max,
        fit_from=fit_from,
        crosshair=crosshair,
        log_y=log_y,
        marks=marks,
        rules=rules,
        saved=[point[0] for point in points],
        glyphs=glyphs,
    )
    assert [len(row) for row in rows] == [width] * height
    assert glyphs is not ASCII or as_text(rows).isascii()


@ALL
@pytest.mark.parametrize("dashed", [False, True])
def test_one_spike_in_ten_thousand_points_survives(glyphs: Glyphs, dashed: bool) -> None:
    flat = raw((i / 1000, 0.5) for i in range(1, 10_001))
    for at in (4321, 4360, 4399):
        spiky = [*flat[:at], (flat[at][0], 9.5, 9.5), *flat[at + 1 :]]
        rows = draw(
            series("train", spiky, dashed=dashed), width=60, height=20, x_max=10.0, glyphs=glyphs
        )
        tops = {x for y, x in places(rows, "train") if y <= 2}
        assert tops == {5 + math.ceil(54 * flat[at][0] / 10)}


@ALL
def test_a_bucket_shows_its_minimum_and_its_maximum(glyphs: Glyphs) -> None:
    rows = draw(series("train", [(2.0, 0.0, 1.0)]), glyphs=glyphs)
    assert len(columns(rows, "train")) == 1
    assert len(places(rows, "train")) == 8  # the full height of the plot area


@ALL
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


@ALL
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


@ALL
def test_a_flat_series_is_a_line(glyphs: Glyphs) -> None:
    for value in (0.0, 0.5, 3.0, -2.0):
        rows = draw(train((0.0, value), (5.0, value)), glyphs=glyphs)
        assert len({y for y, _ in places(rows, "train")}) == 1
        assert columns(rows, "train") == list(range(6, 50))


@ALL
@pytest.mark.parametrize("x", [0.0, 1.0, 1.37, 2.11, 5.0])
def test_a_single_point_is_visible(glyphs: Glyphs, x: float) -> None:
    assert len(places(draw(val((x, 0.5)), glyphs=glyphs), "val")) == 1


def test_the_end_of_an_epoch_is_at_its_tick() -> None:
    rows = draw(train((3.0, 0.5)), width=50)
    tick = [x for x, cell in enumerate(rows[-3]) if cell.char == "┬"][2]
    assert columns(rows, "train") == [tick]


@ALL
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


@ALL
def test_title_legend_labels_and_ticks_are_there(glyphs: Glyphs) -> None:
    rows = draw(FALLING, EPOCHS, glyphs=glyphs)
    lines = as_text(rows).splitlines()
    assert lines[0].startswith("loss of a/b  ")
    assert lines[0].endswith(f"{glyphs.samples[0]} train   {glyphs.samples[1]} val")
    assert lines[-2].split() == ["0", "1", "2", "3", "4", "5"]
    assert lines[-1].split() == ["epoch"]
    assert [line.split()[0] for line in lines[1:-2] if line[0:4].strip()] == [
        "1.5",
        "1.0",
        "0.5",
        "0.0",
    ]
    legend = [cell.role for cell in rows[0] if cell.char == glyphs.samples[0][0]]
    assert legend == ["train", "train"]


@ALL
def test_a_long_title_is_cut_and_the_legend_stays(glyphs: Glyphs) -> None:
    line = as_text(draw(FALLING, EPOCHS, title="x" * 80, glyphs=glyphs)).splitlines()[0]
    assert len(line) == 50
    assert glyphs.ellipsis + "   " in line
    assert line.endswith("val")


def test_a_title_without_room_gives_way_to_the_label() -> None:
    line = as_text(draw(FALLING, EPOCHS, width=28, title="x" * 80)).splitlines()[0]
    assert line.startswith("loss  ")


@ALL
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
    assert text.startswith("Größe 漢字?  ")
    assert cell_len(text) == 50


@ALL
@pytest.mark.parametrize("known", [1, 7, 500, 1500])
def test_old_cells_stay_when_points_come(glyphs: Glyphs, known: int) -> None:
    points = raw((i / 600, 1.0 + 0.9 * math.sin(i * i) * math.cos(i / 90)) for i in range(1, 3001))
    few, many = points[:known], points
    low, high = (0.0, 0.0, 0.0), (0.0, 2.0, 2.0)  # the same y axis for both
    for dashed in (False, True):
        before, after = (
            draw(series("train", [low, high, *part], dashed=dashed), width=90, glyphs=glyphs)
            for part in (few, many)
        )
        # The column of the newest point may still fill up.
        settled = 6 + int(84 * few[-1][0] / 5) - 1
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


BLOCKS_PICTURE = """
loss of a/b                      ▄▄ train   ▖▖ val
 1.5 ┤▝▖
     │ ▐
 1.0 ┤  ▚
     │   ▀▖
     │    ▀▚▄
 0.5 ┤       ▀▚▄▄           ◆ best 0.07 at epoch 3
     │           ▀▀▀▀▀▄▄▄▄▄▄▄▄▄▖
     │        ▝ ▀ ▀ ▚ ▄ ▄ ▄ ▄ ▄▝◆
 0.0 ┼────────┬────────┬────────┬────────┬───────┬
     0        1        2        3        4       5
                                             epoch
"""


def test_the_chart_in_blocks_looks_like_this() -> None:
    rows = draw(FALLING, EPOCHS, marks=[BEST], glyphs=BLOCKS)
    assert as_text(rows) == picture(BLOCKS_PICTURE)


def test_other_runs_have_a_legend_of_their_own_and_a_stroke_each() -> None:
    others = [
        series(name, raw([(0.0, level), (5.0, level)]), role=f"other{number}", stroke=stroke)
        for number, (name, level, stroke) in enumerate(
            [("한글", 0.2, Stroke.DOTTED), ("b", 0.4, Stroke.LONG_DASHED), ("c", 0.6, Stroke(4))], 1
        )
    ]
    for glyphs in EVERY_GLYPHS:
        rows = draw(FALLING, EPOCHS, *others, glyphs=glyphs)
        lines = as_text(rows).splitlines()
        samples = glyphs.samples
        assert lines[0].endswith(f"{samples[0]} train   {samples[1]} val")
        name = "??" if glyphs is ASCII else "한글"
        assert lines[1].strip() == f"{samples[2]} {name}   {samples[3]} b   {samples[4]} c"
        inks = [
            {cell.char for row in rows[2:-3] for cell in row if cell.role == one.role} - {" "}
            for one in others
        ]
        widths = [len(columns(rows, one.role)) for one in others]
        # By character where a cell is one pixel, else by how much of the line is drawn.
        assert len(set(map(frozenset, inks))) == 3 or len(set(widths)) == 3


def test_without_a_row_of_its_own_the_legend_of_others_is_beside_the_other() -> None:
    other = series("run b", raw([(1.0, 1.0)]), role="other1", stroke=Stroke.DOTTED)
    line = as_text(draw(FALLING, EPOCHS, other, height=8)).splitlines()[0]
    assert line == "loss of a/b           ── train   ┄┄ val   ·· run b"


def test_a_line_comes_in_from_the_left_and_goes_out_to_the_right_when_zoomed() -> None:
    curve = train((0.0, 0.0), (10.0, 10.0))
    for glyphs in EVERY_GLYPHS:
        rows = draw(curve, x_min=4.0, x_max=5.0, glyphs=glyphs)
        assert columns(rows, "train") == list(range(6, 50))
        labels = [line[:5].strip() for line in as_text(rows).splitlines()[1:10]]
        assert {"4.00", "5.00"} <= set(labels)
        assert as_text(rows).splitlines()[-2].split()[0] == "4.0"


def test_a_gap_is_a_gap_when_zoomed_too() -> None:
    curve = train((0.0, 0.5), (10.0, math.nan), (20.0, 0.5))
    assert not columns(draw(curve, x_min=4.0, x_max=5.0), "train")


@ALL
def test_the_beginning_is_cut_off_and_the_cut_says_how_high_it_was(glyphs: Glyphs) -> None:
    curve = train((0.01, 2.31), (0.02, 1.8), (0.1, 0.5), (1.0, 0.2), (2.0, 0.1))
    rows = draw(curve, fit_from=0.05, x_max=2.0, glyphs=glyphs)
    text = as_text(rows)
    assert f"{glyphs.above} 2.31" in text.splitlines()[1]
    assert text.splitlines()[1].startswith("0.50")
    # Until something comes after the cut everything is shown.
    assert glyphs.above not in as_text(draw(train((0.01, 2.31)), fit_from=0.05, glyphs=glyphs))


def test_what_follows_the_cut_in_the_same_column_is_still_shown_in_full() -> None:
    curve = train((0.01, 2.31), (0.06, 1.2), (0.1, 0.5), (50.0, 0.2))
    rows = draw(curve, fit_from=0.05, x_max=100.0)
    assert as_text(rows).splitlines()[1].startswith(" 1.5")
    assert "▲ 2.31" in as_text(rows)


def test_the_words_of_a_cut_and_of_a_line_beside_it_keep_apart() -> None:
    curve = train((0.01, 2.31), (0.02, 1.8), (0.1, 0.5), (1.0, 0.2), (2.0, 0.1))
    for x in (0.01, 0.05, 0.1, 0.2):
        text = as_text(draw(curve, fit_from=0.05, x_max=2.0, rules=[Rule(x, "resumed")]))
        assert re.search(r"▲ 2\.31($|[^\w.])", text, re.MULTILINE), text
        assert re.search(r"(?<!\w)resumed", text), text
        # Long words in a narrow chart: there is no row for both, and neither covers the other.
        rule = Rule(x, "lr 0.05 → 0.01")
        text = as_text(draw(curve, fit_from=0.05, x_max=2.0, width=30, rules=[rule]))
        assert re.search(r"▲ 2\.31($|[^\w.])", text, re.MULTILINE), text
        assert "0.05 → 0.01" not in text or "lr 0.05 → 0.01" in text, text


def test_a_beginning_that_is_too_low_is_marked_at_the_bottom() -> None:
    curve = train((0.01, 0.1), (0.1, 0.9), (1.0, 0.95), (2.0, 0.99))
    assert "▼ 0.1" in as_text(draw(curve, fit_from=0.05, x_max=2.0)).splitlines()[8]


def test_a_spike_after_the_cut_is_shown_in_full() -> None:
    curve = train((0.01, 9.0), (0.1, 0.5), (1.0, 4.0), (1.01, 0.5), (2.0, 0.1))
    rows = draw(curve, fit_from=0.05, x_max=2.0)
    assert {y for y, _ in places(rows, "train")} == set(range(1, 9))
    assert "▲ 9" in as_text(rows)


def test_a_logarithmic_axis_has_equal_steps_for_equal_factors() -> None:
    curve = train(*((i / 100, 10.0 ** (-i / 100)) for i in range(1, 401)))
    rows = draw(curve, x_max=4.0, height=20, log_y=True)
    text = as_text(rows).splitlines()
    at = [
        next(y for y, line in enumerate(text) if line.split()[:1] == [label])
        for label in ("1", "0.1", "0.01", "0.001")
    ]
    assert {b - a for a, b in pairwise(at)} == {4}
    ys = [min(y for y, x in places(rows, "train") if x == column) for column in range(8, 48)]
    assert ys == sorted(ys)


def test_a_low_logarithmic_axis_has_more_than_two_numbers() -> None:
    assert log_scale(0.03, 2.3, 4).labels == ("0.02", "0.1", "0.5", "2")
    assert log_scale(1e-6, 3, 4).labels == ("1e-06", "0.0001", "0.01", "1")


def test_what_is_not_above_zero_has_no_place_on_a_logarithmic_axis() -> None:
    curve = train((1.0, 0.5), (2.0, 0.0), (3.0, -1.0), (4.0, 0.5))
    drawn = columns(draw(curve, log_y=True), "train")
    assert len(drawn) == 2
    bucket = series("train", [(2.0, 0.0, 1.0), (3.0, 0.5, 0.5)])
    assert len(places(draw(bucket, log_y=True), "train")) > 4  # down to the bottom of the axis


@given(st.floats(1e-6, 1e6), st.floats(1, 1e6), st.integers(2, 12))
def test_logarithmic_ticks_enclose_the_data(low: float, factor: float, most: int) -> None:
    scale = log_scale(low, low * factor, most)
    assert scale.low <= math.log10(low) + 1e-6
    assert scale.high >= math.log10(low * factor) - 1e-6
    assert 1 <= len(scale.ticks) <= most
    assert [float(label) for label in scale.labels] == pytest.approx(
        [10**tick for tick in scale.ticks]
    )


def test_what_is_behind_never_hides_what_is_in_front() -> None:
    noisy = raw((i / 100, 0.5 + (i % 7) / 20) for i in range(1, 500))
    faint = series("", noisy, role="train-faint", behind=True)
    calm = train((0.0, 0.6), (5.0, 0.6))
    for glyphs in EVERY_GLYPHS:
        for order in ((faint, calm), (calm, faint)):
            rows = draw(*order, glyphs=glyphs)
            assert columns(rows, "train") == list(range(6, 50))
            assert len(places(rows, "train-faint")) > 50
    assert "train-faint" not in as_text(rows).splitlines()[0]


def test_lines_stand_behind_the_curves_with_their_words_where_they_hide_nothing() -> None:
    rules = [Rule(1.0, "resumed"), Rule(4.0, "lr 0.1 → 0.01"), Rule(9.0, "nowhere")]
    for glyphs in EVERY_GLYPHS:
        without = draw(FALLING, EPOCHS, glyphs=glyphs)
        rows = draw(FALLING, EPOCHS, rules=rules, glyphs=glyphs)
        assert places(without, "train") == places(rows, "train")
        assert places(without, "val") == places(rows, "val")
        text = as_text(rows)
        assert "resumed" in text
        assert "lr 0.1" in text
        assert "nowhere" not in text
        for x in (14, 41):
            assert sum(row[x].char == glyphs.rule for row in rows) >= 5


def test_checkpoints_are_ticks_on_the_axis() -> None:
    rows = draw(FALLING, saved=[0.5, 2.0, 9.0])
    axis = "".join(cell.char for cell in rows[-3])
    assert axis.count("┴") == 1
    assert axis[5 + math.ceil(44 * 0.5 / 5)] == "┴"
    assert axis[5 + math.ceil(44 * 2.0 / 5)] == "┼"


def test_the_crosshair_is_a_line_and_its_reading_has_a_row_of_its_own() -> None:
    for glyphs in EVERY_GLYPHS:
        still = draw(FALLING, EPOCHS, glyphs=glyphs)
        rows = draw(FALLING, EPOCHS, crosshair=2.0, note="epoch 2.00  train 0.2", glyphs=glyphs)
        assert places(still, "train") == places(rows, "train")
        assert as_text(rows).splitlines()[-1].split() == ["epoch", "2.00", "train", "0.2", "epoch"]
        changed = {
            x for a, b in zip(still[:-1], rows[:-1], strict=True) for x in range(50) if a[x] != b[x]
        }
        assert changed == {5 + math.ceil(44 * 2 / 5)}  # nothing else moves


def test_a_long_reading_takes_the_place_of_the_label() -> None:
    rows = draw(FALLING, crosshair=2.0, note="x" * 48)
    assert as_text(rows).splitlines()[-1] == "x" * 48


FINITE = st.floats(-100, 100)


@given(st.lists(FINITE, min_size=1, max_size=40), st.sampled_from([0.0, 0.6, 0.9]))
def test_an_average_stays_within_what_it_averages(values: list[float], weight: float) -> None:
    averages = smoothed(values, weight)
    assert len(averages) == len(values)
    for number, average in enumerate(averages, 1):
        assert min(values[:number]) - 1e-9 <= average <= max(values[:number]) + 1e-9
    assert averages[0] == pytest.approx(values[0])
    if not weight:
        assert averages == pytest.approx(values)


@given(FINITE, st.integers(1, 50), st.sampled_from([0.6, 0.9]))
def test_the_average_of_a_level_is_that_level_from_the_start(
    level: float, count: int, weight: float
) -> None:
    assert smoothed([level] * count, weight) == pytest.approx([level] * count)


def test_an_average_begins_anew_after_a_gap() -> None:
    first, gap, second, third = smoothed([8.0, math.nan, 1.0, 3.0], 0.5)
    assert (first, second) == (8.0, 1.0)
    assert math.isnan(gap)
    assert third == pytest.approx((1.0 * 0.25 + 3.0 * 0.5) / 0.75)
