"""Where descriptor 2 leads while a window is open, and what is left of that at its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tui.link import stray
from tui.link.stray import STDERR, StrayOutput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def output() -> Iterator[StrayOutput]:
    output = StrayOutput()
    yield output
    output.lead_back(drawn_on=False)


@pytest.fixture
def own_log(scratch_home: Path) -> Path:
    return scratch_home / "state" / "mnist-tui" / "stderr.log"


def place(descriptor: int) -> tuple[int, int]:
    facts = os.fstat(descriptor)
    return facts.st_dev, facts.st_ino


def test_it_goes_to_the_log_of_the_run_that_is_trained_also_when_the_window_came_back(
    output: StrayOutput, own_log: Path, tmp_path: Path
) -> None:
    before = place(STDERR)
    terminal = output.lead_away()
    assert place(terminal) == before
    assert not os.get_inheritable(terminal)
    os.write(STDERR, b"first\n")
    output.lead_to(tmp_path / "train.log")
    os.write(STDERR, b"second\n")
    output.lead_back(drawn_on=False)
    assert place(STDERR) == before
    output.lead_away()
    os.write(STDERR, b"third\n")
    assert own_log.read_text() == "first\n"
    assert (tmp_path / "train.log").read_text() == "second\nthird\n"


def test_a_terminal_that_is_still_written_to_keeps_its_number(output: StrayOutput) -> None:
    terminal = output.lead_away()
    output.lead_back(drawn_on=True)
    assert place(terminal) == place(STDERR)
    os.close(terminal)


def test_the_windows_own_log_does_not_grow_for_ever(
    output: StrayOutput, own_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stray, "MOST_BYTES", 10)
    own_log.parent.mkdir(parents=True)
    own_log.write_bytes(b"x" * 11)
    output.lead_away()
    os.write(STDERR, b"new\n")
    assert own_log.read_text() == "new\n"


def test_where_nothing_can_be_kept_it_is_dropped(
    output: StrayOutput, scratch_home: Path, tmp_path: Path
) -> None:
    (scratch_home / "state").write_text("no folder")
    output.lead_away()
    os.write(STDERR, b"lost\n")
    output.lead_to(tmp_path / "nowhere" / "train.log")
    assert place(STDERR) == (os.stat(os.devnull).st_dev, os.stat(os.devnull).st_ino)  # noqa: PTH116
