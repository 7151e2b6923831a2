"""The pad that is drawn on."""

from __future__ import annotations

from tui.digits.pad import INK_STEP, Pad

PAPER = bytes(784)


def ink_at(pad: Pad, x: int, y: int) -> int:
    return pad.ink[y * 28 + x]


def test_the_soft_pen_is_as_broad_as_those_of_mnist() -> None:
    pad = Pad()
    pad.put_down(10, 5)
    assert ink_at(pad, 10, 5) == 255
    assert 0 < ink_at(pad, 11, 5) == ink_at(pad, 9, 5) == ink_at(pad, 10, 4) < 255
    assert sum(value > 0 for value in pad.ink) == 5


def test_between_two_places_of_a_fast_hand_all_is_drawn() -> None:
    pad = Pad(soft=False)
    pad.put_down(2, 3)
    pad.move(12, 8)
    columns = {at % 28 for at, value in enumerate(pad.ink) if value}
    assert columns == set(range(2, 13))


def test_a_new_stroke_does_not_begin_where_the_last_one_ended() -> None:
    pad = Pad(soft=False)
    pad.put_down(0, 0)
    pad.lift()
    pad.put_down(20, 20)
    assert sum(value > 0 for value in pad.ink) == 2


def test_beyond_the_edge_nothing_is_drawn() -> None:
    pad = Pad()
    pad.put_down(0, 0)
    pad.move(-40, 3)
    pad.move(27, 60)
    assert len(pad.ink) == 784


def test_a_second_stroke_of_the_soft_pen_takes_no_ink_away() -> None:
    pad = Pad()
    pad.put_down(10, 10)
    before = bytes(pad.ink)
    pad.put_down(11, 10)
    assert all(now >= then for now, then in zip(pad.ink, before, strict=True))


def test_the_fine_pen_gives_the_ink_it_has() -> None:
    pad = Pad(soft=False)
    pad.strengthen(-5)
    pad.put_down(1, 1)
    assert ink_at(pad, 1, 1) == 255 - 5 * INK_STEP
    pad.strengthen(-100)
    assert pad.strength == INK_STEP
    pad.strengthen(100)
    assert pad.strength == 255


def test_the_eraser_and_a_clean_sheet_can_be_taken_back() -> None:
    pad = Pad()
    pad.put_down(10, 10)
    drawn = bytes(pad.ink)
    pad.put_down(10, 10, erase=True)
    assert pad.empty
    pad.undo()
    pad.clear()
    assert pad.empty
    pad.clear()  # of a clean sheet there is nothing to take back
    pad.undo()
    assert bytes(pad.ink) == drawn
    assert pad.undo()
    assert pad.empty
    assert not pad.undo()


def test_any_number_of_strokes_can_be_made() -> None:
    pad = Pad()
    for number in range(1000):
        pad.put_down(number % 28, number // 28 % 28)
    taken_back = 0
    while pad.undo():
        taken_back += 1
    assert 100 <= taken_back < 1000
