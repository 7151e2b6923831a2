"""The log as it is looked at: levels, search, following, wrapping."""

from __future__ import annotations

from textual.binding import Binding

from core.record.log_lines import LogLine, LogLines
from tui.cells import cells, wrap
from tui.live.log_view import LogView
from tui.widgets.device_list import DeviceList
from tui.widgets.device_pane import DevicePane
from tui.widgets.epoch_table import EpochTable
from tui.widgets.live_pane import LivePane
from tui.widgets.log_pane import LogPane

AT = "2026-11-23 14:22:3"


def lines(*texts: str) -> tuple[LogLine, ...]:
    log = LogLines()
    log.add(f"{AT}{index % 10}  {text}" for index, text in enumerate(texts))
    return log.newest()


def drawn(pane: LogPane, width: int = 40, height: int = 5) -> list[str]:
    return ["".join(cell.char for cell in row).rstrip() for row in pane.draw(width, height)]


def test_the_least_level_goes_round() -> None:
    view = LogView(lines("step 1 of epoch 1: loss 1", "fine", "WARNING odd", "failed: no"))
    shown = []
    for _ in range(4):
        shown.append((view.least, len(view.shown)))
        view = view.next_level()
    assert shown == [("info", 3), ("warning", 2), ("error", 1), ("debug", 4)]


def test_scrolling_up_stops_following_and_the_end_follows_again() -> None:
    view = LogView(lines(*"abcdefgh"))
    held = view.moved(-2, first=3)
    assert (held.follows, held.last) == (False, 5)
    more = held.grown(lines(*"abcdefghij"))
    assert more.last == 5
    assert more.moved(-100, first=3).last == 3
    assert more.moved(100, first=3).follows


def test_a_search_begins_at_the_end_and_goes_round() -> None:
    view = LogView(lines("Loss 1", "x", "loss 2", "y", "LOSS 3")).found("loss")
    assert (view.last, view.match, len(view.matches)) == (4, 3, 3)
    assert [view.to_match(-1).last, view.to_match(-1).to_match(-1).last] == [2, 0]
    assert view.to_match(1).last == 0
    between = view.moved(-1, first=0)
    assert (between.match, between.to_match(-1).last, between.to_match(1).last) == (None, 2, 4)
    assert view.found("nothing").matches == ()
    assert view.found("nothing").to_match(1).last == 4


def test_the_pane_wraps_marks_and_says_how_it_looks() -> None:
    pane = LogPane()
    assert drawn(pane)[1] == "the log of the run will be here"
    pane.view = LogView(lines("short", "a line that is much too long for the width there is"))
    assert drawn(pane, 60)[0].startswith("log: info and above (v)   find (/)   follows")
    assert drawn(pane)[1:] == [
        "14:22:30  short", "14:22:31  a line that is much too long", "  for the width there is",
    ]  # fmt: skip
    pane.action_wrap()
    assert len(drawn(pane)) == 3
    pane.find("short")
    assert '"short" 1 of 1 (n N)   held (end)   wrap off (w)' in drawn(pane, 120)[0]
    for width in range(30, 90):
        assert drawn(pane, width)[0].rstrip().endswith((")", "follows")), width
    (row,) = pane.draw(40, 2)[1:]
    assert "".join(cell.char for cell in row if cell.role == "chosen") == "short"
    pane.action_level()
    assert drawn(pane)[1] == "no line of this level: v shows others"


def test_the_date_is_shown_where_the_log_spans_days() -> None:
    pane = LogPane()
    log = LogLines()
    log.add(["2026-11-23 23:59:59  one", "2026-11-24 00:00:01  two"])
    pane.view = LogView(log.newest())
    assert drawn(pane)[1:] == ["2026-11-23 23:59:59  one", "2026-11-24 00:00:01  two"]


def test_a_long_log_is_drawn_from_its_end_alone() -> None:
    pane = LogPane()
    pane.view = LogView(lines(*(f"line {number}" for number in range(3000))))
    assert drawn(pane, height=3)[-1].endswith("line 2999")
    pane.action_scroll_rows(-(10**9))
    assert drawn(pane, height=3)[1].endswith("line 1000")


def test_rows_are_broken_between_words_and_never_inside_a_wide_character() -> None:
    def broken(text: str, width: int, indent: int = 0) -> list[str]:
        return ["".join(cell.char for cell in row) for row in wrap(cells(text), width, indent)]

    assert broken("cpu    a name that is long", 14, 7) == [
        "cpu    a name",
        "       that is",
        "       long",
    ]
    assert broken("abcdef", 4) == ["abcd", "ef"]
    assert broken("한글실험", 5) == ["한글", "실험"]
    assert broken("", 5) == [""]
    assert broken("a b", 1, 4) == ["a", "b"]
    assert all(len(row) <= 7 for row in wrap(cells("x" * 50 + " yy 한글"), 7, 3))


def test_the_letters_of_lists_never_repeat_those_of_every_pane() -> None:
    everywhere = {"s", "p", "x", "k", "q", "colon", "question_mark", "slash", "l", "t", "r"}
    for owner in (LogPane, EpochTable, DeviceList, DevicePane, LivePane):
        own = {binding.key for binding in Binding.make_bindings(vars(owner).get("BINDINGS", []))}
        assert own.isdisjoint(everywhere | set("123456"))
