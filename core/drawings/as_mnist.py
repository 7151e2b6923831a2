"""A picture of a digit, made like those that the networks learn from.

MNIST's own were scaled to fit a box of 20×20 pixels, their shape kept, and then moved so that the
centre of mass of the ink lies in the middle of 28×28 (Y. LeCun, C. Cortes, C. Burges, "The MNIST
database of handwritten digits").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.images.idx import IMAGE_SHAPE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ink = NDArray[np.uint8]
    """How much ink each pixel has: 0 none, 255 black; rows from the top."""

BOX = 20
"""Pixels of the longer side of a digit."""


def as_mnist(ink: Ink) -> Ink:
    """28×28 pixels, of a picture of any size; without ink in it, none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return np.zeros(IMAGE_SHAPE, np.uint8)
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _centred(_scaled(digit))


def _scaled(digit: Ink) -> Ink:
    """The digit with its longer side as long as the box."""
    from PIL import Image  # a tenth of a second

    height, width = digit.shape
    scale = BOX / max(height, width)
    if scale == 1:
        return digit
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Bilinear, and where it shrinks, averaged over all the pixels that become one.
    return np.asarray(Image.fromarray(digit).resize(size, Image.Resampling.BILINEAR))


def _centred(digit: Ink) -> Ink:
    """The digit on an empty picture, its centre of mass as near to the middle as pixels allow."""
    height, width = digit.shape
    mass = digit.sum(dtype=np.float64)
    row = digit.sum(axis=1, dtype=np.float64) @ np.arange(height) / mass
    column = digit.sum(axis=0, dtype=np.float64) @ np.arange(width) / mass
    top = _within(round(IMAGE_SHAPE[0] / 2 - row), IMAGE_SHAPE[0] - height)
    left = _within(round(IMAGE_SHAPE[1] / 2 - column), IMAGE_SHAPE[1] - width)
    picture = np.zeros(IMAGE_SHAPE, np.uint8)
    picture[top : top + height, left : left + width] = digit
    return picture


def _within(place: int, last: int) -> int:
    return max(0, min(place, last))
