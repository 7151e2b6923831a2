"""Run directories: claimed once, found again from anywhere."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from invented import recorded

from core import runs
from core.event_lines import beginnings, to_line
from core.events import EpochEnded, RunStarted
from core.journal import Journal
from core.runs import Run
from core.saved import finding, folders
from core.saved.finding import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = json.dumps({"name": "Mnist_LeNet", "trainer": {"epochs": 3}})


def make(path: Path, *, journal: bool = True) -> Run:
    """A run directory as it is on the disk, whoever made it."""
    path.mkdir(parents=True)
    (path / "config.json").write_text(CONFIG)
    (path / ("events.jsonl" if journal else "checkpoint-epoch1.pth")).touch()
    return Run(path)


def test_a_new_run_holds_its_config_and_a_journal_without_events(tmp_path: Path) -> None:
    run = runs.create(tmp_path / "saved", "Mnist_LeNet", CONFIG)
    assert run.path.parent == tmp_path / "saved" / "Mnist_LeNet"
    assert {path.name for path in run.path.iterdir()} == {"config.json", "events.jsonl"}
    assert run.journal_path.read_bytes() == b""
    assert run.config() == json.loads(CONFIG)
    assert run.name() == "Mnist_LeNet"
    assert abs(finding.started(run) - time.time()) < 5
    assert run.parent() is None
    assert folders.known() == [tmp_path / "saved"]


def test_a_run_that_was_never_begun_can_be_found(tmp_path: Path) -> None:
    run = runs.create(tmp_path / "saved", "Mnist_LeNet", CONFIG)
    assert finding.find("latest", tmp_path / "saved") == run
    assert run.state().status(live=run.live()) == "interrupted"


def test_a_run_remembers_its_parent(tmp_path: Path) -> None:
    parent = tmp_path / os.fsdecode(b"\xff") / "last.pth"
    run = runs.create(tmp_path, "a/b", CONFIG, parent)
    assert run.parent() == parent
    assert run.path.parent == tmp_path / "a" / "b"


def test_a_parent_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    run = make(tmp_path / "name" / "20260101_000000")
    for text in ("{", "[]", "3", "{}", "[" * 100_000):
        run.parent_path.write_text(text)
        assert run.parent() is None
        assert not run.fine_tunes()


def test_runs_that_start_in_one_second_never_share_a_directory(tmp_path: Path) -> None:
    made: list[Run] = []
    barrier = threading.Barrier(8)

    def create() -> None:
        barrier.wait()
        made.extend(runs.create(tmp_path, "name", CONFIG) for _ in range(4))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.path for run in made}) == 32
    assert all(run.config_path.read_text() == CONFIG for run in made)


def test_a_run_that_cannot_be_written_leaves_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(runs, "write_atomic", full)
    with pytest.raises(OSError, match="full"):
        runs.create(tmp_path, "name", CONFIG)
    assert list((tmp_path / "name").iterdir()) == []


def test_every_kind_of_run_is_found_newest_first(tmp_path: Path) -> None:
    old = make(tmp_path / "20250101_120000")
    deep = make(tmp_path / "a" / "b" / "c" / "20260101_120000")
    template = make(tmp_path / "models" / "Mnist_LeNet" / "0102_030405", journal=False)
    os.utime(template.config_path, (1e9, 1e9))
    (tmp_path / "no config" / "x").mkdir(parents=True)
    (tmp_path / "no config" / "x" / "events.jsonl").touch()
    (tmp_path / "no training").mkdir()
    (tmp_path / "no training" / "config.json").touch()
    assert finding.scan(tmp_path) == [deep, old, template]
    assert finding.scan(tmp_path / "nothing") == []


def test_of_one_second_the_last_run_is_the_newest(tmp_path: Path) -> None:
    names = ["20260101_120000", *(f"20260101_120000_{number}" for number in range(2, 12))]
    made = [make(tmp_path / "name" / name) for name in names]
    assert finding.scan(tmp_path) == list(reversed(made))
    assert finding.find("latest", tmp_path) == made[-1]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside" / "20260101_120000")
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "link").symlink_to(outside.path)
    (saved / "loop").symlink_to(saved)
    assert finding.scan(saved) == []


def test_a_folder_that_may_not_be_entered_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "private" / "20260101_120000")
    run = make(tmp_path / "public" / "20260101_130000")
    scandir, is_file = os.scandir, os.path.isfile

    def forbid(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if "private/" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbid)
    monkeypatch.setattr(os.path, "isfile", lambda path: "private/" not in path and is_file(path))
    assert finding.scan(tmp_path) == [run]


@pytest.mark.parametrize("name", ["00000000_000000", "99999999_999999", "notes", "20260101_12"])
def test_a_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    run = make(tmp_path / name)
    assert finding.scan(tmp_path) == [run]


def test_a_run_is_found_by_path_id_name_and_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "saved"
    one = make(saved / "name" / "20260101_120000")
    other = make(saved / "name" / "20260101_130000")
    monkeypatch.chdir(tmp_path)
    for reference in (
        "20260101_120000",
        "20260101_120000/",
        "name/20260101_120000",
        "saved/name/20260101_120000",
        str(one.path),
        f"{one.path}/",
    ):
        assert finding.find(reference, saved) == one
    assert finding.find("latest", saved) == other


def test_an_ambiguous_id_lists_the_paths(tmp_path: Path) -> None:
    paths = [make(tmp_path / name / "20260101_120000").path for name in ("a", "b")]
    with pytest.raises(NotFoundError) as caught:
        finding.find("20260101_120000", tmp_path)
    first, *lines = str(caught.value).splitlines()
    assert first == "20260101_120000: is the id of several runs, give a path:"
    assert sorted(lines) == list(map(str, paths))
    assert finding.find("b/20260101_120000", tmp_path).path == paths[1]


@pytest.mark.parametrize(
    "reference", ["nothing", "", "x" * 300, "a\0b", "~no-such-user/x", "0101", "/"]
)
def test_what_is_no_run_is_told(tmp_path: Path, reference: str) -> None:
    make(tmp_path / "name" / "20260101_120000")
    with pytest.raises(NotFoundError, match="there is no such run: mnist-tui runs lists them"):
        finding.find(reference, tmp_path)


def test_without_any_run_latest_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"there is no run in .* yet: start one with mnist-tui"):
        finding.find("latest", tmp_path)


def test_a_live_run_is_preferred_where_that_is_asked(tmp_path: Path) -> None:
    live = make(tmp_path / "20260101_120000")
    newest = make(tmp_path / "20260101_130000")
    with Journal(live.journal_path):
        assert live.live()
        assert finding.find("latest", tmp_path, prefer_live=True) == live
        assert finding.find("latest", tmp_path) == newest
    assert finding.find("latest", tmp_path, prefer_live=True) == newest


def test_runs_of_other_save_folders_are_found_too(tmp_path: Path) -> None:
    there = runs.create(tmp_path / "there", "name", CONFIG)
    there.journal_path.touch()
    here = tmp_path / "here"
    assert finding.known(here) == [there]
    assert finding.find("latest", here) == there
    assert finding.find(there.id, here) == there
    assert finding.known(tmp_path / "there") == [there]


def test_a_config_that_cannot_be_read_is_an_empty_one(tmp_path: Path) -> None:
    run = make(tmp_path / "name" / "20260101_120000")
    for content in (b"{", b"[]", b"\xff", b"[" * 100_000):
        run.config_path.write_bytes(content)
        assert run.config() == {}
        assert run.name() == "name"
    run.parent_path.write_text("[]")
    assert run.parent() is None


def test_checkpoints_come_by_epoch_and_step(tmp_path: Path) -> None:
    run = make(tmp_path / "20260101_120000")
    for number in (10, 9, 1):
        (run.path / f"checkpoint-epoch{number}.pth").touch()
    last = run.path / "last.pth"
    last.write_bytes(b"12345")
    facts = {"file": "last.pth", "epoch": 9, "step": 95, "bytes": 5, "sha256": "", "metrics": {}}
    (run.path / "last.pth.json").write_text(json.dumps(facts))
    (run.path / ".last.pth.abc.tmp").touch()
    assert [path.name for path in run.checkpoints()] == [
        "checkpoint-epoch1.pth",
        "checkpoint-epoch9.pth",
        "last.pth",
        "checkpoint-epoch10.pth",
    ]


def test_the_outline_says_what_a_list_of_runs_shows(tmp_path: Path) -> None:
    run = runs.create(tmp_path, "x", "{}")
    run.journal_path.write_bytes(b"".join(map(to_line, recorded(2.5))) + b'{"kind":"Step')
    whole, outline = run.state(), run.outline()
    assert (outline.started, outline.epoch, outline.best) == (whole.started, 2, whole.best)
    assert outline.history == whole.history[-1:]
    assert outline.train_loss != whole.train_loss
    lines = run.journal_path.read_bytes().splitlines()
    assert any(line.startswith(beginnings("StepEnded")) for line in lines)


def test_the_outline_knows_the_best_epoch_of_a_run_that_was_begun_again_before_it(
    tmp_path: Path,
) -> None:
    events = [event for event in recorded(5) if not isinstance(event, RunStarted)]
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    (start,) = (event for event in recorded(5) if isinstance(event, RunStarted))
    again = replace(start, epoch=2, step=2 * start.num_steps)
    run = runs.create(tmp_path, "x", "{}")
    for best in ({1, 2, 5}, {1, 4}, {3}):
        told = [replace(epoch, best=epoch.epoch in best) for epoch in epochs]
        run.journal_path.write_bytes(b"".join(map(to_line, [start, *told, again])))
        assert run.outline().best == run.state().best
        assert run.outline().epoch == run.state().epoch == 2
