"""A link that is lost, in every way and at every moment: what is left, what becomes of the run."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from program import (
    APP,
    PROJECT,
    kill_all_in,
    outcome,
    processes_in,
    same,
    spinning,
    weights,
)
from pty_app import PtyApp
from scratch import Scratch, wait_for

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from ssh_server import SshServer

FAULTS = (
    "client killed", "client frozen, then killed", "terminal closed", "closed without a signal",
    "closed, the signal ignored",
)  # fmt: skip
KILLED, FROZEN, CLOSED, UNTOLD, IGNORED = FAULTS
MOMENTS = ("importing", "loading", "training", "saving", "idle")
OTHER_SESSION = """
import os, sys
if os.fork():
    os.wait()
else:
    os.setsid()  # so that nobody tells it when the terminal goes
    os.execv(sys.argv[1], sys.argv[1:])
"""
AS_NOHUP = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""
WRAPPERS = {UNTOLD: OTHER_SESSION, IGNORED: AS_NOHUP}
PATIENCE_SECONDS = 120.0
SHORTEST_FREEZE_SECONDS = 5.0
END_SECONDS = 10.0
"""For the processes to be gone after their run, and for an idle window after its link."""


def log_in(server: SshServer, folder: Path, command: list[str], **how: Any) -> PtyApp:
    """A terminal with an SSH client in it; the command runs in `folder` at the other end."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
    kept["PYTHONPATH"] = str(PROJECT)
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in kept.items())
    there = f"cd {shlex.quote(str(folder))} && {settings} exec {shlex.join(command)}"
    return PtyApp(server.command(there), **how)


def lose_a_link(
    scratch: Scratch, server: SshServer, fault: str, moment: str, chance: random.Random,
    undisturbed: dict[str, Any], longest_freeze: float,
) -> None:  # fmt: skip
    """Open the app, cut its link in one way at one moment; raises AssertionError with what failed.

    `undisturbed` are the weights that the folder's config comes to when nothing happens.
    """
    try:
        with _open(fault, server, scratch, idle=moment == "idle") as app:
            if moment == "idle":
                app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
            else:
                wait_for(lambda: _reached(scratch, moment), PATIENCE_SECONDS)
            time.sleep(chance.random() * 0.3)
            freeze = chance.uniform(SHORTEST_FREEZE_SECONDS, longest_freeze)
            _cut(app, fault, freeze)
            if moment == "idle":
                wait_for(lambda: not processes_in(scratch.path), END_SECONDS)
            else:
                _look_after_the_run(scratch, undisturbed)
    except AssertionError as error:
        raise AssertionError(f"{fault}, {moment}: {error}") from error
    finally:
        kill_all_in(scratch.path)


def _open(fault: str, server: SshServer, scratch: Scratch, *, idle: bool) -> PtyApp:
    command = [*APP, *([] if idle else ["--start"])]
    if fault in (KILLED, FROZEN):
        return log_in(server, scratch.path, command)
    if fault in WRAPPERS:
        command = [sys.executable, "-c", WRAPPERS[fault], *command]
    return PtyApp(command, cwd=scratch.path, env={"PYTHONPATH": str(PROJECT)})


def _cut(app: PtyApp, fault: str, freeze_seconds: float) -> None:
    if fault == FROZEN:
        app.process.send_signal(signal.SIGSTOP)
        time.sleep(freeze_seconds)
    if fault in (KILLED, FROZEN):
        app.process.kill()
        app.process.wait(10)
    app.hang_up()


def _reached(scratch: Scratch, moment: str) -> bool:
    """Whether the run is where its link is to be cut."""
    if not scratch.runs():
        return False
    state = scratch.run().state()
    if moment == "importing":
        return state.phase == "importing torch" or state.started is not None
    if moment == "loading":
        return state.phase == "loading data" or state.started is not None
    return state.epoch >= 2 and (moment == "training" or state.phase == "saving")


def _look_after_the_run(scratch: Scratch, undisturbed: dict[str, Any]) -> None:
    """It trains on to the same weights, nothing else uses a core, and nothing outlives it."""
    run = scratch.run()
    wait_for(lambda: run.state().epoch >= 1, PATIENCE_SECONDS)
    time.sleep(1.5)  # the window goes
    busy = spinning(processes_in(scratch.path))
    assert not busy, f"spins: {busy}"
    wait_for(lambda: outcome(run) != "none", PATIENCE_SECONDS)
    assert outcome(run) == "completed", f"ended otherwise: {run.state().ended}"
    wait_for(lambda: not processes_in(scratch.path), END_SECONDS)
    assert same(weights(run), undisturbed), "other weights"
