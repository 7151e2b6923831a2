"""The whole main job in a real terminal, with the keyboard alone, and what is left of it after."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from pty_app import PtyApp, modes_left_on
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, wait_for

if TYPE_CHECKING:
    from core.runs import Run

COMMAND = (sys.executable, "-m", "tui")
SIZES = [(24, 80), (40, 120)]


def app_in(
    scratch: Scratch, size: tuple[int, int] = (24, 80), *arguments: str, warm: bool = True
) -> PtyApp:
    """The app in a terminal of so many rows and columns; the scratch home is in our environment."""
    rows, columns = size
    command = [*COMMAND, *arguments]
    return PtyApp(command, rows=rows, columns=columns, cwd=scratch.path, warm=warm)


def wait(app: PtyApp, text: str) -> str:
    return app.wait_for(text, PATIENCE_SECONDS)


def curve(text: str) -> int:
    """How many cells of the chart are drawn in braille."""
    return sum("\u2801" <= char <= "\u28ff" for char in text)


def wait_for_growth(app: PtyApp) -> None:
    """See the curve, then more of it."""
    before = curve(app.wait_for(lambda text: curve(text) > 0, PATIENCE_SECONDS))
    app.wait_for(lambda text: curve(text) > before, PATIENCE_SECONDS)


def assert_restored(app: PtyApp) -> None:
    assert b"\x1b[?1049h" in app.raw
    assert modes_left_on(app.raw) == set()
    assert app.termios_now() == app.termios_before
    assert "1 Config" not in app.text()


def assert_stopped_with_checkpoint(run: Run) -> None:
    assert run.state().status(live=run.live()) == "stopped"
    assert (run.path / "last.pth").stat().st_size > 0
    assert not run.live()


@pytest.mark.parametrize("size", SIZES)
def test_the_main_job_is_done_with_the_keyboard_alone(
    size: tuple[int, int], scratch: Scratch
) -> None:
    scratch.write_config(FOREVER)
    with app_in(scratch, size, warm=size != SIZES[0]) as app:
        wait(app, "nothing is running")
        wait(app, "enter   quick run")
        app.press("s")
        wait(app, "● running")
        app.wait_for(lambda text: bool(re.search(r"\b1 +\d\.\d{4} ", text)), PATIENCE_SECONDS)
        wait_for_growth(app)

        app.press("p")
        wait(app, "‖ paused")
        app.press("p")
        wait(app, "● running")

        app.press("x")
        wait(app, "■ stopped")
        run = scratch.run()
        assert_stopped_with_checkpoint(run)

        app.press("t")
        text = wait(app, "of 200 wrong")
        assert "on the test images" in text
        app.press("esc")
        wait(app, "■ stopped")
        app.press("q")
        assert app.wait() == 0
        assert_restored(app)
        # What is left on the main screen says how it ended, and where it is.
        assert "■ stopped" in app.text()
        assert run.id in app.text()


def test_from_the_first_screen_enter_wait_t_gives_a_trained_and_tested_network(
    scratch: Scratch,
) -> None:
    with app_in(scratch, warm=False) as app:
        wait(app, "quick run")
        app.press("enter")
        wait(app, "✓ finished")
        app.press("t")
        wait(app, "of 200 wrong")
        app.press("esc")
        app.press("q")
        assert app.wait() == 0
        assert_restored(app)
    run = scratch.run()
    assert run.name() == "sprint"
    assert (run.path / "model_best.pth.test.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_while_training_saves_and_restores_the_terminal(
    number: signal.Signals, scratch: Scratch
) -> None:
    scratch.write_config(FOREVER)
    with app_in(scratch) as app:
        wait(app, "Nothing is running yet.")
        app.press("s")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        os.kill(app.process.pid, number)
        assert app.wait() == 128 + number
        assert_restored(app)
        assert_stopped_with_checkpoint(scratch.run())


def test_a_run_that_a_signal_stopped_says_how_to_go_on(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    with app_in(scratch) as app:
        wait(app, "Nothing is running yet.")
        app.press("s")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        os.kill(app.process.pid, signal.SIGTERM)
        assert app.wait() == 143
        shown = app.text().replace("\n", "")
        assert "■ stopped" in shown
        assert f"-r {scratch.run().path}" in shown


def test_a_signal_to_an_idle_app_ends_it_with_the_terminal_restored(scratch: Scratch) -> None:
    with app_in(scratch, warm=False) as app:
        wait(app, "Nothing is running yet.")
        os.kill(app.process.pid, signal.SIGTERM)
        assert app.wait() == 143
        assert_restored(app)
    assert scratch.runs() == []


def test_after_a_child_that_was_killed_the_launcher_restores_the_terminal(
    scratch: Scratch,
) -> None:
    with app_in(scratch, warm=False) as app:
        wait(app, "Nothing is running yet.")
        assert modes_left_on(app.raw)
        (child,) = psutil.Process(app.process.pid).children()
        child.kill()
        assert app.wait() == 137
        assert_restored(app)


def test_leaving_while_a_run_is_live_asks_saves_and_leaves(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    with app_in(scratch) as app:
        wait(app, "Nothing is running yet.")
        app.press("s")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.press("q")
        wait(app, "stop and save, then leave")
        app.press("s")
        assert app.wait() == 0
        assert_restored(app)
        assert_stopped_with_checkpoint(scratch.run())


def test_a_mistake_is_one_sentence_before_the_terminal_is_touched(scratch: Scratch) -> None:
    with app_in(scratch, (24, 80), "-c", "nowhere.json", warm=False) as app:
        assert app.wait() == 2
        assert b"\x1b[?1049h" not in app.raw
        assert app.text().strip() == (
            "mnist-tui: nowhere.json: there is no such file: give another, or leave out -c"
        )
        assert app.termios_now() == app.termios_before


def test_train_in_a_terminal_shows_its_progress_and_leaves_the_terminal_alone(
    scratch: Scratch,
) -> None:
    with app_in(scratch, (24, 80), "train") as app:
        assert app.wait(PATIENCE_SECONDS) == 0
        assert "epoch 1/2  loss " in app.text()
        assert "epoch 2/2  loss " in app.text()
        assert modes_left_on(app.raw) == set()
        assert app.termios_now() == app.termios_before


def test_train_plain_in_a_terminal_writes_no_control_characters(scratch: Scratch) -> None:
    with app_in(scratch, (24, 120), "train", "--plain") as app:
        assert app.wait(PATIENCE_SECONDS) == 0
        assert b"\x1b" not in app.raw
        assert app.raw.count(b"\n") == 2


def test_without_a_terminal_there_is_one_sentence_and_code_2(scratch: Scratch) -> None:
    done = subprocess.run(
        COMMAND,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=scratch.path,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "needs a terminal" in done.stderr
