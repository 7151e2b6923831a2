"""Files in MNIST's format, read without torch: what they hold, and whether they are whole.

The IDX format: two zero bytes, a type byte (8: unsigned byte), the number of dimensions, the size
of each as a big-endian 32-bit number, then the values (Yann LeCun's page of the data set).
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

from core.errors import MistakeError

BUNDLED = Path(__file__).parents[1] / "bundled" / "mnist"

IMAGE_SHAPE = (28, 28)

# md5 of the four original compressed files, as in core/bundled/mnist/NOTICE.
BUNDLED_MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}


class DataError(MistakeError):
    """The data set cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Split:
    """The two files of one half of the data set."""

    images: Path
    """N pictures of 28×28 bytes."""
    labels: Path
    """N classes."""

    def num_samples(self) -> int:
        """How many samples the headers promise; raises DataError if they disagree."""
        images, labels = read_shape(self.images), read_shape(self.labels)
        folder = self.images.parent
        if len(images) != 3 or len(labels) != 1 or images[0] != labels[0]:
            raise DataError(f"{folder}: images are {images}, labels are {labels}: put a pair there")
        if images[1:] != IMAGE_SHAPE:
            raise DataError(f"{folder}: images are {images[1:]}: put images of {IMAGE_SHAPE} there")
        return images[0]


def file_names(*, training: bool) -> tuple[str, str]:
    """Of the images and the labels of one half, uncompressed."""
    prefix = "train" if training else "t10k"
    return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"


def pair(folder: Path, *, training: bool) -> Split | None:
    """The two files of one half in `folder`, raw or compressed; None unless both are there."""
    images, labels = (existing(folder / name) for name in file_names(training=training))
    return Split(images, labels) if images and labels else None


def read_shape(path: Path) -> tuple[int, ...]:
    """The dimensions in the header of an IDX file of unsigned bytes."""
    try:
        with _open(path) as file:
            shape, start = _shape(path, file.read(16))
        size = path.stat().st_size
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}): put a whole file there") from error
    if path.suffix != ".gz":  # how long a compressed one is shows only when it is read
        _check_length(path, size - start, shape)
    return shape


def read(path: Path) -> tuple[tuple[int, ...], bytearray]:
    """The dimensions and the values of an IDX file; raises DataError if it is not whole."""
    try:
        if path.parent == BUNDLED:
            _check_bundled(path)
        with _open(path) as file:
            content = bytearray(file.read())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}): put a whole file there") from error
    shape, start = _shape(path, bytes(content[:16]))
    _check_length(path, len(content) - start, shape)
    return shape, content[start:]


def _check_length(path: Path, num_values: int, shape: tuple[int, ...]) -> None:
    if num_values != math.prod(shape):
        message = f"is cut off or too long: its header promises {shape}: put a whole file there"
        raise DataError(f"{path}: {message}")


@cache
def _check_bundled(path: Path) -> None:
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    if digest != BUNDLED_MD5[path.name]:
        raise DataError(f"{path}: is damaged (md5 {digest}): install mnist-tui again")


def existing(path: Path) -> Path | None:
    """The file, as it is or compressed; None where there is neither."""
    for candidate in (path, path.with_name(path.name + ".gz")):
        if os.path.isfile(candidate):  # noqa: PTH113 -- never raises
            return candidate
    return None


def _open(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _shape(path: Path, head: bytes) -> tuple[tuple[int, ...], int]:
    num_dimensions = head[3] if len(head) >= 4 and head[:3] == b"\0\0\x08" else 0
    start = 4 + 4 * num_dimensions
    if not 1 <= num_dimensions <= 3 or len(head) < start:
        raise DataError(f"{path}: is not an IDX file of bytes: put one of MNIST's there")
    return struct.unpack(f">{num_dimensions}I", head[4:start]), start
