"""Over a real SSH connection that is frozen and cut."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pty_app import PtyApp
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, wait_for
from ssh_server import MISSING, SshServer, ssh_server

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
APP = f"{shlex.quote(sys.executable)} -m tui"
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def log_in(server: SshServer, folder: Path, line: str) -> PtyApp:
    """A terminal with an SSH client in it; `line` runs in `folder` at the other end."""
    kept = {name: os.environ[name] for name in os.environ if name.startswith("XDG_")}
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in kept.items())
    there = f"cd {shlex.quote(str(folder))} && PYTHONPATH={PROJECT} {settings} exec {line}"
    return PtyApp(server.command(there))


def trainers(scratch: Scratch) -> list[psutil.Process]:
    """The processes at the other end, by the folder they are in."""
    return [process for process in psutil.process_iter() if _is_in(process, scratch.path)]


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        command = process.cmdline()
        return Path(process.cwd()) == folder and "tui" in command
    except psutil.Error:
        return False


def outcome(scratch: Scratch) -> str:
    ended = scratch.run().state().ended
    return ended.outcome if ended is not None else "none"


def test_a_cut_link_leaves_a_run_that_another_folder_shows_and_stops(
    server: SshServer, scratch: Scratch, tmp_path: Path
) -> None:
    scratch.write_config(FOREVER)
    with log_in(server, scratch.path, f"{APP} --start") as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.wait_for("running", PATIENCE_SECONDS)
        app.process.kill()
        app.process.wait(5)
    time.sleep(1)
    assert scratch.run().live()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with log_in(server, elsewhere, APP) as app:  # from any folder, it opens on the live run
        app.wait_for("running", PATIENCE_SECONDS)
        app.press("q")
        assert app.wait(5) == 0
    assert scratch.run().live()
    stop = [sys.executable, "-m", "tui", "stop", "latest"]
    subprocess.run(stop, cwd=elsewhere, check=True, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    assert outcome(scratch) == "stopped"
    wait_for(lambda: not trainers(scratch), 10)


def test_a_client_that_freezes_and_dies_leaves_nothing_but_the_run(
    server: SshServer, scratch: Scratch
) -> None:
    scratch.write_config({**FOREVER, "trainer.epochs": 40})
    with log_in(server, scratch.path, f"{APP} --start --rate 30") as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        app.process.kill()
        app.process.wait(5)
    wait_for(lambda: outcome(scratch) == "completed")
    wait_for(lambda: not trainers(scratch), 10)


def test_an_idle_window_ends_with_its_connection(server: SshServer, scratch: Scratch) -> None:
    with log_in(server, scratch.path, APP) as app:
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        app.process.kill()
        app.process.wait(5)
        wait_for(lambda: not trainers(scratch), 5)
