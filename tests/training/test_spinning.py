"""When torch's threads may spin, and that their bits do not depend on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from core.processes import spinning

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 20.0

TWO_ON_ONE_CORE = """
import os, subprocess, sys, time
from core.processes import spinning

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    before, until = spinning._seconds_waited(), time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    print(spinning._seconds_waited() - before)
finally:
    other.kill()
    other.wait()
"""


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nobody chose."""
    for name in (spinning.COUNT, spinning.POLICY):
        monkeypatch.delenv(name, raising=False)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def team_names() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "second team"]


@pytest.mark.usefixtures("undecided")
def test_where_the_kernel_tells_of_waiting_the_default_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spinning, "_seconds_waited", lambda: 0.0)
    spinning.prepare()
    assert "GOMP_SPINCOUNT" not in os.environ


@pytest.mark.usefixtures("undecided")
def test_where_nobody_tells_of_waiting_a_fixed_count_must_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spinning, "_seconds_waited", lambda: None)
    spinning.prepare()
    assert os.environ["GOMP_SPINCOUNT"] == spinning.FIXED_COUNT
    with spinning.only_when_idle():
        assert "spinning" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("name", (spinning.COUNT, spinning.POLICY))
def test_what_a_person_chose_stays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spinning, "_seconds_waited", lambda: None)
    for other in (spinning.COUNT, spinning.POLICY):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "7")
    spinning.prepare()
    assert os.environ[name] == "7"
    with spinning.only_when_idle():
        assert "spinning" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.usefixtures("undecided")
def test_a_second_team_is_held_while_others_want_the_cores_and_only_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share, waited = 0.0, 0.0

    def seconds_waited() -> float:
        nonlocal waited
        waited += share * spinning.LOOK_SECONDS
        return waited

    monkeypatch.setattr(spinning, "_seconds_waited", seconds_waited)
    monkeypatch.setattr(spinning, "LOOK_SECONDS", 0.02)
    with spinning.only_when_idle():
        time.sleep(0.2)
        assert team_names() == []
        share = 0.5
        wait_for(lambda: bool(team_names()))
        share = 0.2  # between the two: as it was
        time.sleep(0.3)
        assert team_names() == ["second team"]
        share = 0.05  # what waking costs by itself, with nobody else there
        wait_for(lambda: not team_names())
        share = 0.5
        wait_for(lambda: bool(team_names()))
    assert team_names() == []


def test_the_kernel_counts_how_long_threads_had_no_core() -> None:
    if spinning._seconds_waited() is None or not hasattr(os, "sched_setaffinity"):
        pytest.skip("this kernel has no /proc/self/task/*/schedstat")
    # In a process of its own: threads of this one that end take what they have waited with them.
    said = subprocess.run(
        [sys.executable, "-c", TWO_ON_ONE_CORE], check=True, capture_output=True, text=True
    )
    assert float(said.stdout) > 0.05
