"""Pictures as people take and draw them, made from the test images of MNIST; seeded."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageFilter

from core.images import idx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Share = NDArray[np.float64]
    """How much ink there is at each pixel, 0 to 1."""

DIGIT_SIDE = 280
"""Pixels of the drawn 28×28, before it is put on paper."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture file in memory, and the digit in it."""

    kind: str
    label: int
    content: bytes
    suffix: str

    def write(self, folder: Path, number: int) -> Path:
        """The file; its name says its number and kind."""
        path = folder / f"{number:03}-{self.kind}{self.suffix}"
        path.write_bytes(self.content)
        return path


def photos(count: int, seed: int) -> Iterator[Photo]:
    """That many different test images, each kind of picture in turn."""
    split = idx.pair(idx.BUNDLED, training=False)
    assert split is not None
    (total, *_), pixels = idx.read(split.images)
    labels = idx.read(split.labels)[1]
    pictures = np.frombuffer(pixels, np.uint8).reshape(total, 28, 28)
    random = np.random.default_rng(seed)
    names = list(KINDS)
    for place, index in enumerate(random.permutation(total)[:count].tolist()):
        kind = names[place % len(names)]
        image, suffix = KINDS[kind](pictures[index], random)
        stream = io.BytesIO()
        options = {"quality": 40 if kind == "jpeg_artefacts" else 85} if suffix == ".jpg" else {}
        image.save(stream, "JPEG" if suffix == ".jpg" else "PNG", **options)
        yield Photo(kind, labels[index], stream.getvalue(), suffix)


Made = tuple[Image.Image, str]


def drawn(digit: NDArray[np.uint8], side: int = DIGIT_SIDE, turn: float = 0.0) -> Share:
    """A digit with smooth strokes, as a pen would have drawn it that large."""
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    large = large.rotate(turn, Image.Resampling.BICUBIC)
    # Steeper edges than those of 28 pixels, which would be a blur at this size.
    return np.clip((np.asarray(large, float) / 255 - 0.5) * 4 + 0.5, 0, 1)


def on_paper(ink: Share, height: int, width: int, top: int, left: int) -> Share:
    """The ink on a larger sheet."""
    sheet = np.zeros((height, width))
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet


def _with_width(ink: Share, pixels: int) -> Share:
    """Strokes thicker by that many pixels on each side, or thinner."""
    kind = ImageFilter.MaxFilter if pixels > 0 else ImageFilter.MinFilter
    image = Image.fromarray((np.pad(ink, 20) * 255).astype(np.uint8))
    return np.asarray(image.filter(kind(2 * abs(pixels) + 1)), float) / 255


def _image(brightness: NDArray[np.floating[Any] | np.integer[Any]]) -> Image.Image:
    return Image.fromarray(np.clip(brightness, 0, 255).round().astype(np.uint8))


def _pen(ink: Share, paper: float = 240, pen: float = 30) -> NDArray[np.float64]:
    return paper + (pen - paper) * ink


def _as_it_is(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    return Image.fromarray(digit), ".png"


def _black_on_white(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    return Image.fromarray(255 - digit), ".png"


def _noise(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    sheet = _pen(on_paper(drawn(digit), 400, 400, 60, 60), pen=70)
    return _image(sheet + random.normal(0, 28, sheet.shape)), ".png"


def _small_and_noisy(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    return _image(digit + np.abs(random.normal(0, 12, digit.shape))), ".png"


def _salt_and_pepper(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    sheet = _pen(on_paper(drawn(digit), 400, 400, 60, 60))
    struck = random.random(sheet.shape)
    sheet[struck < 0.01], sheet[struck > 0.99] = 0, 255
    return _image(sheet), ".png"


def _chalk(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    ink = on_paper(drawn(digit), 360, 480, 40, 100)
    board = 45 + 170 * ink * random.uniform(0.75, 1, ink.shape)
    return _image(board + random.normal(0, 8, ink.shape)), ".jpg"


def _off_centre(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    top, left = int(random.integers(520)), int(random.integers(720))
    return _image(_pen(on_paper(drawn(digit), 800, 1000, top, left))), ".jpg"


def _thick(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    return _image(_pen(on_paper(_with_width(drawn(digit), 8), 420, 420, 50, 50))), ".png"


def _thin(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    # As thin as it gets while the strokes of most digits still hold together.
    ink = drawn(digit, 560)
    thin = np.clip(_with_width(ink, -7) + 0.9 * _outline(ink), 0, 1)
    return _image(_pen(on_paper(thin, 700, 700, 50, 50))), ".png"


def _outline(ink: Share) -> Share:
    """The middle line of strokes, roughly: what is left where they are worn away."""
    image = Image.fromarray((np.pad(ink, 20) * 255).astype(np.uint8))
    line = np.zeros((ink.shape[0] + 40, ink.shape[1] + 40))
    for _ in range(40):
        worn = image.filter(ImageFilter.MinFilter(3))
        opened = worn.filter(ImageFilter.MaxFilter(3))
        line = np.maximum(line, (np.asarray(image, float) - np.asarray(opened, float)) / 255)
        image = worn
    thicker = Image.fromarray((line * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(7))
    return np.asarray(thicker, float) / 255


def _large(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    ink = drawn(digit, 1960)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _image(_pen(np.pad(tight, 60))), ".jpg"


def _small(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    top, left = int(random.integers(1040)), int(random.integers(1440))
    sheet = _pen(on_paper(drawn(digit, 160), 1200, 1600, top, left))
    return _image(sheet + random.normal(0, 4, sheet.shape)), ".jpg"


def _blurred(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    sheet = _image(_pen(on_paper(drawn(digit), 400, 400, 60, 60)))
    return sheet.filter(ImageFilter.GaussianBlur(9)), ".jpg"


def _light(height: int, width: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Light from one side, and darker corners: 1 at the brightest."""
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light: NDArray[np.float64] = 1 + 0.4 * (np.cos(angle) * x + np.sin(angle) * y)
    light -= 0.12 * (x**2 + y**2)
    light /= light.max()
    return light


def _uneven_light(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    sheet = _pen(on_paper(drawn(digit), 480, 640, 100, 180))
    lit = sheet * _light(480, 640, random)
    return _image(lit + random.normal(0, 5, lit.shape)), ".jpg"


def _shadow(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    """A soft shadow over a corner, and over a part of the digit."""
    sheet = _pen(on_paper(drawn(digit), 480, 480, 100, 100))
    y, x = np.mgrid[-1:1:480j, -1:1:480j]
    angle = random.uniform(0, 2 * np.pi)
    depth = 1 / (1 + np.exp(-(np.cos(angle) * x + np.sin(angle) * y - 0.4) * 8))
    return _image(sheet * (1 - 0.45 * depth)), ".jpg"


def _jpeg_artefacts(digit: NDArray[np.uint8], _: np.random.Generator) -> Made:
    return _image(_pen(on_paper(drawn(digit, 112), 160, 160, 24, 24))), ".jpg"


def _turned(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    turn = random.uniform(-12, 12)
    return _image(_pen(on_paper(drawn(digit, turn=turn), 400, 500, 60, 110))), ".jpg"


def _colour(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    """Two colours of nearly the same brightness."""
    ink = on_paper(drawn(digit), 400, 400, 60, 60)[..., None]
    paper, pen = np.array([150, 190, 120.0]), np.array([215, 40, 60.0])
    sheet = paper + (pen - paper) * ink
    return _image(sheet + random.normal(0, 6, sheet.shape)), ".jpg"


def _transparent(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    ink = on_paper(drawn(digit), 320, 320, 20, 20)
    colour = np.full((320, 320, 3), random.choice([0, 255]), np.uint8)
    alpha = (ink * 255).round().astype(np.uint8)[..., None]
    return Image.fromarray(np.concatenate([colour, alpha], axis=2)), ".png"


def _sixteen_bits(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    sheet = _pen(on_paper(drawn(digit), 400, 400, 60, 60)) * 40
    return Image.fromarray((sheet + random.normal(0, 200, sheet.shape)).astype(np.uint16)), ".png"


def _pencil(digit: NDArray[np.uint8], random: np.random.Generator) -> Made:
    """Faint, and in grains."""
    ink = on_paper(drawn(digit), 480, 640, 100, 180)
    sheet = 225 - 60 * ink * random.uniform(0.6, 1, ink.shape) + random.normal(0, 6, ink.shape)
    return _image(sheet), ".jpg"


KINDS: dict[str, Callable[[NDArray[np.uint8], np.random.Generator], Made]] = {
    "as_it_is": _as_it_is,
    "black_on_white": _black_on_white,
    "noise": _noise,
    "small_and_noisy": _small_and_noisy,
    "salt_and_pepper": _salt_and_pepper,
    "chalk": _chalk,
    "off_centre": _off_centre,
    "thick": _thick,
    "thin": _thin,
    "large": _large,
    "small": _small,
    "blurred": _blurred,
    "uneven_light": _uneven_light,
    "shadow": _shadow,
    "jpeg_artefacts": _jpeg_artefacts,
    "turned": _turned,
    "colour": _colour,
    "transparent": _transparent,
    "sixteen_bits": _sixteen_bits,
    "pencil": _pencil,
}
