"""What is left on the terminal when the window is gone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from invented import recorded
from pty_app import PtyApp
from scratch import PATIENCE_SECONDS, Scratch
from tiny_data import tiny_config

from core import runs
from core.events import RunEnded
from core.journal import Journal
from tui import console

if TYPE_CHECKING:
    import pytest

    from core.runs import Run


def told(scratch: Scratch) -> Run:
    """A finished run of four epochs that never happened."""
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": "told"})
    run = runs.create(scratch.path / scratch.saved, "told", text.text)
    with Journal(run.journal_path) as journal:
        for event in recorded(4, epochs=4):
            journal.append(event)
        journal.append(RunEnded(outcome="completed", reason="all 4 epochs are done", seconds=40.0))
    return run


def test_the_chart_that_was_looked_at_and_the_result_stay_in_the_scrollback(
    scratch: Scratch,
) -> None:
    run = told(scratch)
    command = [sys.executable, "-m", "tui", "-r", str(run.path)]
    with PtyApp(command, rows=24, columns=80, cwd=scratch.path) as app:
        app.wait_for("✓ finished", PATIENCE_SECONDS)
        app.wait_for("train", PATIENCE_SECONDS)
        app.press("m")
        app.wait_for("accuracy, a point", PATIENCE_SECONDS)
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        text = app.text()
    assert f"accuracy of told/{run.id}" in text
    assert "best val_loss 0.0750 at epoch 4" in text
    assert "all 4 epochs are done" in text
    assert 12 <= text.strip().count("\n") <= 20
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_pipe_gets_the_result_line_alone(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    console.farewell(told(scratch), metric="loss", ascii_glyphs=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("finished   4 epochs")
    assert line.isascii()
