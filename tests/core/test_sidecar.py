"""The facts beside a checkpoint: believed only where they can be true."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from core.saved import sidecar
from core.saved.sidecar import Sidecar

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, Any] = {
    "file": "last.pth",
    "epoch": 3,
    "step": 30,
    "bytes": 5,
    "sha256": "0" * 64,
    "metrics": {"loss": 0.5, "val_loss": None},
}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "last.pth"
    path.write_bytes(b"12345")
    return path


def test_what_was_written_is_read(checkpoint: Path) -> None:
    facts = Sidecar(**FACTS)
    assert sidecar.read(checkpoint) is None
    sidecar.write(checkpoint, facts)
    assert sidecar.path_of(checkpoint).name == "last.pth.json"
    assert sidecar.read(checkpoint) == facts


def test_of_a_file_of_another_size_it_knows_nothing(checkpoint: Path) -> None:
    sidecar.write(checkpoint, Sidecar(**FACTS))
    checkpoint.write_bytes(b"123456")
    assert sidecar.read(checkpoint) is None
    checkpoint.unlink()
    assert sidecar.read(checkpoint) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        FACTS | {"epoch": None},
        FACTS | {"epoch": "3"},
        FACTS | {"step": 1.5},
        FACTS | {"metrics": [1]},
        {name: FACTS[name] for name in FACTS if name != "sha256"},
    ],
)
def test_a_sidecar_of_another_shape_is_none(checkpoint: Path, value: object) -> None:
    sidecar.path_of(checkpoint).write_text(json.dumps(value))
    assert sidecar.read(checkpoint) is None


def test_fields_of_a_newer_program_are_skipped(checkpoint: Path) -> None:
    sidecar.path_of(checkpoint).write_text(json.dumps(FACTS | {"device": "cpu"}))
    assert sidecar.read(checkpoint) == Sidecar(**FACTS)


def test_a_flipped_bit_is_found_by_the_checksums_of_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "last.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"x" * 1000)
    assert sidecar.is_whole(path)
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)
    assert not sidecar.is_whole(path)
    path.write_bytes(content[:700])
    assert not sidecar.is_whole(path)
    assert not sidecar.is_whole(tmp_path / "nothing.pth")
