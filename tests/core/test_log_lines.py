"""The end of a log: levels, and what is kept."""

from __future__ import annotations

import pytest

from core.record.log_lines import NUM_LINES, NUM_STEPS, LogLines, level_of

AT = "2026-11-23 14:22:33"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (f"{AT}  epoch 1: loss 0.5", "info"),
        (f"{AT}  step 3 of epoch 2: loss 0.2500  lr 0.001", "debug"),
        (f"{AT}  NOTE mind this", "info"),
        (f"{AT}  WARNING last.pth was not saved: the disk is full", "warning"),
        (f"{AT}  failed: the loss became nan", "error"),
        (f"{AT}  Traceback (most recent call last):", "error"),
        ("Traceback (most recent call last):", "error"),
        (f"{AT},123 - trainer - INFO -     loss : 0.5", "info"),
        (f"{AT},123 - trainer - WARNING - no metric", "warning"),
        (f"{AT}  epoch 1: a WARNING in the middle is none", "info"),
        ("a line without a time", "info"),
        ("", "info"),
    ],
)
def test_a_line_says_its_level(text: str, level: str) -> None:
    assert level_of(text, "info") == level


def test_a_line_without_a_time_belongs_to_the_one_before() -> None:
    log = LogLines()
    log.add(
        [f"{AT}  Traceback (most recent call last):", '  File "x.py", line 1', f"{AT}  going on"]
    )
    assert [line.level for line in log.newest()] == ["error", "error", "info"]


def test_steps_never_drown_the_rest_and_the_order_is_that_of_the_log() -> None:
    log = LogLines()
    log.add([f"{AT}  first"])
    log.add(f"{AT}  step {number} of epoch 1: loss 1" for number in range(3 * NUM_STEPS))
    log.add([f"{AT}  last"])
    lines = log.newest()
    assert len(lines) == NUM_STEPS + 2
    assert (lines[0].text, lines[-1].text) == (f"{AT}  first", f"{AT}  last")
    assert [line.number for line in lines] == sorted(line.number for line in lines)
    log.add([f"{AT}  more"] * 2 * NUM_LINES)
    assert len(log.newest()) == NUM_LINES + NUM_STEPS
