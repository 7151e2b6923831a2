"""The results of a test, kept beside the checkpoint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from core.saved import results

if TYPE_CHECKING:
    from pathlib import Path

FOUND: dict[str, Any] = {"loss": 0.1, "confusion": [[1, 0], [1, 0]], "mistakes": []}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "model_best.pth"
    path.write_bytes(b"weights")
    return path


def test_what_was_kept_is_read_again(checkpoint: Path) -> None:
    assert results.read(checkpoint) is None
    results.keep(checkpoint, FOUND)
    assert results.read(checkpoint) == FOUND
    results.forget(checkpoint)
    results.forget(checkpoint)
    assert results.read(checkpoint) is None


def test_of_another_network_by_now_nothing_is_known(checkpoint: Path) -> None:
    results.keep(checkpoint, FOUND)
    later = results.path_of(checkpoint).stat().st_mtime_ns + 1
    os.utime(checkpoint, ns=(later, later))
    assert results.read(checkpoint) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"confusion": 1, "mistakes": []}', "\x00"])
def test_a_file_of_something_else_is_as_none(checkpoint: Path, text: str) -> None:
    results.path_of(checkpoint).write_text(text)
    assert results.read(checkpoint) is None


def test_beside_a_file_that_nobody_may_write_to_nothing_is_kept(checkpoint: Path) -> None:
    checkpoint.chmod(0o444)
    results.keep(checkpoint, FOUND)
    assert results.read(checkpoint) is None
