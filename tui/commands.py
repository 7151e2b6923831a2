"""The commands of the command line, each from its options to its exit code."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from core import devices, requests, runs
from core.errors import MistakeError
from core.exit_codes import FAILED, MISTAKE, OK, SIGNALLED
from core.files import without_non_finite
from core.own_code import copies as own_code
from core.paths import expanded
from core.processes import several
from core.saved import finding, summary
from tui import console, say
from tui.asked import prepare, save_dir
from tui.clean import clean
from tui.foreground import Foreground
from tui.runs.order import LIVE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from core.requests import Kind
    from core.runs import Run
    from core.state import RunState

PATIENCE_SECONDS = 30.0
"""How long a run may take to do what it was asked: a step, a validation batch, a save."""


def run(options: argparse.Namespace) -> int:
    """Do what the options say. A mistake of the caller's is a line on stderr and exit 2."""
    command: Callable[[argparse.Namespace], int] = _COMMANDS[options.command or "--plain"]
    try:
        return command(options)
    except MistakeError as error:
        say.complain(*str(error).splitlines())
        return MISTAKE
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return SIGNALLED + signal.SIGINT


def _train(options: argparse.Namespace) -> int:
    target, changes = prepare(options)
    number = several.of_run(target, changes, options.nproc)
    if options.detach:
        return _detach(target, changes, number)
    foreground = Foreground(target, changes, on_hangup=options.on_hangup, num_processes=number)
    return foreground.train(plain=options.plain)


def _detach(target: Run, changes: dict[str, Any], number: int) -> int:
    """Start processes and wait until one holds the run: then it can be followed and asked."""
    process = several.beside(target, changes, number)
    while process.poll() is None and not target.live():
        time.sleep(0.05)
    say.out(str(target.path))
    if process.poll():
        say.complain(f"the training ended at once: see {target.log_path}")
        return FAILED
    return OK


def _test(options: argparse.Namespace) -> int:
    path, device = _network(options)
    from core.evaluate import evaluate

    beside = own_code.folder_of(options.config) if options.config else None
    if beside is None:
        say.complain(*own_code.changes_since(runs.Run(path.absolute().parent)))
    results = evaluate(path, device, beside)
    if options.json:
        _print_json(results)
    else:
        console.test_result(path, results)
    return OK


def _network(options: argparse.Namespace) -> tuple[Path, str]:
    """The checkpoint that is asked for and its device; torch can be imported now."""
    path = expanded(options.checkpoint)
    if not path.is_file() and not runs.is_checkpoint(path):
        target = finding.find(options.checkpoint, save_dir(options))
        path = target.best_checkpoint() or target.path / runs.LAST
    device = devices.choose(options.device or "cpu", 0)[0].split(",")[0]
    from core.processes import importing, spinning

    spinning.prepare()
    importing.import_torch()
    return path, device


def _predict(options: argparse.Namespace) -> int:
    from tui.digits import guessing
    from tui.digits.guesses import print_guesses

    path, device = _network(options)
    pictures, mistakes = guessing.read(options.images)
    say.complain(*mistakes)
    if pictures:
        guesses = guessing.guess(path, device, pictures)
        if options.json:
            # In ASCII: a file's name may hold bytes that are no text, and is told exactly.
            say.out(json.dumps([guess.to_json() for guess in guesses], indent=1))
        else:
            print_guesses(path, guesses, ascii_glyphs=options.ascii)
    return MISTAKE if mistakes else OK


def _runs(options: argparse.Namespace) -> int:
    rows = [summary.summary(item) for item in finding.known(save_dir(options))]
    rows.sort(key=lambda row: (row["status"] not in LIVE, -row["started"]))
    if options.json:
        _print_json(rows)
    else:
        console.run_table(rows)
    return OK


def _show(options: argparse.Namespace) -> int:
    target = finding.find(options.run, save_dir(options))
    if options.json:
        _print_json(summary.report(target))
    else:
        console.show(target, ascii_glyphs=options.ascii, width=options.width, height=options.height)
    return OK


def _follow(options: argparse.Namespace) -> int:
    target = finding.find(options.run, save_dir(options), prefer_live=True)
    state = console.follow(target, target.live)
    return FAILED if state.ended is not None and state.ended.outcome == "failed" else OK


def _stop(options: argparse.Namespace) -> int:
    target = _live_run(options)
    return _ask(target, "stop", lambda _: not target.live(), "stopped")


def _pause(options: argparse.Namespace) -> int:
    return _ask(_live_run(options), "pause", lambda state: state.paused, "paused")


def _resume(options: argparse.Namespace) -> int:
    target = finding.find(options.run, save_dir(options), prefer_live=True)
    if target.live():
        return _ask(target, "continue", lambda state: not state.paused, "going on")
    options.resume = str(target.path)
    options.config = options.device = options.saved = None
    target, changes = prepare(options)
    number = several.of_run(target, changes)
    foreground = Foreground(target, changes, on_hangup="continue", num_processes=number)
    return foreground.train(plain=False)


def _devices(options: argparse.Namespace) -> int:
    found = devices.list_devices_in_child()
    if options.json:
        _print_json([device.to_json() for device in found])
    else:
        console.device_table(found)
    return OK


def _doctor(options: argparse.Namespace) -> int:
    from tui.doctor.command import examine

    return examine(save_dir(options))


def _plain(options: argparse.Namespace) -> int:
    from tui.plain import plain

    return plain(options)


def _live_run(options: argparse.Namespace) -> Run:
    target = finding.find(options.run, save_dir(options), prefer_live=True)
    if not target.live():
        raise MistakeError(f"{target.path}: is not running, so there is nothing to ask of it")
    return target


def _ask(target: Run, kind: Kind, done: Callable[[RunState], bool], word: str) -> int:
    try:
        identity = requests.ask(target.requests_path, kind)
    except OSError as error:  # another person's run, or the disk is full
        raise MistakeError(
            f"{target.requests_path}: cannot be written: {error.strerror}"
        ) from error
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = target.state()
        answered = any(answer[0] == identity for answer in state.answers)
        if (answered and done(state)) or not target.live():
            say.out(f"{target.path}: {word}")
            return OK
        time.sleep(0.1)
    say.complain(f"{target.path}: no answer in {PATIENCE_SECONDS:.0f} s; it may still come")
    return FAILED


def _new(options: argparse.Namespace) -> int:
    from core.own_code import new_project

    files = new_project.create(options.folder)
    say.out(f"{clean(str(options.folder))}: {', '.join(path.name for path in files)}")
    say.out(f"cd {clean(shlex.quote(str(options.folder)))} && mnist-tui")
    return OK


def _print_json(value: object) -> None:
    say.out(json.dumps(without_non_finite(value), ensure_ascii=False, indent=1))


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "train": _train,
    "test": _test,
    "predict": _predict,
    "runs": _runs,
    "show": _show,
    "follow": _follow,
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "devices": _devices,
    "doctor": _doctor,
    "new": _new,
    "--plain": _plain,
}
