"""Deleting: into the trash and back, whoever else is at it, and never more than was asked."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from privileges import UNKNOWN, without_privileges

from core import journal, runs
from core.errors import MistakeError
from core.journal import Journal
from core.saved import finding, trash

if TYPE_CHECKING:
    from core.runs import Run

CONFIG = json.dumps({"name": "x"})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture
def run(saved: Path) -> Run:
    return made(saved)


def made(saved: Path) -> Run:
    """A run with two checkpoints, one of them with facts beside it."""
    run = runs.create(saved, "x", CONFIG)
    run.journal_path.touch()
    (run.path / "last.pth").write_bytes(b"1234567")
    (run.path / "model_best.pth").write_bytes(b"12345")
    (run.path / "last.pth.json").write_bytes(b"123")
    (run.path / "last.pth.test.json").write_bytes(b"12")
    return run


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_is_moved_into_the_trash_and_back(saved: Path, run: Run) -> None:
    before = names(run.path)
    deleted = trash.delete(run.path)
    assert finding.scan(saved) == []
    assert not run.path.exists()
    assert deleted.folder.parent == saved / ".trash"
    assert names(deleted.folder / run.id) == before
    assert trash.take_back(deleted) == run.path
    assert finding.scan(saved) == [run]
    assert names(run.path) == before
    assert names(saved / ".trash") == set()


def test_a_checkpoint_goes_with_the_facts_beside_it_and_comes_back(run: Run) -> None:
    before = names(run.path)
    deleted = trash.delete(run.path / "last.pth")
    assert before - names(run.path) == {"last.pth", "last.pth.json", "last.pth.test.json"}
    assert trash.take_back(deleted) == run.path / "last.pth"
    assert names(run.path) == before


def test_it_is_known_beforehand_what_is_freed(run: Run) -> None:
    one = trash.amount(trash.belongings(run.path / "last.pth"))
    assert one == trash.Amount(num_bytes=7 + 3 + 2, num_checkpoints=1)
    every = trash.amount(trash.belongings(run.path))
    assert every == trash.Amount(num_bytes=17 + len(CONFIG), num_checkpoints=2)
    assert trash.amount([run.path / "gone"]) == trash.Amount(0, 0)


def test_the_trash_is_emptied_for_good(saved: Path, run: Run) -> None:
    deleted = trash.delete(run.path)
    assert trash.content(saved).num_checkpoints == 2
    trash.empty(saved)
    assert trash.content(saved) == trash.Amount(0, 0)
    assert trash.newest(saved) is None
    with pytest.raises(MistakeError, match="no longer in the trash"):
        trash.take_back(deleted)
    trash.empty(saved)


def test_what_was_deleted_last_is_found_again_later(saved: Path, run: Run) -> None:
    other = made(saved)
    assert trash.newest(saved) is None
    trash.delete(run.path)
    time.sleep(0.01)
    last = trash.delete(other.path)
    assert trash.newest(saved) == last
    trash.take_back(last)
    found = trash.newest(saved)
    assert found is not None
    assert found.was == run.path


def test_a_live_run_is_refused_and_stays_whole(run: Run) -> None:
    before = names(run.path)
    with Journal(run.journal_path), patch.object(journal, "LOCK_PATIENCE_SECONDS", 0.1):
        for path in (run.path, run.path / "last.pth"):
            with pytest.raises(MistakeError, match="is being trained: stop it first"):
                trash.delete(path)
    assert names(run.path) == before


def test_a_run_that_becomes_live_after_the_question_is_refused(run: Run) -> None:
    trash.amount([run.path])  # the question
    with (
        Journal(run.journal_path),
        patch.object(journal, "LOCK_PATIENCE_SECONDS", 0.1),
        pytest.raises(MistakeError, match="is being trained"),
    ):
        trash.delete(run.path)


def test_no_writer_can_begin_while_a_run_is_moved(run: Run) -> None:
    """One that waits for the lock meanwhile must not train a run in the trash."""
    refused: list[str] = []
    rename = Path.rename

    def write() -> None:
        try:
            Journal(run.journal_path).close()
        except (MistakeError, OSError) as error:
            refused.append(str(error))

    writer = threading.Thread(target=write)

    def slowly(path: Path, target: Path) -> Path:
        if not writer.is_alive():
            writer.start()
            time.sleep(0.2)
        return rename(path, target)

    with patch.object(Path, "rename", slowly):
        deleted = trash.delete(run.path)
    writer.join()
    assert refused == [f"{run.path}: was deleted a moment ago"]
    assert (deleted.folder / run.id / "events.jsonl").read_bytes() == b""


def test_a_writer_that_comes_after_the_deletion_is_told(run: Run) -> None:
    trash.delete(run.path)
    with pytest.raises(MistakeError, match="is gone"):
        Journal(run.journal_path)


def test_a_run_that_vanished_is_told_in_a_sentence(run: Run) -> None:
    checkpoint = run.path / "last.pth"
    shutil.rmtree(run.path)
    for path in (run.path, checkpoint):
        with pytest.raises(MistakeError, match="is gone already"):
            trash.delete(path)


def test_of_two_who_delete_one_run_one_is_told_that_it_is_gone(saved: Path, run: Run) -> None:
    told: list[str] = []
    barrier = threading.Barrier(4)

    def delete() -> None:
        barrier.wait()
        try:
            trash.delete(run.path)
        except MistakeError as error:
            told.append(str(error))

    threads = [threading.Thread(target=delete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [f"{run.path}: is gone already"] * 3
    assert len(names(saved / ".trash")) == 1


def test_names_that_clash_are_kept_apart(saved: Path, run: Run) -> None:
    with patch("time.strftime", lambda *_: "20261123_142233"):
        first = trash.delete(run.path / "last.pth")
        (run.path / "last.pth").write_bytes(b"another")
        second = trash.delete(run.path / "last.pth")
    assert first.folder != second.folder
    assert len(names(saved / ".trash")) == 2


def test_nothing_is_taken_back_over_something_else(run: Run) -> None:
    deleted = trash.delete(run.path / "last.pth")
    (run.path / "last.pth").write_bytes(b"newer")
    with pytest.raises(MistakeError, match="something else is in its place"):
        trash.take_back(deleted)
    assert (run.path / "last.pth").read_bytes() == b"newer"
    assert (deleted.folder / "last.pth").read_bytes() == b"1234567"


def test_a_checkpoint_whose_run_is_gone_too_stays_in_the_trash(run: Run) -> None:
    deleted = trash.delete(run.path / "last.pth")
    shutil.rmtree(run.path)
    with pytest.raises(MistakeError, match="cannot be taken back"):
        trash.take_back(deleted)
    assert (deleted.folder / "last.pth").exists()


def test_links_are_never_followed(saved: Path, run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.pth").write_bytes(b"1" * 1000)
    (run.path / "link").symlink_to(outside)
    (run.path / "link.pth").symlink_to(outside / "precious.pth")
    assert trash.amount([run.path]).num_bytes < 1000
    with pytest.raises(MistakeError, match="is a link"):
        trash.delete(run.path / "link.pth")
    trash.delete(run.path)
    trash.empty(saved)
    assert (outside / "precious.pth").exists()


def test_a_trash_that_is_a_link_is_not_used(saved: Path, run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    (saved / ".trash").symlink_to(outside)
    with pytest.raises(MistakeError, match="is a link"):
        trash.delete(run.path)
    trash.empty(saved)
    assert names(outside) == {"precious"}
    assert run.path.exists()


def test_another_file_system_is_never_written_to(saved: Path, run: Run) -> None:
    before = names(run.path)

    def elsewhere(_path: Path, _target: Path) -> Path:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    with patch.object(Path, "rename", elsewhere), pytest.raises(MistakeError, match="cross-device"):
        trash.delete(run.path)
    assert names(run.path) == before
    assert names(saved / ".trash") == set()


@pytest.mark.skipif(bool(UNKNOWN), reason=UNKNOWN)
def test_what_may_not_be_deleted_is_told_and_stays(saved: Path, run: Run) -> None:
    before = names(run.path)
    run.path.parent.chmod(0o500)
    try:
        with without_privileges(), pytest.raises(MistakeError, match="Permission denied"):
            trash.delete(run.path)
    finally:
        run.path.parent.chmod(0o700)
    assert names(run.path) == before
    (saved / ".trash").chmod(0o500)
    try:
        with without_privileges(), pytest.raises(MistakeError) as caught:
            trash.delete(run.path / "last.pth")
    finally:
        (saved / ".trash").chmod(0o700)
    assert "Permission denied" in str(caught.value)
    assert names(run.path) == before


@pytest.mark.skipif(bool(UNKNOWN), reason=UNKNOWN)
def test_a_trash_that_cannot_be_emptied_is_told(saved: Path, run: Run) -> None:
    deleted = trash.delete(run.path)
    (deleted.folder / run.id).chmod(0o500)
    with without_privileges(), pytest.raises(MistakeError, match="cannot be emptied: Permission"):
        trash.empty(saved)
    (deleted.folder / run.id).chmod(0o700)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"was": 7}', "{}"])
def test_a_broken_note_in_the_trash_is_passed_over(saved: Path, run: Run, text: str) -> None:
    deleted = trash.delete(run.path)
    (deleted.folder / "deleted.json").write_text(text)
    assert trash.newest(saved) is None
    assert trash.content(saved).num_checkpoints == 2


def test_a_run_of_another_program_is_deleted_too(saved: Path) -> None:
    folder = saved / "models" / "Mnist_LeNet" / "1123_062555"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(CONFIG)
    (folder / "model_best.pth").write_bytes(b"1")
    deleted = trash.delete(folder)
    assert not (deleted.folder / folder.name / "events.jsonl").exists()
    assert trash.take_back(deleted) == folder


def test_the_trash_needs_no_torch() -> None:
    code = "import sys, core.saved.trash; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_entry_that_names_another_place_is_not_taken_back(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    run = runs.create(saved, "x", "{}")
    deleted = trash.delete(run.path)
    for outside in (tmp_path / "elsewhere", saved / ".." / "elsewhere"):
        (deleted.folder / "deleted.json").write_text(json.dumps({"was": str(outside)}))
        assert trash.newest(saved) is None
