"""Reading files in MNIST's format: what they hold, and whether they are whole."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import struct
from typing import TYPE_CHECKING

import pytest

from core.images import idx
from core.images.idx import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.images.idx import Split

    WriteIdx = Callable[..., Path]


def idx_bytes(shape: tuple[int, ...], content: bytes | None = None) -> bytes:
    size = 1
    for length in shape:
        size *= length
    values = bytes(i % 251 for i in range(size)) if content is None else content
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


def pair(folder: Path, *, training: bool = True) -> Split:
    found = idx.pair(folder, training=training)
    assert found is not None
    return found


@pytest.fixture
def bundled_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "bundled"
    shutil.copytree(idx.BUNDLED, folder)
    monkeypatch.setattr(idx, "BUNDLED", folder)
    idx._check_bundled.cache_clear()
    yield folder
    idx._check_bundled.cache_clear()


@pytest.mark.parametrize("num_dimensions", [1, 2, 3])
def test_values_come_back_as_they_were_written(tmp_path: Path, num_dimensions: int) -> None:
    shape = (3, 4, 5)[:num_dimensions]
    path = tmp_path / "values"
    path.write_bytes(idx_bytes(shape))
    found, values = idx.read(path)
    assert found == shape
    assert bytes(values) == idx_bytes(shape)[4 + 4 * num_dimensions :]


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 500])
def test_a_truncated_file_is_said_to_be_cut_off(
    tmp_path: Path, write_idx: WriteIdx, cut: int
) -> None:
    write_idx(tmp_path, num_train=2)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-cut])
    for read in (idx.read, idx.read_shape):
        with pytest.raises(DataError, match=re.escape(str(path)) + ": is cut off"):
            read(path)


@pytest.mark.parametrize("cut", [1, 8, 20, 60])
def test_a_truncated_gz_is_said_to_be_unreadable(
    tmp_path: Path, write_idx: WriteIdx, cut: int
) -> None:
    write_idx(tmp_path, num_train=2, compressed=True)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DataError, match=r"gz: cannot be read \(.*\): put a whole file there"):
        idx.read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x0d\x01\0\0\0\x01\0",  # floats
        b"\0\0\x08\x00",
        b"\0\0\x08\x04" + b"\0\0\0\x01" * 4 + b"\0",
        b"\0\0\x08\x03\0\0\0\x01",
        b"<html>404 not found</html>",
    ],
)
def test_a_wrong_magic_number_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    for read in (idx.read, idx.read_shape):
        with pytest.raises(DataError, match="is not an IDX file of bytes: put one of MNIST's"):
            read(path)


def test_a_gz_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(idx_bytes((1, 28, 28)))
    with pytest.raises(DataError, match="cannot be read"):
        idx.read_shape(path)


def test_images_and_labels_must_be_as_many(tmp_path: Path, write_idx: WriteIdx) -> None:
    write_idx(tmp_path, num_train=7)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes((6,)))
    with pytest.raises(DataError, match=r"images are \(7, 28, 28\), labels are \(6,\)"):
        pair(tmp_path).num_samples()


def test_images_of_another_size_are_told_before_training(
    tmp_path: Path, write_idx: WriteIdx
) -> None:
    write_idx(tmp_path, num_train=2)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes((2, 32, 32)))
    with pytest.raises(DataError, match=r"images are \(32, 32\): put images of \(28, 28\) there"):
        pair(tmp_path).num_samples()


def test_the_shape_is_read_from_the_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes((60_000, 28, 28), b"")))
    assert idx.read_shape(path) == (60_000, 28, 28)


def test_damage_to_the_bundled_set_is_found(bundled_copy: Path) -> None:
    path = pair(bundled_copy, training=False).labels
    whole = path.read_bytes()
    # A comment in the header is damage that gzip itself does not see.
    path.write_bytes(whole[:4] + bytes([whole[4] ^ 1]) + whole[5:])
    gzip.decompress(path.read_bytes())
    with pytest.raises(DataError, match=r"is damaged \(md5 .*\): install mnist-tui again"):
        idx.read(path)


def test_the_checksum_is_taken_once(bundled_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundled_copy / "t10k-labels-idx1-ubyte.gz"
    idx.read(path)
    monkeypatch.setattr(hashlib, "md5", lambda *_, **__: pytest.fail("taken again"))
    idx.read(path)


def test_a_folder_whose_name_is_too_long_has_no_files(tmp_path: Path) -> None:
    assert idx.pair(tmp_path / ("n" * 300), training=True) is None
