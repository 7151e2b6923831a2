"""Pictures made like MNIST's own."""

from __future__ import annotations

import numpy as np
import pytest

from core.drawings.as_mnist import BOX, as_mnist
from core.images import idx


def test_the_pictures_of_mnist_stay_as_they_are() -> None:
    split = idx.pair(idx.BUNDLED, training=False)
    assert split is not None
    pictures = np.frombuffer(idx.read(split.images)[1], np.uint8).reshape(-1, 28, 28)
    for picture in pictures[:300]:
        assert np.array_equal(as_mnist(picture), picture)


@pytest.mark.parametrize(("top", "left"), [(0, 0), (8, 0), (0, 8), (8, 8), (4, 4)])
def test_wherever_a_digit_is_drawn_it_lies_in_the_middle(top: int, left: int) -> None:
    drawn = np.zeros((28, 28), np.uint8)
    drawn[top : top + 20, left + 8 : left + 12] = 255
    picture = as_mnist(drawn)
    assert np.array_equal(np.flatnonzero(picture.any(axis=0)), [12, 13, 14, 15])
    assert np.array_equal(np.flatnonzero(picture.any(axis=1)), range(4, 24))


@pytest.mark.parametrize("shape", [(28, 28), (5, 3), (300, 400), (1, 1), (2, 900)])
def test_its_longer_side_fills_the_box_and_its_shape_is_kept(shape: tuple[int, int]) -> None:
    picture = as_mnist(np.full(shape, 255, np.uint8))
    height, width = (int(picture.any(axis=axis).sum()) for axis in (1, 0))
    assert max(height, width) == BOX
    assert height / width == pytest.approx(shape[0] / shape[1], rel=0.2) or min(height, width) == 1


def test_grey_pixels_count_as_much_as_there_is_ink_in_them() -> None:
    drawn = np.zeros((28, 28), np.uint8)
    drawn[4:24, 4] = 255
    drawn[4:24, 23] = 1
    columns = np.flatnonzero(as_mnist(drawn).max(axis=0) > 128)
    assert list(columns) == [8]  # no further right: the faint side would fall off the picture


def test_nothing_drawn_is_nothing() -> None:
    assert not as_mnist(np.zeros((28, 28), np.uint8)).any()
    assert as_mnist(np.zeros((0, 5), np.uint8)).shape == (28, 28)
