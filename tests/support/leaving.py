"""Leaving the window at a random step of its training: for the background, and by a signal."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
from program import (
    A_WHILE,
    APP,
    environment,
    kill_all_in,
    outcome,
    processes_in,
    same,
    train,
    weights,
)
from pty_app import PtyApp, modes_left_on
from scratch import Scratch, wait_for

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


NUM_EPOCHS = 10
EDITS = {**A_WHILE, "trainer.epochs": NUM_EPOCHS}
NUM_STEPS = NUM_EPOCHS * 68
"""135 images in batches of 2."""
SIGNALS = (signal.SIGTERM, signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
EARLY_SHARE, EARLY_SECONDS = 0.2, 4.0
"""How often a signal comes while the program still starts, and until when that is."""


@dataclass(frozen=True)
class Left:
    """How it went."""

    moment: str
    seconds: float
    """Until the shell was back."""


def leave_in_background(
    scratch: Scratch, chance: random.Random, undisturbed: dict[str, Any]
) -> Left:
    """`q`, then `b`: the same process trains on to the same weights, and ends with its run."""
    try:
        with _window(scratch, warm=True) as app:
            _wait_for_step(scratch, step := chance.randrange(1, NUM_STEPS * 3 // 4))
            (behind,) = psutil.Process(app.process.pid).children()
            app.press("q")
            app.wait_for("background")
            began = time.monotonic()
            app.press("b")
            code, seconds = app.wait(60), time.monotonic() - began
            run = scratch.run()
            assert code == 0, f"exit code {code}"
            assert "training goes on" in app.text(), f"not in the background: {app.text()}"
            _assert_restored(app)
            assert outcome(run) == "none", "it had ended before"
            assert behind.is_running(), "the process is gone"
            wait_for(lambda: outcome(run) != "none")
            wait_for(lambda: not processes_in(scratch.path))
        started = run.state().started
        assert started is not None, "never started"
        assert started.pid == behind.pid, "another process trained on"
        assert outcome(run) == "completed", f"ended otherwise: {run.state().ended}"
        assert same(weights(run), undisturbed), "other weights"
        return Left(f"step {step}", seconds)
    finally:
        kill_all_in(scratch.path)


def end_by_signal(scratch: Scratch, chance: random.Random, undisturbed: dict[str, Any]) -> Left:
    """A signal: its exit code, the terminal as before, and a run that goes on bit for bit."""
    number, early = chance.choice(SIGNALS), chance.random() < EARLY_SHARE
    try:
        with _window(scratch, warm=not early) as app:
            moment = _wait_for_a_moment(scratch, app, chance, early=early)
            began = time.monotonic()
            app.process.send_signal(number)
            code, seconds = app.wait(60), time.monotonic() - began
            assert code == 128 + number, f"{number.name}, {moment}: exit code {code}"
            _assert_restored(app)
        assert not processes_in(scratch.path), "a process is left"
        if not scratch.runs():  # it came before there was one
            return Left(moment, seconds)
        run = scratch.run()
        assert not run.live(), "still live"
        if (run.path / "last.pth").exists():
            weights(run)
        train(scratch, "-r", str(run.path))
        assert outcome(run) == "completed", f"ended otherwise: {run.state().ended}"
        assert same(weights(run), undisturbed), f"{number.name}, {moment}: other weights"
        return Left(moment, seconds)
    finally:
        kill_all_in(scratch.path)


def _window(scratch: Scratch, *, warm: bool) -> PtyApp:
    return PtyApp([*APP, "--start"], cwd=scratch.path, env=environment(), warm=warm)


def _wait_for_a_moment(scratch: Scratch, app: PtyApp, chance: random.Random, *, early: bool) -> str:
    if early:
        # The launcher is there once it has forked; before that a signal is the shell's business.
        wait_for(psutil.Process(app.process.pid).children)
        time.sleep(seconds := chance.random() * EARLY_SECONDS)
        return f"early: {seconds:.2f} s"
    _wait_for_step(scratch, step := chance.randrange(1, NUM_STEPS * 9 // 10))
    return f"step {step}"


def _wait_for_step(scratch: Scratch, step: int) -> None:
    wait_for(lambda: scratch.runs() and scratch.run().state().step >= step)


def _assert_restored(app: PtyApp) -> None:
    assert app.termios_now() == app.termios_before, "the terminal's settings differ"
    left = modes_left_on(app.raw)
    assert not left, f"left on: {left}"


def spread(seconds: Sequence[float]) -> str:
    """The middle and the slowest of some times."""
    ordered = sorted(seconds)
    middle = ordered[len(ordered) // 2]
    return f"median {middle:.2f} s, at most {ordered[-1]:.2f} s"
