"""Errors that nobody expected: the terminal is restored, the run saved, and it is said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from pty_app import PtyApp, modes_left_on
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, wait_for

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = """
import sys
import threading

from tui.app import MnistApp
from tui.cli import main
from tui.screens.main import MainScreen
from tui.widgets.status_line import StatusLine


def fail(*_):
    raise ValueError("broken [/x] \\x1b[2J on purpose")


def in_a_worker(app):
    async def work():
        fail()

    app.run_worker(work())


def while_drawing(screen):
    StatusLine.draw = fail
    screen.query_one(StatusLine).update()


MnistApp.action_save_now = fail
MnistApp.action_pause = in_a_worker
MnistApp.action_stop = lambda app: threading.Thread(target=fail).start()
MainScreen.action_undo = while_drawing
sys.exit(main())
"""
"""The app with four keys that fail, each in another place."""


def broken_app(scratch: Scratch) -> PtyApp:
    return PtyApp([sys.executable, "-c", BROKEN], columns=100, cwd=scratch.path)


def crash_logs(home: Path) -> list[Path]:
    return list((home / "state" / "mnist-tui").glob("crash-*.log"))


@pytest.mark.parametrize("key", ["k", "p", "x", "ctrl+z"])
def test_an_error_anywhere_ends_in_a_sentence_and_a_restored_terminal(
    key: str, scratch: Scratch, scratch_home: Path
) -> None:
    with broken_app(scratch) as app:
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        app.press(key)
        assert app.wait(PATIENCE_SECONDS) == 1
        assert modes_left_on(app.raw) == set()
        assert app.termios_now() == app.termios_before
        shown = app.text().replace("\n", "")
        (log,) = crash_logs(scratch_home)
        assert r"went wrong in the program itself: ValueError: broken [/x] \x1b[2J" in shown
        assert str(log) in shown
        assert "Traceback" not in shown
        assert "in fail" in log.read_text()


def test_the_run_of_a_window_that_broke_is_saved_and_can_go_on(
    scratch: Scratch, scratch_home: Path
) -> None:
    scratch.write_config(FOREVER)
    with broken_app(scratch) as app:
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        app.press("s")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.press("k")
        assert app.wait(PATIENCE_SECONDS) == 1
        assert modes_left_on(app.raw) == set()
        run = scratch.run()
        assert f"mnist-tui train -r {run.path}" in app.text().replace("\n", "")
    state = run.state()
    assert not run.live()
    assert state.ended is not None
    assert (state.ended.outcome, state.ended.reason) == ("stopped", "an error in the window")
    assert (run.path / "last.pth").exists()
    assert "ValueError: broken" in run.log_path.read_text()
    assert len(crash_logs(scratch_home)) == 1
