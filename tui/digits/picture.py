"""A picture of 28×28 pixels as cells, two pixels high each."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from core.images.idx import IMAGE_SHAPE
from tui.cells import Cell

if TYPE_CHECKING:
    from tui.cells import Row

HEIGHT, WIDTH = IMAGE_SHAPE[0] // 2, IMAGE_SHAPE[1]
"""Rows and columns of a picture."""
NUM_SHADES = 8
"""Steps from paper to ink: more would cost bytes that no eye misses."""
SHADE = "shade"
"""How the roles begin of cells that have their own two shades: `shade-7-0` is ink over paper."""
_RAMP = " .:-=+*#%@"
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_THRESHOLD = 96
"""From which on a pixel is ink where there are no shades: thin strokes stay whole."""


class Look(Enum):
    """How pictures are drawn."""

    SHADES = "shades"
    """Half blocks in shades between paper and ink."""
    BLOCKS = "blocks"
    """Half blocks, each ink or paper: where the terminal has its own colours, or none."""
    ASCII = "ascii"
    """A character by how much ink its two pixels hold."""


def picture(ink: bytes, look: Look) -> list[Row]:
    """28×28 bytes of ink as 14 rows of 28 cells."""
    return [_row(ink, 2 * row, look) for row in range(HEIGHT)]


def shades(role: str) -> tuple[int, int]:
    """The upper and the lower shade of a role, 0 paper to NUM_SHADES - 1 ink."""
    _, upper, lower = role.split("-")
    return int(upper), int(lower)


def _row(ink: bytes, y: int, look: Look) -> Row:
    upper, lower = ink[y * WIDTH : (y + 1) * WIDTH], ink[(y + 1) * WIDTH : (y + 2) * WIDTH]
    draw = {Look.SHADES: _shaded, Look.BLOCKS: _block, Look.ASCII: _letter}[look]
    return [draw(above, below) for above, below in zip(upper, lower, strict=True)]


def _shaded(above: int, below: int) -> Cell:
    first, second = above * NUM_SHADES // 256, below * NUM_SHADES // 256
    return Cell("▀" if first != second else " ", f"{SHADE}-{first}-{second}")


def _block(above: int, below: int) -> Cell:
    return Cell(_HALVES[above >= _THRESHOLD, below >= _THRESHOLD], "text")


def _letter(above: int, below: int) -> Cell:
    return Cell(_RAMP[(above + below) * len(_RAMP) // 512], "text")
