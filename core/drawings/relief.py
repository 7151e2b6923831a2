"""What stands out of the paper in a picture: how far each pixel is ink.

The paper is a smooth surface of brightness, for light is never even; what differs from it beyond
its noise is ink, be it darker or lighter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]
    """A brightness for each pixel, 0 to 255; rows from the top."""
    Mask = NDArray[np.bool_]

_COARSE = 64
"""Pixels of the longer side that the light on the paper is worked out from."""
_DEGREE = 2
"""Of the polynomial that the light on the paper is taken for."""
_NUM_FITS = 12
_EDGE = 0.02
"""The outermost part of a picture, as a share of its sides: paper, but for what is cut off."""
_EVEN = 0.15
"""How much an evenly lit edge differs, as a share of what the ink does."""
_SPECKS_FROM = 128
"""Pixels of the longer side from which on a single pixel is no part of a stroke."""


@dataclass(frozen=True, slots=True)
class Relief:
    """How far each pixel stands out from the paper, ink upwards, in levels of 255."""

    height: Plane
    noise: float
    """The standard deviation of the paper."""

    @property
    def contrast(self) -> float:
        """Of the darkest ink: of the smallest digit, not of a speck."""
        flat = self.height.ravel()
        count = min(len(flat), max(2, len(flat) // 2000))
        return float(np.partition(flat, -count)[-count])

    @property
    def ratio(self) -> float:
        """Of ink to noise, of which a clean picture has a little too."""
        return self.contrast / (self.noise + 2)


def reliefs(plane: Plane) -> Iterator[Relief]:
    """The plane above its paper, in each of the ways it may be lit."""
    plane = _without_specks(plane)
    yield _above(plane, _paper(plane))
    # Hardly any paper may be left for a fit. An even edge then says what is in the middle too.
    edge = plane[_edge(plane.shape)]
    even = np.median(edge)
    if np.percentile(np.abs(edge - even), 90) < _EVEN * np.abs(plane - even).max():
        yield _above(plane, np.full_like(plane, even))


def _above(plane: Plane, paper: Plane) -> Relief:
    difference = plane - paper
    noise = _noise(difference)
    beyond = np.clip(np.abs(difference) - 3 * noise, 0, None) ** 2
    is_light = beyond[difference < 0].sum() < beyond[difference > 0].sum()
    return Relief(difference if is_light else -difference, noise)


def _noise(difference: Plane) -> float:
    """The standard deviation of the paper, by what lies closest to it, or by the edge.

    There is least ink at the edge of a picture that is full of it, and most shadow in others.
    """
    far = np.abs(difference)
    close = far[far <= np.percentile(far, 70)]
    return 1.4826 * float(min(np.median(close), np.median(far[_edge(far.shape)])))


def _edge(shape: tuple[int, ...]) -> Mask:
    edge = np.ones(shape, bool)
    y, x = (max(1, round(side * _EDGE)) for side in shape)
    edge[y:-y, x:-x] = False
    return edge


def _without_specks(plane: Plane) -> Plane:
    """Single pixels as those around them, where a stroke is certain to be wider."""
    if max(plane.shape) < _SPECKS_FROM:
        return plane
    from PIL import Image, ImageFilter  # a tenth of a second

    return np.asarray(Image.fromarray(plane).filter(ImageFilter.MedianFilter(3)), np.float32)


def _paper(plane: Plane) -> Plane:
    """The brightness of the paper everywhere, as a polynomial that takes ink for an exception."""
    coarse = _shrunk(plane)
    terms, values = _terms(coarse.shape), coarse.ravel()
    weights, factors = np.ones(values.shape), np.zeros(terms.shape[1])
    for _ in range(_NUM_FITS):
        weighted = terms.T * weights
        # Of 6 equations, not of as many as pixels; a picture of one pixel leaves most of them open.
        factors[:] = np.linalg.lstsq(weighted @ terms, weighted @ values, rcond=None)[0]
        residual = np.abs(values - terms @ factors)
        spread = max(1.0, 1.4826 * float(np.median(residual)))
        weights = np.exp(-((residual / (2.5 * spread)) ** 2)) + 1e-6
    surface = (_terms(plane.shape) @ factors).reshape(plane.shape)
    return np.clip(surface, 0, 255).astype(np.float32)


def _shrunk(plane: Plane) -> Plane:
    from PIL import Image

    scale = _COARSE / max(plane.shape)
    if scale >= 1:
        return plane
    height, width = (max(1, round(side * scale)) for side in plane.shape)
    return np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BOX))


def _terms(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Every product of powers of both coordinates, which run from -1 to 1: a column each."""
    y, x = (np.linspace(-1 + 1 / side, 1 - 1 / side, side) for side in shape)
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    return np.stack([np.outer(y**i, x**j).ravel() for i, j in powers], axis=1)
