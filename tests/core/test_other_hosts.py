"""Runs on a file system that another host shares, whose locks do not reach this one."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scratch import beginning

from core import runs
from core.event_lines import to_line
from core.events import Heartbeat, RunEnded, RunStarted
from core.journal import AlreadyLiveError, Journal, is_live
from core.record import other_hosts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.runs import Run

HOUR = 3600.0


@pytest.fixture(autouse=True)
def nothing_measured_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_hosts, "_clocks", {})


def run_of(folder: Path, host: str) -> Run:
    """A run that some host has begun, and whose lock is free as seen from here."""
    run = runs.create(folder, "shared", "{}")
    with Journal(run.journal_path) as journal:
        for event in beginning():
            journal.append(replace(event, host=host) if isinstance(event, RunStarted) else event)
    return run


def written(run: Run, seconds_ago: float) -> Run:
    """The run with its last event so long ago, by the clock of the file system."""
    at = time.time() - seconds_ago
    os.utime(run.journal_path, (at, at))
    return run


@pytest.fixture
def file_system_ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that puts the clock of the file system before ours."""

    def ahead(seconds: float) -> None:
        monkeypatch.setattr(other_hosts, "touched_now", lambda folder: time.time() + seconds)

    return ahead


def test_a_run_of_another_host_lives_while_its_journal_grows(tmp_path: Path) -> None:
    run = run_of(tmp_path, "elsewhere")
    assert is_live(run.journal_path)
    assert is_live(written(run, 80).journal_path)
    assert not is_live(written(run, 100).journal_path)
    assert run.state().status(live=run.live()) == "interrupted"


def test_on_this_host_the_lock_alone_decides(tmp_path: Path) -> None:
    run = run_of(tmp_path, socket.gethostname())
    assert not is_live(run.journal_path)


def test_a_run_that_another_host_ended_is_not_live_at_once(tmp_path: Path) -> None:
    run = run_of(tmp_path, "elsewhere")
    line = RunEnded(outcome="stopped", reason="by request", seconds=1.0)
    written(run, 100)  # or this writer would be refused
    with Journal(run.journal_path) as journal:
        journal.append(line)
    assert not is_live(run.journal_path)


@pytest.mark.parametrize("skew", [-10 * HOUR, -HOUR, HOUR, 10 * HOUR])
def test_a_skewed_clock_makes_nothing_live_and_nothing_dead(
    skew: float, tmp_path: Path, file_system_ahead: Callable[[float], None]
) -> None:
    """The journal's age counts as the file system sees it, whatever our own clock says."""
    file_system_ahead(skew)
    run = run_of(tmp_path, "elsewhere")
    assert is_live(written(run, 10 - skew).journal_path)
    assert not is_live(written(run, 100 - skew).journal_path)
    assert not is_live(written(run, 0).journal_path)  # fresh to our clock alone


@pytest.mark.parametrize("skew", [-10 * HOUR, -100, 0, 100, 10 * HOUR, 1e9])
def test_the_times_that_a_writer_wrote_count_for_nothing(skew: float, tmp_path: Path) -> None:
    run = run_of(tmp_path, "elsewhere")
    written(run, 100)
    with Journal(run.journal_path) as journal:
        journal.append(Heartbeat(time=time.time() + skew))
    assert is_live(written(run, 10).journal_path)
    assert not is_live(written(run, 100).journal_path)
    assert not is_live(written(run, -100).journal_path)  # nobody writes in the future


def test_a_second_writer_is_refused_while_the_other_host_goes_on_writing(tmp_path: Path) -> None:
    run = written(run_of(tmp_path, "elsewhere"), 30)

    def write() -> None:
        with run.journal_path.open("ab") as file:
            file.write(to_line(Heartbeat()))

    elsewhere = threading.Timer(0.7, write)
    elsewhere.start()
    with pytest.raises(AlreadyLiveError, match="is already being trained by pid 1 on elsewhere"):
        Journal(run.journal_path)
    elsewhere.join()


def test_a_run_whose_writer_was_killed_on_another_host_is_taken_up_once_it_was_silent_long_enough(
    tmp_path: Path,
) -> None:
    run = written(run_of(tmp_path, "elsewhere"), 89)
    began = time.monotonic()
    Journal(run.journal_path).close()
    assert 0.5 < time.monotonic() - began < 60


def test_looking_leaves_nothing_behind_and_touches_no_file_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, "elsewhere")
    touched: list[Path] = []
    touch = other_hosts.touched_now

    def touch_and_count(folder: Path) -> float | None:
        touched.append(folder)
        return touch(folder)

    monkeypatch.setattr(other_hosts, "touched_now", touch_and_count)
    before = sorted(run.path.iterdir())
    assert all(is_live(run.journal_path) for _ in range(20))
    assert sorted(run.path.iterdir()) == before
    assert touched == [run.path]


def test_where_no_file_can_be_touched_nothing_is_taken_for_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, "elsewhere")
    monkeypatch.setattr(other_hosts, "touched_now", lambda folder: None)
    assert not is_live(run.journal_path)
    assert other_hosts.touched_now(tmp_path / "nowhere") is None
