"""Pictures of 28×28 pixels as cells."""

from __future__ import annotations

import pytest

from tui.digits.picture import HEIGHT, NUM_SHADES, WIDTH, Look, picture, shades

PAPER = bytes(784)


def with_pixel(x: int, y: int, ink: int = 255) -> bytes:
    return PAPER[: y * 28 + x] + bytes([ink]) + PAPER[y * 28 + x + 1 :]


@pytest.mark.parametrize("look", Look)
def test_it_is_half_as_high_as_wide(look: Look) -> None:
    rows = picture(PAPER, look)
    assert (len(rows), {len(row) for row in rows}) == (HEIGHT, {WIDTH})
    assert {cell.char for row in rows for cell in row} == {" "}


@pytest.mark.parametrize(("y", "block"), [(6, "▀"), (7, "▄")])
def test_a_cell_holds_two_pixels_one_over_the_other(y: int, block: str) -> None:
    rows = picture(with_pixel(5, y), Look.BLOCKS)
    assert rows[3][5].char == block
    assert sum(cell.char != " " for row in rows for cell in row) == 1


def test_shades_are_in_the_role() -> None:
    cell = picture(with_pixel(5, 6, ink=255), Look.SHADES)[3][5]
    assert (cell.char, shades(cell.role)) == ("▀", (NUM_SHADES - 1, 0))
    flat = picture(bytes([128] * 784), Look.SHADES)[0][0]
    assert flat.char == " "
    assert len(set(shades(flat.role))) == 1


def test_every_ink_has_a_shade_and_more_ink_never_a_lighter_one() -> None:
    steps = [shades(picture(bytes([ink] * 784), Look.SHADES)[0][0].role)[0] for ink in range(256)]
    assert steps == sorted(steps)
    assert set(steps) == set(range(NUM_SHADES))


def test_in_ascii_more_ink_is_a_heavier_character() -> None:
    ramp = [picture(bytes([ink] * 784), Look.ASCII)[0][0].char for ink in range(0, 256, 5)]
    assert ramp[0] == " "
    assert ramp[-1] == "@"
    assert all(character.isascii() for character in ramp)
