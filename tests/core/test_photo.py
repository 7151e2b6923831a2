"""Picture files of every kind, and what is said of those that are none."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from privileges import UNKNOWN, without_privileges

from core.drawings import photo
from core.drawings.as_mnist import as_mnist
from core.errors import MistakeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAPER, PEN = 240, 20


def stroke(height: int = 200, width: int = 160) -> Image.Image:
    """An upright stroke in the middle of a sheet."""
    sheet = np.full((height, width), PAPER, np.uint8)
    sheet[height // 5 : -height // 5, width // 2 - 8 : width // 2 + 8] = PEN
    return Image.fromarray(sheet)


def content(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def turned() -> bytes:
    """On its side, and its EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return content(stroke().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


def drawn_in_alpha(colour: int) -> bytes:
    alpha = stroke().point(lambda value: 255 if value < 128 else 0)
    return content(Image.merge("LA", (Image.new("L", alpha.size, colour), alpha)))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        tail = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + tail

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def sixteen_bits() -> bytes:
    return content(Image.fromarray(np.asarray(stroke()).astype(np.uint16) * 100))


READABLE: dict[str, Callable[[], bytes]] = {
    "grey": lambda: content(stroke()),
    "inverted": lambda: content(stroke().point(lambda value: 255 - value)),
    "one bit": lambda: content(stroke().convert("1")),
    "sixteen bits": sixteen_bits,
    "palette": lambda: content(stroke().convert("P")),
    "palette, its paper transparent": lambda: content(stroke().convert("P"), transparency=PAPER),
    "black in the alpha": lambda: drawn_in_alpha(0),
    "white in the alpha": lambda: drawn_in_alpha(255),
    "JPEG": lambda: content(stroke(), "JPEG"),
    "CMYK": lambda: content(stroke().convert("CMYK"), "JPEG"),
    "turned by EXIF": turned,
    "animated": lambda: content(
        stroke(), "GIF", save_all=True, append_images=[Image.new("L", (160, 200))]
    ),
    "WebP": lambda: content(stroke(), "WEBP"),
    "huge": lambda: content(stroke(3000, 2400), "JPEG"),
    "tiny": lambda: content(stroke().resize((12, 15), Image.Resampling.BOX)),
}


@pytest.mark.parametrize("kind", READABLE)
def test_the_stroke_is_seen_whatever_the_format(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a picture"  # its name says nothing
    path.write_bytes(READABLE[kind]())
    seen = as_mnist(photo.read(path)) > 127
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert len(rows) >= 18
    assert 1 <= len(columns) <= 6


def blank(brightness: int, width: int = 60, height: int = 40) -> bytes:
    return content(Image.new("L", (width, height), brightness))


def noise() -> bytes:
    values = np.random.default_rng(1).normal(200, 8, (300, 300))
    return content(Image.fromarray(values.clip(0, 255).astype(np.uint8)))


NOTHING = "nothing is drawn in it"
DAMAGED = "is damaged or cut off"
UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "a text": (lambda: b"\x1b[2J no picture", "is no picture that can be read"),
    "a PostScript program": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "is no picture"),
    "half a PNG": (lambda: content(stroke())[:150], DAMAGED),
    "half a JPEG": (lambda: content(stroke(800, 640), "JPEG")[:-400], DAMAGED),
    "a bomb": (lambda: claiming(60000, 60000), "has more than 89 million pixels"),
    "white": (lambda: blank(255), NOTHING),
    "black": (lambda: blank(0), NOTHING),
    "a pixel": (lambda: blank(0, 1, 1), NOTHING),
    "a line of pixels": (lambda: blank(0, 1, 5000), NOTHING),
    "noise": (noise, NOTHING),
    "transparent": (lambda: content(Image.new("RGBA", (50, 50))), NOTHING),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_said_in_a_sentence_with_its_file(kind: str, tmp_path: Path) -> None:
    make, words = UNREADABLE[kind]
    path = tmp_path / "picture.png"
    path.write_bytes(make())
    assert words in refused(path)


def refused(path: Path) -> str:
    with pytest.raises(MistakeError) as caught:
        photo.read(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    assert sentence.count(": ") == 2, "what it is, and what to do"
    return sentence


def test_what_is_no_file_is_said_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a folder" in refused(tmp_path)
    assert "there is no such file" in refused(tmp_path / "none.png")
    assert "is no file" in refused(tmp_path / "pipe")
    with pytest.raises(MistakeError, match="name too long"):
        photo.read(tmp_path / ("a" * 300))


@pytest.mark.skipif(bool(UNKNOWN), reason=UNKNOWN)
def test_a_file_that_may_not_be_read_is_one_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(content(stroke()))
    path.chmod(0)
    with without_privileges():
        assert "may not be read" in refused(path)


@pytest.mark.parametrize("kind", ["half a JPEG", "half a PNG", "a bomb", "empty"])
def test_nothing_is_warned_of_or_left_open(
    kind: str, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(UNREADABLE[kind][0]())
    refused(path)
    assert not recwarn.list
