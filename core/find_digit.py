"""The digit in a picture of it: what is paper, what is ink, and which of the ink is the digit.

The paper is a smooth surface of brightness, for light is never even; what differs from it beyond
its noise is ink. Of the ink, the digit is the largest connected shape that is not cut by the edge,
with the strokes close to it. Very thin and very thick strokes are brought to the widths of MNIST's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from core.as_mnist import Ink

    Plane = NDArray[np.float32]
    """A brightness for each pixel, 0 to 255; rows from the top."""
    Mask = NDArray[np.bool_]
    Cell = tuple[int, int]

_COARSE = 64
"""Cells of the longer side, where a rough look is enough."""
_DEGREE = 3
"""Of the polynomial that the light on the paper is taken for."""
_NUM_FITS = 12
_FRAME = 0.12
"""The edge of a picture, as a share of its sides: mostly paper."""
_EDGE = 0.02
"""The outermost part of a picture, as a share of its sides: paper, but for what is cut off."""
_EVEN = 0.15
"""How much an evenly lit edge differs, as a share of what the ink does."""
_SPECKS_FROM = 128
"""Pixels of the longer side from which on a single pixel is no part of a stroke."""
_LEAST_CONTRAST = 8.0
"""Levels of 255 between paper and ink: less is no drawing."""
_NOISE_LIMIT = 5.0
"""Standard deviations of the paper beyond which a pixel is ink."""
_BLURS = (0.0, 0.8, 1.5, 3.0)
"""Deviations of the blurs against noise, in pixels; the first that is enough is taken."""
_CLEAN = 12.0
"""From which ratio of ink to noise on no blur is needed."""
_NEAR = 0.2
"""How far a stroke may lie from the rest of its digit, as a share of the longer side of that."""
_WIDTHS = (0.065, 0.19)
"""The thinnest and thickest strokes left as they are, as shares of the longer side of a digit."""
_FINE = 120
"""Pixels of the longer side of a digit whose strokes are made thicker or thinner."""


@dataclass(frozen=True, slots=True)
class _Relief:
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


def find(planes: Sequence[Plane]) -> Ink:
    """The ink of the digit alone, from the plane in which it stands out most; else no ink at all.

    Its paper is 0, and its box may be smaller than the picture.
    """
    reliefs = (relief for plane in planes for relief in _reliefs(plane))
    relief = max(reliefs, key=lambda relief: relief.ratio)
    for blur in _BLURS:
        smooth = _blurred(relief, blur)
        if smooth.ratio >= _CLEAN:
            break
    level = smooth.contrast
    if level < max(_LEAST_CONTRAST, _NOISE_LIMIT * smooth.noise):
        return np.zeros((1, 1), np.uint8)
    mask = smooth.height > max(_NOISE_LIMIT * smooth.noise, 0.3 * level)
    kept = _digit(mask, smooth.height)
    if not (mask & kept).any():
        return np.zeros((1, 1), np.uint8)
    full = float(np.percentile(smooth.height[mask & kept], 80))
    floor = max(3.5 * smooth.noise, 0.12 * full)
    share = np.clip((smooth.height - floor) / max(full - floor, 1), 0, 1)
    return _with_usual_strokes(np.where(kept, 255 * share, 0).round().astype(np.uint8))


def _reliefs(plane: Plane) -> Iterator[_Relief]:
    """The plane above its paper, as it may be lit."""
    plane = _without_specks(plane)
    yield _relief(plane, _paper(plane))
    # Hardly any paper may be left for a fit. An even edge then says what is in the middle too.
    edge = plane[_edge(plane.shape)]
    even = np.median(edge)
    if np.percentile(np.abs(edge - even), 90) < _EVEN * np.abs(plane - even).max():
        yield _relief(plane, np.full_like(plane, even))


def _relief(plane: Plane, paper: Plane) -> _Relief:
    difference = plane - paper
    noise = _noise(difference)
    beyond = np.clip(np.abs(difference) - 3 * noise, 0, None) ** 2
    if beyond[difference < 0].sum() < beyond[difference > 0].sum():
        return _Relief(difference, noise)
    # Dark ink: where there is less light, it differs by less from its paper.
    light = np.clip(float(paper.max()) / np.maximum(paper, 16), 1, 4)
    return _Relief(-difference * light, noise)


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
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(plane).filter(ImageFilter.MedianFilter(3)), np.float32)


def _paper(plane: Plane) -> Plane:
    """The brightness of the paper everywhere, as a polynomial that takes ink for an exception."""
    coarse = _shrunk(plane, _COARSE)
    terms, values = _terms(coarse.shape), coarse.ravel()
    prior = _frame(coarse.shape).ravel()
    weights = prior
    factors = np.zeros(terms.shape[1])
    for _ in range(_NUM_FITS):
        root = np.sqrt(weights)
        factors = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        residual = np.abs(values - terms @ factors)
        spread = max(1.0, 1.4826 * _weighted_median(residual, prior))
        weights = prior * np.exp(-((residual / (2.5 * spread)) ** 2)) + 1e-6
    surface = (_terms(plane.shape) @ factors).reshape(plane.shape)
    return np.clip(surface, 0, 255).astype(np.float32)


def _terms(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Every product of powers of both coordinates, which run from -1 to 1: a column each."""
    y, x = (np.linspace(-1 + 1 / side, 1 - 1 / side, side) for side in shape)
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    return np.stack([np.outer(y**i, x**j).ravel() for i, j in powers], axis=1)


def _frame(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """How likely each pixel is paper: more so at the edge."""
    prior = np.full(shape, 0.25)
    y, x = (max(1, round(side * _FRAME)) for side in shape)
    prior[:y], prior[-y:], prior[:, :x], prior[:, -x:] = 1, 1, 1, 1
    return prior


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(sums, sums[-1] / 2)]])


def _shrunk(plane: Plane, longer: int) -> Plane:
    from PIL import Image  # a tenth of a second

    scale = longer / max(plane.shape)
    if scale >= 1:
        return plane
    height, width = (max(1, round(side * scale)) for side in plane.shape)
    return np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BOX))


def _blurred(relief: _Relief, deviation: float) -> _Relief:
    if not deviation:
        return relief
    reach = round(3 * deviation)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * deviation**2))
    kernel /= kernel.sum()
    height = relief.height
    for axis in (0, 1):
        pad = [(reach, reach) if axis == other else (0, 0) for other in (0, 1)]
        padded = np.pad(height, pad, mode="edge")
        side = height.shape[axis]
        parts = [
            share * np.take(padded, range(start, start + side), axis)
            for start, share in enumerate(kernel)
        ]
        height = np.sum(parts, axis=0, dtype=np.float32)
    return _Relief(height, _noise(height))


def _digit(mask: Mask, height: Plane) -> Mask:
    """Which pixels belong to the digit or to the paper right at it."""
    size = -(-max(mask.shape) // _COARSE)
    mass = _cells(np.where(mask, height, 0), size)
    least = height[mask].mean() * size**2 / 32  # in a large cell, not of a pixel or two
    shapes = [_Shape.of(cells, mass) for cells in _connected(mass >= least)]
    if not shapes:
        return np.zeros_like(mask)
    main = _main(shapes)
    members = {
        cell
        for shape in shapes
        if shape is main or (shape.mass >= 0.02 * main.mass and shape.is_near(main))
        for cell in shape.cells
    }
    kept = np.zeros(mass.shape, bool)
    kept[tuple(np.array(sorted(members)).T)] = True
    around = _dilated(kept)
    return around.repeat(size, 0).repeat(size, 1)[: mask.shape[0], : mask.shape[1]]


def _cells(values: Plane, size: int) -> Plane:
    """The sums over squares of some pixels."""
    height, width = (-(-side // size) for side in values.shape)
    padded = np.zeros((height * size, width * size), np.float32)
    padded[: values.shape[0], : values.shape[1]] = values
    return padded.reshape(height, size, width, size).sum(axis=(1, 3))


def _connected(occupied: Mask) -> list[list[Cell]]:
    """The cells of each shape; those that touch at a corner are one."""
    left = set(map(tuple, np.argwhere(occupied).tolist()))
    shapes = []
    while left:
        shape = [left.pop()]
        for y, x in shape:  # it grows meanwhile
            around = {(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= around
            shape += around
        shapes.append(shape)
    return shapes


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    cells: list[Cell]
    mass: float
    box: tuple[int, int, int, int]
    """Top, left, and the cells below and to the right of it."""
    at_edge: bool

    @classmethod
    def of(cls, cells: list[Cell], mass: Plane) -> _Shape:
        y, x = np.array(cells).T
        box = int(y.min()), int(x.min()), int(y.max()) + 1, int(x.max()) + 1
        at_edge = min(box[:2]) == 0 or box[2] == mass.shape[0] or box[3] == mass.shape[1]
        return cls(cells, float(mass[y, x].sum()), box, at_edge)

    def is_near(self, main: _Shape) -> bool:
        """Whether this may be a stroke of the same digit."""
        if self.at_edge and not main.at_edge:
            return False
        top, left, bottom, right = main.box
        gaps = (
            max(top, self.box[0]) - min(bottom, self.box[2]),
            max(left, self.box[1]) - min(right, self.box[3]),
        )
        return max(gaps) <= _NEAR * max(bottom - top, right - left)


def _main(shapes: list[_Shape]) -> _Shape:
    """The digit's largest part: not the shadow or the table that reaches in from outside."""
    largest = max(shapes, key=lambda shape: shape.mass)
    inside = [shape for shape in shapes if not shape.at_edge and shape.mass >= 0.1 * largest.mass]
    return max(inside, key=lambda shape: shape.mass, default=largest)


def _dilated(mask: Mask) -> Mask:
    padded = np.pad(mask, 1)
    height, width = mask.shape
    parts = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.logical_or.reduce(parts)


def _with_usual_strokes(ink: Ink) -> Ink:
    """The digit with strokes as wide as MNIST's narrowest or widest, where they are beyond."""
    from PIL import Image, ImageFilter

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
