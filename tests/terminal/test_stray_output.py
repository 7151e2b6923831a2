"""What C libraries write to file descriptor 2 while the window is open never tears it."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from pty_app import PtyApp, modes_left_on
from scratch import FOREVER, PATIENCE_SECONDS, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from scratch import Scratch

STRAY = "[W NNPACK.cpp:53] Could not initialize NNPACK! Reason: Unsupported hardware."
WITH_A_LIBRARY = f"""
import os, sys, threading, time

def write_when_told():
    while not os.path.exists("now"):
        time.sleep(0.02)
    os.write(2, b"{STRAY}\\r\\n" * 30)
    os.rename("now", "done")

# The window lives in a fork, which threads do not cross.
os.register_at_fork(after_in_child=lambda: threading.Thread(
    target=write_when_told, daemon=True).start())
sys.argv = ["mnist-tui", *sys.argv[1:]]
from tui.cli import main
sys.exit(main())
"""


def window(scratch: Scratch, *arguments: str) -> PtyApp:
    return PtyApp([sys.executable, "-c", WITH_A_LIBRARY, *arguments], cwd=scratch.path)


def let_it_write(scratch: Scratch) -> None:
    (scratch.path / "now").touch()
    wait_for((scratch.path / "done").exists)


def test_a_warning_goes_to_the_windows_own_log(scratch: Scratch, scratch_home: Path) -> None:
    with window(scratch) as app:
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        let_it_write(scratch)
        app.press("?")
        app.wait_for("esc closes this")
        app.press("esc")
        app.wait_for("Nothing is running yet.")
        assert STRAY[:10].encode() not in app.raw
        app.press("q")
        assert app.wait() == 0
        assert modes_left_on(app.raw) == set()
    kept = scratch_home / "state" / "mnist-tui" / "stderr.log"
    assert kept.read_text().count(STRAY) == 30


def test_a_warning_while_training_goes_to_the_runs_log_and_stderr_is_back_at_the_end(
    scratch: Scratch,
) -> None:
    scratch.write_config(FOREVER)
    with window(scratch, "--start") as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.wait_for("running")
        let_it_write(scratch)
        app.process.send_signal(signal.SIGTERM)
        assert app.wait() == 128 + signal.SIGTERM
        assert STRAY[:10].encode() not in app.raw
        assert "mnist-tui: go on with" in app.text()  # which is said on stderr
        assert app.termios_now() == app.termios_before
    assert scratch.run().log_path.read_text().count(STRAY) == 30
