"""The width of a digit's strokes, brought to that of MNIST's where they are far from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.drawings.as_mnist import Ink

_WIDTHS = (0.065, 0.19)
"""The thinnest and thickest strokes left as they are, as shares of the longer side of a digit."""
_FINE = 120
"""Pixels of the longer side of a digit whose strokes are made thicker or thinner."""


def with_usual_strokes(ink: Ink) -> Ink:
    """The digit with strokes as wide as MNIST's narrowest or widest, where they are beyond.

    Of 0 paper to 255 ink, any size; cut to the digit, and 120 pixels and more if it was changed.
    """
    from PIL import Image, ImageFilter  # a tenth of a second

    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return ink
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = _FINE / max(digit.shape)
    height, width = (max(1, round(side * scale)) for side in digit.shape)
    fine = Image.fromarray(digit).resize((width, height), Image.Resampling.BILINEAR)
    now = stroke_width(np.asarray(fine)) / _FINE
    thinnest, thickest = _WIDTHS
    if thinnest <= now <= thickest:
        return digit
    wanted = thinnest if now < thinnest else thickest
    step = round(abs(wanted - now) * _FINE / 2)
    room = Image.new("L", (width + 2 * step, height + 2 * step))
    room.paste(fine, (step, step))
    kind = ImageFilter.MaxFilter if wanted > now else ImageFilter.MinFilter
    return np.asarray(room.filter(kind(2 * step + 1)))


def stroke_width(ink: Ink) -> float:
    """The mean width of strokes in pixels: twice the area over the length of the outline."""
    mask = np.pad(ink > 127, 1)
    outline = sum(int(np.diff(mask, axis=axis).sum()) for axis in (0, 1))
    return 2 * int(mask.sum()) / max(1, outline)
