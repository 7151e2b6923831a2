"""The characters that a chart is drawn with: braille, blocks, or plain ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

Masks = tuple[tuple[tuple[int, ...], ...], ...]
"""The bits of a cell that a line covers: by pixel column, first and last pixel."""


class Stroke(IntEnum):
    """How a curve is drawn, so that hue is never the only difference."""

    SOLID = 0
    DASHED = 1
    DOTTED = 2
    LONG_DASHED = 3
    DASH_DOTTED = 4


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One way to draw."""

    name: str
    """What a person calls it."""
    inks: str
    """The characters of a cell by its bits; of ASCII, which has no bits, one for each stroke."""
    bits: tuple[tuple[int, ...], ...]
    """Of each pixel in a cell: by column, from the top down."""
    samples: tuple[str, ...]
    """A piece of each stroke, for the legend."""
    y_line: str
    y_tick: str
    x_line: str
    x_tick: str
    corner: str
    saved: str
    """On the x axis, where a checkpoint was saved."""
    mark: str
    """The best epoch."""
    above: str
    """Beside a value that is higher than the chart."""
    below: str
    rule: str
    """A thin line from the top to the bottom."""
    cursor: str
    """The line of the crosshair."""
    arrow: str
    """From one value to another."""
    ellipsis: str
    """Stands for what had to be cut off."""

    @property
    def across(self) -> int:
        """Pixels in a cell from left to right."""
        return len(self.bits)

    @property
    def down(self) -> int:
        """Pixels in a cell from top to bottom."""
        return len(self.bits[0])

    @property
    def ascii_only(self) -> bool:
        """Whether titles and labels are reduced to ASCII too."""
        return self.mark.isascii()

    @property
    def dashes(self) -> bool:
        """Whether strokes differ by their gaps rather than by their characters."""
        return self.across > 1


BRAILLE = Glyphs(
    "braille",
    "".join(chr(0x2800 + bits) for bits in range(256)),
    ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)),
    ("──", "┄┄", "··", "╌╌", "─·"),
    "│", "┤", "─", "┬", "┼", "┴", "◆", "▲", "▼", "┊", "│", "→", "…",
)  # fmt: skip
BLOCKS = Glyphs(
    "blocks",
    " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█",
    ((0x1, 0x4), (0x2, 0x8)),
    ("▄▄", "▖▖", "··", "▄▖", "▄·"),
    "│", "┤", "─", "┬", "┼", "┴", "◆", "▲", "▼", "┊", "│", "→", "…",
)  # fmt: skip
ASCII = Glyphs(
    "ASCII",
    "*.x#%",
    ((0x1,),),
    ("**", "..", "xx", "##", "%%"),
    "|", "+", "-", "+", "+", "^", "o", "^", "v", ":", "|", "->", "...",
)  # fmt: skip

EVERY_GLYPHS = (BRAILLE, BLOCKS, ASCII)


@lru_cache(maxsize=8)
def masks_of(glyphs: Glyphs) -> Masks:
    """The bits that a vertical piece of a line covers in a cell."""
    return tuple(
        tuple(
            tuple(sum(column[first : last + 1]) for last in range(glyphs.down))
            for first in range(glyphs.down)
        )
        for column in glyphs.bits
    )
