"""The list of runs: what is seen first comes first, and it stays as things are."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from recorded import recorded
from scratch import PATIENCE_SECONDS, told_run, wait_for

from core import summary
from tui.runs import watch
from tui.runs.watch import RunsWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scratch import Scratch

    from tui.messages import RunsFound


class Heard:
    """What was posted."""

    def __init__(self) -> None:
        self.messages: list[RunsFound] = []

    def ids(self) -> list[str]:
        """Of the last list, newest first."""
        return [row["id"] for row in self.messages[-1].rows] if self.messages else []

    def complete(self) -> int:
        return sum(message.complete for message in self.messages)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watching(scratch: Scratch, heard: Heard) -> Iterator[RunsWatch]:
    with patch.object(watch, "SECONDS", 0.05):
        made = RunsWatch(scratch.path / scratch.saved, heard.messages.append)
        yield made
        made.close()
        made._thread.join(PATIENCE_SECONDS)
        assert not made._thread.is_alive()


def test_the_first_screen_is_told_before_all_is_read(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    for _ in range(5):
        told_run(scratch, "x")
    with patch.object(watch, "FIRST_ROWS", 2):
        watching.look()
        wait_for(heard.complete)
    assert [(len(message.rows), message.complete) for message in heard.messages] == [
        (2, False), (5, True),
    ]  # fmt: skip
    first, whole = heard.messages
    assert whole.rows[:2] == first.rows


def test_live_runs_come_first(scratch: Scratch, watching: RunsWatch, heard: Heard) -> None:
    with recorded(scratch.saved.resolve(), "running") as live:
        told_run(scratch, "newer")
        watching.look()
        wait_for(heard.complete)
        assert [row["status"] for row in heard.messages[-1].rows] == ["running", "completed"]
        assert heard.ids()[0] == live.id


def test_while_it_is_looked_at_runs_come_and_go_by_themselves(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    first = told_run(scratch, "x")
    watching.be_looked_at(looked_at=True)
    wait_for(lambda: heard.ids() == [first.id])
    second = told_run(scratch, "y")
    wait_for(lambda: set(heard.ids()) == {first.id, second.id})
    shutil.rmtree(second.path)
    wait_for(lambda: heard.ids() == [first.id])


def test_when_nothing_changes_nothing_is_read_or_told(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    told_run(scratch, "x")
    watching.be_looked_at(looked_at=True)
    wait_for(heard.complete)
    with patch("core.runs.known", side_effect=AssertionError):
        time.sleep(0.5)  # ten looks
    assert heard.complete() == 1


def test_an_ended_run_is_read_once(scratch: Scratch, watching: RunsWatch, heard: Heard) -> None:
    told_run(scratch, "x")
    watching.look()
    wait_for(heard.complete)
    with patch.object(summary, "line", wraps=summary.line) as read:
        told_run(scratch, "y")
        watching.look()
        wait_for(lambda: heard.complete() == 2)
    assert read.call_count == 1


def test_nobody_looking_costs_no_wake_up(
    watching: RunsWatch, heard: Heard, scratch: Scratch
) -> None:
    watching.be_looked_at(looked_at=True)
    wait_for(heard.complete)
    watching.be_looked_at(looked_at=False)
    wait_for(lambda: heard.complete() == 2)
    told_run(scratch, "x")
    time.sleep(0.3)
    assert heard.complete() == 2


def test_a_watch_that_was_never_used_is_closed_without_a_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    RunsWatch(tmp_path, lambda _: None).close()
    assert threading.active_count() == before
