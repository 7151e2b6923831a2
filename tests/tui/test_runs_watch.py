"""The list of runs: what is seen first comes first, and it stays as things are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from recorded import add_test, recorded, told
from scratch import PATIENCE_SECONDS, beginning, told_run, wait_for

from core import runs
from core.event_lines import to_line
from core.events import (
    EpochEnded,
    RunEnded,
    RunPaused,
    RunStarted,
    SettingChanged,
    StepEnded,
)
from core.journal import Journal
from core.saved import summary
from tui.runs import watch
from tui.runs.watch import RunsWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scratch import Scratch

    from core.events import Event
    from core.runs import Run
    from tui.messages import RunsFound


_GOES_ON = f"""
import sys, time
from pathlib import Path
sys.path[:0] = {sys.path}
from core.journal import Journal
from scratch import beginning
journal = Journal(Path(sys.argv[1]))
journal.append(beginning()[0])
time.sleep(60)
"""


def append(run: Run, event: Event) -> None:
    """As its writer does, who holds the lock."""
    with run.journal_path.open("ab") as file:
        file.write(to_line(event))


class Heard:
    """What was posted."""

    def __init__(self) -> None:
        self.messages: list[RunsFound] = []

    def ids(self) -> list[str]:
        """Of the last list, newest first."""
        return [row["id"] for row in self.messages[-1].rows] if self.messages else []

    def statuses(self) -> list[str]:
        """Of the last list."""
        return [row["status"] for row in self.messages[-1].rows] if self.messages else []

    def tells(self, status: str) -> bool:
        """Of the only run."""
        return self.statuses() == [status]

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
    with (
        patch("core.saved.finding.search", side_effect=AssertionError) as searched,
        patch.object(summary, "line", side_effect=AssertionError) as read,
        patch("core.runs.is_live", side_effect=AssertionError) as asked,
    ):
        time.sleep(0.5)  # ten looks
    assert not searched.called + read.called + asked.called
    assert heard.complete() == 1


def test_a_run_that_goes_on_elsewhere_and_is_killed_there_is_told(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    run = told_run(scratch, "x")
    watching.be_looked_at(looked_at=True)
    wait_for(lambda: heard.statuses() == ["completed"])
    with subprocess.Popen([sys.executable, "-c", _GOES_ON, run.journal_path]) as writer:
        wait_for(lambda: heard.statuses() == ["running"])
        writer.kill()
    wait_for(lambda: heard.statuses() == ["interrupted"])


def test_a_run_that_begins_ends_and_goes_on_elsewhere_is_told(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    watching.be_looked_at(looked_at=True)
    wait_for(heard.complete)
    run = runs.create(scratch.path / scratch.saved, "x", "{}")
    wait_for(lambda: heard.statuses() == ["interrupted"])
    for outcome in ("stopped", "completed"):
        with Journal(run.journal_path) as journal:
            journal.append(beginning()[0])
            wait_for(lambda: heard.statuses() == ["running"])
            journal.append(RunPaused())
            wait_for(lambda: heard.statuses() == ["paused"])
            journal.append(RunEnded(outcome=outcome, reason="", seconds=1.0))
            wait_for(partial(heard.tells, outcome))


def test_while_a_run_is_live_its_epochs_are_told_and_nothing_is_searched(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    told_run(scratch, "old")
    with recorded(scratch.saved.resolve(), "running") as live:
        epoch_ended = next(e for e in told("completed") if isinstance(e, EpochEnded))
        step = next(e for e in told("completed") if isinstance(e, StepEnded))
        watching.be_looked_at(looked_at=True)
        wait_for(heard.complete)
        with patch("core.saved.finding.search", side_effect=AssertionError) as searched:
            for _ in range(10):
                append(live, step)
                time.sleep(0.05)
            assert heard.complete() == 1
            append(live, replace(epoch_ended, epoch=4))
            wait_for(lambda: heard.messages[-1].rows[0]["epoch"] == 4)
        assert not searched.called


def test_a_run_in_a_folder_that_had_none_is_told(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    (scratch.saved / "group" / "x").mkdir(parents=True)
    watching.be_looked_at(looked_at=True)
    wait_for(heard.complete)
    run = told_run(scratch, "group/x")
    wait_for(lambda: heard.ids() == [run.id])
    elsewhere = runs.create(scratch.path / "elsewhere", "y", "{}")  # which is remembered
    wait_for(lambda: len(heard.ids()) == 2)
    assert heard.messages[-1].rows[-1]["run"] == str(elsewhere.path)


def test_what_is_put_beside_a_checkpoint_is_told(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    run = told_run(scratch, "x")
    watching.be_looked_at(looked_at=True)
    wait_for(heard.complete)
    before = heard.messages[-1].rows[0]["bytes"]
    (run.path / "model_best.pth").write_bytes(b"x" * 10)
    wait_for(lambda: heard.messages[-1].rows[0]["bytes"] == before + 10)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ({"type": "SGD", "args": {"lr": "1e-2"}}, ("SGD", 0.01)),
        ({"type": "", "args": {"lr": 10**400}}, (None, None)),
        ({"type": 3, "args": [{"lr": True}]}, (None, None)),
        ("Adam", (None, None)),
    ],
)
def test_how_a_run_learns_is_told_whatever_its_config_holds(
    optimizer: object,
    expected: tuple[str | None, float | None],
    scratch: Scratch,
    watching: RunsWatch,
    heard: Heard,
) -> None:
    runs.create(scratch.path / scratch.saved, "x", json.dumps({"optimizer": optimizer}))
    watching.look()
    wait_for(heard.complete)
    (row,) = heard.messages[-1].rows
    assert (row["optimizer"], row["lr"]) == expected


def test_the_rate_is_the_one_that_was_set_last(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    started = beginning()[0]
    assert isinstance(started, RunStarted)
    started = replace(started, changes={"optimizer.args.lr": 0.5})
    run = told_run(scratch, "x", started, edits={"optimizer.args.lr": 0.25})
    watching.be_looked_at(looked_at=True)
    wait_for(lambda: heard.messages and heard.messages[-1].rows[0]["lr"] == 0.5)
    append(run, SettingChanged(path="optimizer.args.lr", before=0.5, after=0.1, epoch=1, step=9))
    wait_for(lambda: heard.messages[-1].rows[0]["lr"] == 0.1)


def test_what_a_test_gave_is_told_as_soon_as_it_is_there(
    scratch: Scratch, watching: RunsWatch, heard: Heard
) -> None:
    with recorded(scratch.saved.resolve(), "completed") as run:
        watching.be_looked_at(looked_at=True)
        wait_for(heard.complete)
        assert heard.messages[-1].rows[0]["test"] is None
        best = add_test(run)
        expected = {"metric": "accuracy", "value": pytest.approx(0.9816)}
        wait_for(lambda: heard.messages[-1].rows[0]["test"] == expected)
        watching.unfold(frozenset({str(run.path)}))
        wait_for(lambda: "checkpoints" in heard.messages[-1].rows[0])
        (item,) = heard.messages[-1].rows[0]["checkpoints"]
        assert (item["file"], item["test"]) == (best.name, expected)


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
    time.sleep(0.1)
    told_run(scratch, "x")
    time.sleep(0.3)
    assert heard.complete() == 1


def test_that_a_run_elsewhere_ended_is_told_although_nobody_looks(
    scratch: Scratch, watching: RunsWatch, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MOST_SECONDS", 0.05)
    run = runs.create(scratch.path / scratch.saved, "x", "{}")
    with Journal(run.journal_path) as journal:
        journal.append(beginning()[0])
        watching.be_looked_at(looked_at=True)
        wait_for(lambda: heard.statuses() == ["running"])
        watching.be_looked_at(looked_at=False)
        journal.append(RunEnded(outcome="stopped", reason="", seconds=1.0))
    wait_for(lambda: heard.statuses() == ["stopped"])


def test_a_watch_that_was_never_used_is_closed_without_a_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    RunsWatch(tmp_path, lambda _: None).close()
    assert threading.active_count() == before
