"""The digit in a picture of it: which of what stands out of the paper is the digit.

It is the largest connected shape that is not cut by the edge, with the strokes close to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.drawings.relief import reliefs
from core.drawings.strokes import with_usual_strokes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.drawings.as_mnist import Ink
    from core.drawings.relief import Mask, Plane

    Cell = tuple[int, int]

_COARSE = 64
"""Cells of the longer side of a picture, of which shapes are made."""
_LEAST_CONTRAST = 8.0
"""Levels of 255 between paper and ink: less is no drawing."""
_NOISE_LIMIT = 5.0
"""Standard deviations of the paper beyond which a pixel is ink."""
_NEAR = 0.2
"""How far a stroke may lie from the rest of its digit, as a share of the longer side of that."""


def find(planes: Sequence[Plane]) -> Ink:
    """The ink of the digit alone, from the plane in which it stands out most; else no ink at all.

    Planes of one picture, each rows × columns of 0 to 255. The ink is 0 paper to 255, of any size.
    """
    found = (relief for plane in planes for relief in reliefs(plane))
    relief = max(found, key=lambda relief: relief.ratio)
    nothing = np.zeros((1, 1), np.uint8)
    level, limit = relief.contrast, _NOISE_LIMIT * relief.noise
    if level < max(_LEAST_CONTRAST, limit):
        return nothing
    mask = relief.height > max(limit, 0.3 * level)
    kept = _digit(mask, relief.height)
    if not (mask & kept).any():
        return nothing
    full = float(np.percentile(relief.height[mask & kept], 80))
    floor = max(3.5 * relief.noise, 0.12 * full)
    share = np.clip((relief.height - floor) / max(full - floor, 1), 0, 1)
    return with_usual_strokes(np.where(kept, 255 * share, 0).round().astype(np.uint8))


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
    sums: Plane = padded.reshape(height, size, width, size).sum(axis=(1, 3))
    return sums


def _connected(occupied: Mask) -> list[list[Cell]]:
    """The cells of each shape; those that touch at a corner are one."""
    left: set[Cell] = {(y, x) for y, x in np.argwhere(occupied).tolist()}
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
    grown = np.zeros_like(mask)
    for i, j in np.ndindex(3, 3):
        grown |= padded[i : i + height, j : j + width]
    return grown
