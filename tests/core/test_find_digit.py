"""Which of what stands out of the paper is the digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.drawings.find_digit import find
from core.drawings.strokes import stroke_width, with_usual_strokes

if TYPE_CHECKING:
    from core.drawings.relief import Plane


def sheet(*boxes: tuple[int, int, int, int], paper: float = 230, pen: float = 30) -> Plane:
    """240×320 of paper with black boxes: top, left, bottom, right."""
    plane = np.full((240, 320), paper, np.float32)
    for top, left, bottom, right in boxes:
        plane[top:bottom, left:right] = pen
    return plane


def size(plane: Plane) -> tuple[int, int]:
    """The height and width of what is found."""
    seen = find([plane]) > 127
    return int(seen.any(axis=1).sum()), int(seen.any(axis=0).sum())


BAR = (60, 150, 180, 165)


def test_a_digit_is_cut_out_as_it_is() -> None:
    assert size(sheet(BAR)) == (120, 15)
    assert size(255 - sheet(BAR)) == (120, 15)


def test_light_from_one_side_is_no_ink() -> None:
    y, x = np.mgrid[-1:1:240j, -1:1:320j]
    light = (1 + 0.4 * x - 0.2 * y) / 1.6
    assert size((sheet(BAR) * light).astype(np.float32)) == (120, 15)


def test_a_stroke_beside_it_belongs_to_it_and_one_far_away_does_not() -> None:
    near, far = (60, 175, 180, 185), (60, 280, 75, 295)
    assert size(sheet(BAR, near)) == (120, 15 + 10)
    assert size(sheet(BAR, far)) == (120, 15)


def test_the_table_at_the_edge_is_not_the_digit() -> None:
    assert size(sheet(BAR, (0, 0, 240, 30))) == (120, 15)


def test_specks_are_not_either() -> None:
    plane = sheet(BAR)
    struck = np.random.default_rng(1).random(plane.shape)
    plane[struck < 0.02] = 0
    height, width = size(plane)
    assert 115 <= height <= 125
    assert 13 <= width <= 17


def test_it_is_found_in_the_plane_where_it_stands_out() -> None:
    assert find([sheet(), sheet(BAR)]).shape == (120, 15)
    assert not find([sheet(), sheet()]).any()


@pytest.mark.parametrize("width", [2, 10, 60])
def test_strokes_become_as_wide_as_those_of_mnist(width: int) -> None:
    ink = np.zeros((120, 120), np.uint8)
    ink[:, :width] = ink[-width:] = 255
    made = with_usual_strokes(ink)
    share = stroke_width(made) / max(made.shape)
    assert 0.05 <= share <= 0.22
    assert np.array_equal(made, ink) == (width == 10)
