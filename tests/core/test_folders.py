"""The save folders that are remembered."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from core.saved import folders

if TYPE_CHECKING:
    from pathlib import Path


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_nothing_is_known_at_first(scratch_home: Path) -> None:
    assert folders.known() == []
    assert list(scratch_home.iterdir()) == []


def test_the_newest_folder_comes_first_and_once(tmp_path: Path) -> None:
    first, second = make(tmp_path / "first"), make(tmp_path / "second")
    for folder in (first, second, first):
        folders.remember(folder)
    assert folders.known() == [first, second]


def test_a_relative_folder_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "saved")
    monkeypatch.chdir(tmp_path)
    folders.remember(type(tmp_path)("saved"))
    monkeypatch.chdir("/")
    assert folders.known() == [tmp_path / "saved"]


def test_at_most_fifty_are_remembered(tmp_path: Path) -> None:
    made = [make(tmp_path / str(number)) for number in range(53)]
    for folder in made:
        folders.remember(folder)
    assert folders.known() == list(reversed(made))[:50]


def test_a_folder_that_is_gone_is_dropped(tmp_path: Path) -> None:
    first, second = make(tmp_path / "first"), make(tmp_path / "second")
    folders.remember(first)
    folders.remember(second)
    shutil.rmtree(second)
    assert folders.known() == [first]


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b'"text"', b"{}", b"[1]", b"null", b"", b"[" * 10**5]
)
def test_a_broken_memory_is_set_aside(scratch_home: Path, tmp_path: Path, content: bytes) -> None:
    memory = make(scratch_home / "state" / "mnist-tui") / "folders.json"
    memory.write_bytes(content)
    assert folders.known() == []
    assert not memory.exists()
    assert memory.with_name("folders.json.bad").read_bytes() == content
    folders.remember(tmp_path)
    assert folders.known() == [tmp_path]


def test_what_cannot_be_remembered_does_not_stop_a_run(scratch_home: Path, tmp_path: Path) -> None:
    (scratch_home / "state").touch()  # a file where a folder should be
    folders.remember(tmp_path)
    assert folders.known() == []


def test_a_folder_whose_name_is_not_utf8_is_remembered(tmp_path: Path) -> None:
    folder = make(tmp_path / os.fsdecode(b"caf\xe9"))
    folders.remember(folder)
    assert folders.known() == [folder]


def test_without_xdg_the_state_lies_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders.state_home() == tmp_path / ".local" / "state" / "mnist-tui"
