"""How often a live run is drawn."""

from __future__ import annotations

import pytest

from tui.link.pace import Pace, Traffic


@pytest.fixture(autouse=True)
def _no_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


def test_ten_updates_a_second_here_and_two_over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Pace(None, lambda: 0).seconds() == 0.1
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")
    assert Pace(None, lambda: 0).seconds() == 0.5
    assert Pace(4, lambda: 0).seconds() == 0.25


def test_slower_while_something_waits_and_at_once_as_before_when_it_is_gone() -> None:
    waiting = [1, 1, 1, 1, 1, 1, 1, 0]
    steady = Pace(2, lambda: waiting.pop(0))
    assert [steady.seconds() for _ in range(8)] == [1, 2, 4, 5, 5, 5, 5, 0.5]


def test_a_rate_that_is_slower_than_that_stays() -> None:
    assert Pace(0.1, lambda: 1).seconds() == 10


def test_the_traffic_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Driver:
        num_bytes, backlog = 0, 0

    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    driver, traffic = Driver(), Traffic()
    driver.num_bytes, clock[0] = 26_000, 120.0
    said = traffic.look(driver, Pace(2, lambda: 0))  # type: ignore[arg-type]  # what it reads
    assert said == "1.3 kB/s sent in 20 s, nothing waits, 2 updates a second"
