"""What a training prints lands in its log."""

from __future__ import annotations

import sys
import threading
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import core
from core import runs
from core.processes import capture, worker

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_lines_of_this_thread_are_taken_and_those_of_others_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines: list[str] = []
    before = sys.stdout, sys.stderr
    with capture.into(lines.append):
        sys.stdout.write("one\ntwo, ")
        sys.stderr.write("an error\n\n")
        sys.stdout.write("still two\nthree")
        assert not sys.stdout.isatty()
        other = threading.Thread(target=lambda: sys.stdout.write("from elsewhere\n"))
        other.start()
        other.join()
    assert lines == ["one", "an error", "two, still two", "three"]
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr().out == "from elsewhere\n"


def test_of_a_progress_bar_only_its_last_state_is_told() -> None:
    lines: list[str] = []
    with capture.into(lines.append):
        sys.stderr.write("\r10 %\r20 %")
        sys.stderr.write("\r100 %\n")
        sys.stderr.write("x" * (capture.LONGEST_LINE + 1))
        assert lines[0] == "100 %"
        assert len(lines) == 2


def test_a_warning_is_one_line_with_its_place() -> None:
    lines: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        shown = warnings.showwarning
        with capture.into(lines.append):
            warnings.warn("mind the gap", UserWarning, stacklevel=1)
        assert warnings.showwarning is shown
    (line,) = lines
    assert line.startswith(f"WARNING UserWarning: mind the gap ({__file__}, line ")


def test_a_window_that_came_meanwhile_keeps_its_own_streams() -> None:
    before = sys.stdout
    theirs: Any = SimpleNamespace(write=lambda text: None)
    try:
        with capture.into(lambda line: None):
            sys.stdout = theirs
        assert sys.stdout is theirs
    finally:
        sys.stdout = before


def test_a_progress_bar_that_draws_above_the_prints_keeps_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """rich puts a stream of its own on top, prints lines above its bars and draws these again."""
    lines: list[str] = []
    with capture.into(lines.append):
        below: Any = sys.stdout
        try:
            sys.stdout = cast("Any", SimpleNamespace(write=below.write))
            sys.stdout.write("a line\x1b[2K the bar\n")
        finally:
            sys.stdout = below
    assert lines == []
    assert capsys.readouterr().out == "a line\x1b[2K the bar\n"


def test_what_a_training_prints_is_in_its_log_whatever_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(*_: object, **__: object) -> tuple[str, str]:
        sys.stdout.write("from a network of somebody's own: \udc80\n")
        warnings.warn("an odd number", RuntimeWarning, stacklevel=1)
        return "completed", "all is done"

    monkeypatch.setattr(core, "trainer", SimpleNamespace(train=train), raising=False)
    run = runs.create(tmp_path, "prints", "{}")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert worker.work(run, {}, lambda control: None).outcome == "completed"
    text = run.log_path.read_text()
    assert "  from a network of somebody's own: \\udc80\n" in text
    assert "  WARNING RuntimeWarning: an odd number (" in text
    assert capsys.readouterr() == ("", "")
