"""Numbers as people read them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tui import format as fmt


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "?"),
        (float("inf"), "?"),
        (float("nan"), "?"),
        (0, "0.0 s"),
        (3.61, "3.6 s"),
        (10, "10 s"),
        (41.4, "41 s"),
        (60, "1 min"),
        (250, "4 min 10 s"),
        (3599.6, "1 h"),
        (3 * 3600 + 5 * 60, "3 h 5 min"),
        (2 * 86400, "2 days"),
        (47 * 3600, "47 h"),
        (100 * 86400, "100 days"),
    ],
)
def test_a_duration_is_in_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert fmt.duration(seconds) == words


@pytest.mark.parametrize("seconds", [9.96, 9.999])
def test_just_under_ten_seconds_is_ten(seconds: float) -> None:
    assert fmt.duration(seconds) in ("10 s", "10.0 s")


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0 s"), (41, "41 s"), (125, "2 min"), (3 * 86400, "3 days")]
)
def test_an_age_is_in_its_largest_unit(
    seconds: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    assert fmt.age(1_000_000.0 - seconds) == words


@pytest.mark.parametrize(
    ("num_bytes", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (362_400, "362 kB"),
        (1_400_000, "1.4 MB"),
        (24_000_000_000, "24.0 GB"),
        (5e12, "5000.0 GB"),
    ],
)
def test_a_size_is_in_powers_of_a_thousand(num_bytes: float, words: str) -> None:
    assert fmt.size(num_bytes) == words


def test_a_metric_has_four_decimals_and_may_be_no_number() -> None:
    assert fmt.number(0.97903) == "0.9790"
    assert fmt.number(None) == "nan"


def test_a_metric_of_any_size_keeps_to_seven_characters() -> None:
    sizes = (9.99995, 99.99994, 99.99996, 1234.5, 9999.996, 999999.4, 999999.6, 1.5e12)
    for value in (*sizes, *(-size for size in sizes)):
        assert len(fmt.number(value)) <= 7
        assert float(fmt.number(value)) == pytest.approx(value, rel=0.1 if value > 0 else 0.5)
    assert fmt.number(1234.5) == "1234.50"
    assert fmt.number(1.5e12) == "1.5e+12"


def test_a_rate_has_its_thousands_apart() -> None:
    assert fmt.rate(12_900.4) == "12,900 images/s"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("running", "● running"),
        ("completed", "✓ finished"),
        ("failed", "✗ failed"),
        ("strange", "strange"),
    ],
)
def test_a_status_has_a_sign_and_a_word_a_person_reads(word: str, shown: str) -> None:
    assert fmt.status(word) == shown


def test_every_status_of_the_contract_has_a_sign_of_its_own() -> None:
    words = ("running", "paused", "completed", "stopped", "failed", "interrupted")
    assert len({fmt.status(word)[0] for word in words}) == len(words)


def test_a_run_that_ran_out_of_patience_is_told_from_one_that_had_all_its_epochs() -> None:
    row = {"status": "completed", "epoch": 12, "epochs": 100}
    assert fmt.run_status(row) == "✓ early stop"
    assert fmt.run_status({**row, "epoch": 100}) == fmt.status("completed")
    assert fmt.run_status({**row, "status": "stopped"}) == fmt.status("stopped")


def test_a_path_is_told_from_here_or_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/you")
    assert fmt.path("config.json") == "config.json"
    assert fmt.path(Path.cwd() / "configs" / "a.json") == "configs/a.json"
    assert fmt.path("/home/you/a.json") == "~/a.json"
    assert fmt.path("/home/yours/a.json") == "/home/yours/a.json"
    monkeypatch.setenv("HOME", "/")
    assert fmt.path("/elsewhere/a.json") == "/elsewhere/a.json"


def test_the_middle_of_a_long_path_is_left_out() -> None:
    long = f"/far/away/{'x' * 300}/mine.json"
    short = fmt.path(long)
    assert len(short) == 50
    assert short.startswith("/far/away/")
    assert short.endswith("xx/mine.json")
    assert "…" in short
