"""Files that are never half written."""

from __future__ import annotations

import json
import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from core import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"first", b"second"):
        files.write_atomic(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    path = tmp_path / "file"
    files.write_atomic(path, b"old")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="full"):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_check_refuses_is_not_put_in_place(tmp_path: Path) -> None:
    def refuse(temporary: Path) -> None:
        assert temporary.read_bytes() == b"new"
        raise files.DamagedWriteError("other bytes")

    path = tmp_path / "file"
    files.write_atomic(path, b"old")
    with pytest.raises(files.DamagedWriteError):
        files.write_atomic(path, b"new", refuse)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_synced_is_no_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError("not supported here")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    files.write_atomic(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_new_file_is_as_readable_as_the_user_wants(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "file"
    files.write_atomic(path, b"")
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_the_mode_of_a_file_outlives_its_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o600)
    files.write_atomic(path, b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_writing_from_two_threads_leaves_the_umask_alone(tmp_path: Path, umask: int) -> None:
    def write(name: str) -> None:
        for _ in range(100):
            files.write_atomic(tmp_path / name, b"x")

    threads = [threading.Thread(target=write, args=(str(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen = os.open(tmp_path / "probe", os.O_CREAT | os.O_WRONLY, 0o666)
        assert stat.S_IMODE(os.fstat(seen).st_mode) == 0o666 & ~umask
        os.close(seen)
        (tmp_path / "probe").unlink()
    after = os.umask(umask)
    assert after == umask


def test_json_has_no_number_that_json_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    nan, infinity = float("nan"), float("inf")
    files.write_json(path, {"a": [nan, 1.5, (infinity,)], "b": {"c": -infinity}, "d": True})
    assert json.loads(path.read_text()) == {"a": [None, 1.5, [None]], "b": {"c": None}, "d": True}


def test_json_can_hold_a_path_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    name = os.fsdecode(b"caf\xe9")
    files.write_json(path, [name, "数字"])
    assert json.loads(path.read_text(encoding="utf-8")) == [name, "数字"]
