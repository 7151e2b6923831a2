"""The terminal goes away: what happens to the window, to the training, and to the processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from link_faults import WRAPPERS
from program import A_WHILE, APP, has_terminal, outcome, same, scratch_in, spinning, train, weights
from pty_app import PtyApp, modes_left_on
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, wait_for

if TYPE_CHECKING:
    from pathlib import Path

HANGUP_CODE = 128 + signal.SIGHUP


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, tiny_mnist: Path) -> dict[str, Any]:
    """The weights at the end of `A_WHILE` when nothing happens to it."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    return weights(train(scratch_in(folder, tiny_mnist, A_WHILE)))


def training(scratch: Scratch, *arguments: str, edits: dict[str, Any] = A_WHILE) -> PtyApp:
    """The app, some epochs into a run."""
    scratch.write_config(edits)
    app = PtyApp([*APP, "--start", *arguments], cwd=scratch.path, warm=True)
    wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 2)
    app.wait_for("running")
    return app


def family(app: PtyApp) -> list[psutil.Process]:
    """The launcher and the process behind it."""
    launcher = psutil.Process(app.process.pid)
    return [launcher, *launcher.children(recursive=True)]


def test_a_training_goes_on_to_the_same_weights_when_the_link_is_lost(
    scratch: Scratch, undisturbed: dict[str, Any]
) -> None:
    with training(scratch) as app:
        processes = family(app)
        app.hang_up()
        assert app.process.wait(PATIENCE_SECONDS) == 0
    run = scratch.run()
    assert outcome(run) == "completed"
    assert same(weights(run), undisturbed)
    assert not any(process.is_running() for process in processes)


def test_the_training_alone_uses_the_cpu_after_the_link_is_lost(scratch: Scratch) -> None:
    with training(scratch, edits=FOREVER) as app:
        behind = family(app)[-1]
        app.hang_up()
        time.sleep(2)
        run = scratch.run()
        assert run.live()
        busy = spinning([behind], 2)
        assert not busy, busy
        assert not has_terminal(behind)
        behind.send_signal(signal.SIGTERM)
        assert app.process.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert outcome(run) == "stopped"


MANY_THREADS = """
import hashlib, threading

def spin():
    while True:
        hashlib.sha256(bytes(10**7))

for _ in range(3):
    threading.Thread(target=spin).start()
"""


def test_what_spins_is_seen() -> None:
    commands = ("while True: pass", MANY_THREADS, "import time; time.sleep(60)")
    started = [subprocess.Popen([sys.executable, "-c", command]) for command in commands]
    try:
        time.sleep(0.5)
        seen = spinning([psutil.Process(process.pid) for process in started])
    finally:
        for process in started:
            process.kill()
            process.wait(PATIENCE_SECONDS)
    assert [int(line.split(":")[0]) for line in seen] == [item.pid for item in started[:2]]


@pytest.mark.parametrize("way", ["idle", "paused", "save-exit", "viewing"])
def test_everything_else_ends_with_its_link(scratch: Scratch, way: str) -> None:
    if way == "idle":
        scratch.write_config()
        app = PtyApp(APP, cwd=scratch.path, warm=True)
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
    elif way == "viewing":
        scratch.write_config({"trainer.epochs": 1})
        train(scratch)
        app = PtyApp([*APP, "-r", "latest"], cwd=scratch.path, warm=True)
        app.wait_for("finished", PATIENCE_SECONDS)
    else:
        app = training(scratch, *(("--on-hangup", "save-exit") if way == "save-exit" else ()))
        if way == "paused":
            app.press("p")
            app.wait_for("paused")
    with app:
        processes = family(app)
        app.hang_up()
        assert app.process.wait(PATIENCE_SECONDS) == HANGUP_CODE
        assert not any(process.is_running() for process in processes)
    if way in ("paused", "save-exit"):
        run = scratch.run()
        assert outcome(run) == "stopped"
        assert (run.path / "last.pth").exists()


@pytest.mark.parametrize("fault", WRAPPERS)
def test_a_link_lost_without_a_signal_is_noticed(scratch: Scratch, fault: str) -> None:
    scratch.write_config(A_WHILE)
    command = [sys.executable, "-c", WRAPPERS[fault], *APP, "--start"]
    with PtyApp(command, cwd=scratch.path) as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 2)
        processes = family(app)[1:]
        app.hang_up()
        wait_for(lambda: outcome(scratch.run()) == "completed")
        wait_for(lambda: not any(process.is_running() for process in processes))


def test_what_is_paused_is_saved_instead_of_waiting_unseen(scratch: Scratch) -> None:
    with training(scratch) as app:
        app.press("p")
        app.wait_for("paused")
        app.press("q")
        app.wait_for("A run is paused in this window.")
        assert "background" not in app.text()
        app.press("s")
        assert app.wait(PATIENCE_SECONDS) == 0
    assert outcome(scratch.run()) == "stopped"


def test_a_terminal_that_takes_nothing_holds_nobody_up(scratch: Scratch) -> None:
    with training(scratch, edits=FOREVER) as app:
        run = scratch.run()
        app.freeze()
        for _ in range(40):  # a screen each, far more than the terminal takes unread
            app.resize(30, 100)
            app.resize(24, 80)
            time.sleep(0.02)
        before = run.state().step
        time.sleep(1)
        assert run.state().step > before
        app.thaw()
        app.wait_for(lambda text: "q leave" in text and "epoch" in text)
        app.freeze()
        app.process.send_signal(signal.SIGTERM)
        time.sleep(3)  # the window's second for its last bytes, and a step
        assert not run.live()
        app.thaw()
        assert app.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert outcome(run) == "stopped"


def test_put_aside_and_brought_back_while_the_run_goes_on(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    shell = ["bash", "--norc", "-i"]
    with PtyApp(shell, cwd=scratch.path, env={"PS1": "prompt> "}) as app:
        app.wait_for("prompt>")
        app.send(f"{sys.executable} -m tui --start\r")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        run = scratch.run()
        app.wait_for("running")
        app.press("ctrl+p")
        app.wait_for("Search")
        app.send("put aside")
        app.wait_for("Put aside")
        app.press("enter", "enter")
        app.wait_for(lambda text: "Stopped" in text and text.rstrip().endswith("prompt>"))
        step = run.state().step
        wait_for(lambda: run.state().step > step)
        app.send("fg\r")
        app.wait_for("running")
        app.press("x")
        app.wait_for("stopped")
        app.press("q")
        app.wait_for(lambda text: text.rstrip().endswith("prompt>"))
        app.send("exit\r")
        app.wait(PATIENCE_SECONDS)


def test_the_command_trains_on_too(scratch: Scratch, undisturbed: dict[str, Any]) -> None:
    scratch.write_config(A_WHILE)
    with PtyApp([*APP, "train"], cwd=scratch.path, warm=True) as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 2)
        app.hang_up()
        assert app.process.wait(PATIENCE_SECONDS) == 0
    run = scratch.run()
    assert outcome(run) == "completed"
    assert same(weights(run), undisturbed)
    assert "\x1b" not in run.log_path.read_text()


def test_the_command_saves_and_ends_if_that_was_asked_for(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    with PtyApp([*APP, "train", "--on-hangup", "save-exit"], cwd=scratch.path, warm=True) as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 2)
        app.hang_up()
        assert app.process.wait(PATIENCE_SECONDS) == HANGUP_CODE
    assert outcome(scratch.run()) == "stopped"


def test_a_launcher_that_is_killed_leaves_the_shell_a_sound_terminal_and_the_run(
    scratch: Scratch,
) -> None:
    scratch.write_config(FOREVER)
    with PtyApp(["bash", "--norc", "-i"], cwd=scratch.path, env={"PS1": "prompt> "}) as app:
        app.wait_for("prompt>")
        app.send(f"{sys.executable} -m tui --start\r")
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.wait_for("running")
        launcher, behind = family(app)[1:3]
        launcher.kill()
        wait_for(lambda: not has_terminal(behind))

        def prompt_is_back() -> bool:
            app.send("\r")  # its first one may have gone with the window
            time.sleep(0.2)
            return app.text().rstrip().endswith("prompt>")

        wait_for(prompt_is_back)
        assert modes_left_on(app.raw) <= {"?2004"}  # the shell's own
        run = scratch.run()
        step = run.state().step
        wait_for(lambda: run.state().step > step)
        behind.terminate()
        wait_for(lambda: outcome(run) == "stopped")
        app.send("exit\r")
        app.wait(PATIENCE_SECONDS)
