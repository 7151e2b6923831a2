"""A picture file with a digit in it, read as brightness whatever its format, and found as ink.

A file is somebody else's: everything that can be wrong with it is a MistakeError in one sentence.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from core.drawings.find_digit import find
from core.errors import MistakeError

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from core.drawings.as_mnist import Ink
    from core.drawings.relief import Plane

LONGER_SIDE = 512
"""Pixels to which a larger picture is averaged: a digit of a twentieth of it is still 25 high."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "WEBP")
"""What is read: of the others some run a program (EPS), or write to stderr themselves (TIFF)."""
_DEEP = ("I", "F")
"""How the names begin of modes with more than 8 bits a pixel, and one value."""
_MOST_OF_IT = 0.5
"""The share of a picture that is drawn on, of one that is transparent elsewhere, at most."""
_ONE_COLOUR = 24.0
"""Levels of 255 between what is drawn in one colour, at most."""


def read(path: Path) -> Ink:
    """The digit in the picture at `path` as ink, 0 paper to 255, everything around it removed.

    Dark on light or light on dark, of any size; it goes into `as_mnist`. Raises MistakeError.
    """
    ink = find(_planes(_opened(path)))
    if not ink.any():
        raise MistakeError(f"{path}: nothing is drawn in it: give a picture of a digit")
    return ink


def _opened(path: Path) -> Image:
    """The picture, upright and not larger than is needed."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # a tenth of a second

    _check_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd but readable files
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=_FORMATS) as image:
                image.draft(None, (LONGER_SIDE, LONGER_SIDE))  # a JPEG is decoded smaller
                image.load()
                return ImageOps.exif_transpose(_shrunk(_in_a_plain_mode(image)))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            most = (Image.MAX_IMAGE_PIXELS or 0) // 10**6
            raise MistakeError(
                f"{path}: has more than {most} million pixels: make it smaller"
            ) from error
        except UnidentifiedImageError as error:
            raise MistakeError(
                f"{path}: is no picture that can be read: give a PNG or JPEG file"
            ) from error
        except PermissionError as error:
            raise MistakeError(f"{path}: may not be read: change its permissions") from error
        except Exception as error:  # of a damaged file, decoders raise nearly anything
            raise MistakeError(
                f"{path}: is damaged or cut off: save or copy the picture again"
            ) from error


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise MistakeError(f"{path}: is a folder: give the pictures in it")
        if not path.exists():
            raise MistakeError(f"{path}: there is no such file: give the path of a picture")
        if not path.is_file():  # a pipe would be waited for
            raise MistakeError(f"{path}: is no file: give a PNG or JPEG file")
        if not path.stat().st_size:
            raise MistakeError(f"{path}: is empty: give a PNG or JPEG file")
    except OSError as error:  # a name too long, a folder that may not be entered
        raise MistakeError(
            f"{path}: cannot be read: {error.strerror}: give another path"
        ) from error


def _in_a_plain_mode(image: Image) -> Image:
    """As F where it is deeper than 8 bits, as RGBA where some is transparent, else as L or RGB."""
    if image.mode.startswith(_DEEP):
        mode = "F"
    elif image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        mode = "RGBA"
    else:
        mode = "L" if image.mode in ("1", "L") else "RGB"
    return image if image.mode == mode else image.convert(mode)  # which would copy it anyway


def _shrunk(image: Image) -> Image:
    from PIL.Image import Resampling

    scale = LONGER_SIDE / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Resampling.BOX)


def _planes(image: Image) -> list[Plane]:
    """What the digit may stand out in, each 0 to 255: the brightness, and of colours each part."""
    if image.mode == "F":
        return [_stretched(np.asarray(image, np.float32))]
    if image.mode == "RGBA":
        red, green, blue, alpha = np.moveaxis(np.asarray(image, np.float32), 2, 0)
        if _is_drawn_in_the_alpha(_brightness(red, green, blue), alpha):
            return [alpha]
        red, green, blue = (_filled(plane, alpha) for plane in (red, green, blue))
    elif image.mode == "RGB":
        red, green, blue = np.moveaxis(np.asarray(image, np.float32), 2, 0)
    else:
        return [np.asarray(image, np.float32)]
    grey = _brightness(red, green, blue)
    # Red ink on green paper may be as bright as the paper.
    return [grey] if (red == green).all() and (green == blue).all() else [grey, red, green, blue]


def _brightness(red: Plane, green: Plane, blue: Plane) -> Plane:
    # In float32, as the parts are: a plain factor leaves their type alone.
    grey: Plane = 0.299 * red + 0.587 * green + 0.114 * blue
    return grey


def _stretched(values: Plane) -> Plane:
    """From the lowest to the highest value: 16 bits are seldom used to their ends."""
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    lowest, highest = float(values.min()), float(values.max())
    return (values - lowest) * np.float32(255 / (highest - lowest) if highest > lowest else 0)


def _is_drawn_in_the_alpha(grey: Plane, alpha: Plane) -> bool:
    """Whether the shape is in what is transparent, and the colour of what is not says nothing."""
    opaque = alpha > 127
    if opaque.all():
        return False
    if opaque.mean() < _MOST_OF_IT:
        return True
    darkest, lightest = np.percentile(grey[opaque], (1, 99))
    return bool(lightest - darkest < _ONE_COLOUR)


def _filled(plane: Plane, alpha: Plane) -> Plane:
    """Transparent corners of a picture in the colour of its paper."""
    opaque = alpha / 255
    paper = np.median(plane[alpha > 127])
    return (plane * opaque + paper * (1 - opaque)).astype(np.float32)
