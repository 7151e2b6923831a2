"""The commands of the command line, each from its options to its exit code."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import config_file, devices, normalize, own_code, requests, runs, several, summary
from core.errors import MistakeError
from core.files import without_non_finite
from core.paths import expanded
from tui import console, starting
from tui.clean import clean
from tui.foreground import Foreground

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from core.jsontext import JsonText
    from core.requests import Kind
    from core.runs import Run
    from core.state import RunState

OK, FAILED, MISTAKE = 0, 1, 2
PATIENCE_SECONDS = 30.0
"""How long a run may take to do what it was asked: a step, a validation batch, a save."""


def run(options: argparse.Namespace) -> int:
    """Do what the options say. A mistake of the caller's is a line on stderr and exit 2."""
    command: Callable[[argparse.Namespace], int] = _COMMANDS[options.command or "--plain"]
    try:
        return command(options)
    except MistakeError as error:
        for line in str(error).splitlines():
            console.complain(line)
        return MISTAKE
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def edits(options: argparse.Namespace) -> dict[str, Any]:
    """The flags that stand for values of the config, by dotted path."""
    flags = {
        "optimizer.args.lr": getattr(options, "lr", None),
        "data_loader.args.batch_size": getattr(options, "bs", None),
        "trainer.epochs": getattr(options, "epochs", None),
        "name": getattr(options, "name", None),
        "device": options.device,
        "trainer.save_dir": str(options.saved) if options.saved else None,
    }
    found = {path: value for path, value in flags.items() if value is not None}
    for item in getattr(options, "set", []):
        path, equals, value = item.partition("=")
        if not equals or not all(path.split(".")):
            raise MistakeError(f"--set {clean(item)}: give PATH=VALUE, as trainer.epochs=5")
        found[path] = _value(value)
    return found


def prepare(options: argparse.Namespace) -> tuple[Run, dict[str, Any]]:
    """The run directory to train and what changes in it; nothing is left behind by a mistake."""
    fine_tune = getattr(options, "fine_tune", None)
    if options.resume and fine_tune:
        raise MistakeError("--fine-tune: begins anew where -r goes on: give one of the two")
    if options.resume or fine_tune:
        from core import resume

        given = normalize.read(options.config) if options.config else None
        _complain(normalize.notes_of(given) if given else [])
        plan_of = resume.fine_tuning if fine_tune else resume.plan
        reference = str(fine_tune or options.resume)
        folder = own_code.folder_of(options.config) if options.config else None
        plan = plan_of(reference, save_dir(options), given, edits(options), folder)
        _complain(plan.notices)
        _check_processes(plan.text, options)
        return plan.realize(), plan.changes
    path = config_file.asked_for(options.config, Path.cwd())
    given = normalize.read(path)
    text = _on_the_cpu(starting.edited(given, edits(options)), options)
    _check_processes(text, options)
    created = starting.create(text, own_code.folder_of(path))
    _complain(normalize.notes_of(given, text))
    return created, {}


def _check_processes(text: JsonText, options: argparse.Namespace) -> None:
    """Raise MistakeError while there is no run yet."""
    if (asked := getattr(options, "nproc", None)) is not None:
        from core.config import Config  # pydantic: only where it is wanted

        several.num_processes(Config.parse(text.value), asked)


def _on_the_cpu(text: JsonText, options: argparse.Namespace) -> JsonText:
    """With --nproc the CPU is meant where no device is named, whatever n_gpu says."""
    if getattr(options, "nproc", None) is None or text.value.get("device") not in (None, "auto"):
        return text
    return text.set(("device",), "cpu")


def _complain(sentences: list[str]) -> None:
    for sentence in sentences:
        console.complain(sentence)


def save_dir(options: argparse.Namespace) -> Path:
    """The folder whose runs a command means: --saved, else that of the config here."""
    if options.saved:
        return Path(options.saved)
    given = getattr(options, "config", None)
    try:
        text = config_file.read_text(config_file.asked_for(given, Path.cwd()))
        return expanded(str(normalize.normalize(text.value).value["trainer"]["save_dir"]))
    except (MistakeError, KeyError, TypeError):
        return Path("saved")


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
    console.out(str(target.path))
    if process.poll():
        console.complain(f"the training ended at once: see {target.log_path}")
        return FAILED
    return OK


def _test(options: argparse.Namespace) -> int:
    path, device = _network(options)
    from core.evaluate import evaluate

    beside = own_code.folder_of(options.config) if options.config else None
    if beside is None:
        _complain(own_code.changes_since(runs.Run(path.absolute().parent)))
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
        target = runs.find(options.checkpoint, save_dir(options))
        path = target.best_checkpoint() or target.path / runs.LAST
    device = devices.choose(options.device or "cpu", 0)[0].split(",")[0]
    from core import spinning

    spinning.prepare()
    return path, device


def _predict(options: argparse.Namespace) -> int:
    from tui.digits import guessing
    from tui.digits.guesses import print_guesses

    path, device = _network(options)
    pictures, mistakes = guessing.read(options.images)
    _complain(mistakes)
    if pictures:
        guesses = guessing.guess(path, device, pictures)
        if options.json:
            # In ASCII: a file's name may hold bytes that are no text, and is told exactly.
            console.out(json.dumps([guess.to_json() for guess in guesses], indent=1))
        else:
            print_guesses(path, guesses, ascii_glyphs=options.ascii)
    return MISTAKE if mistakes else OK


def _runs(options: argparse.Namespace) -> int:
    rows = [summary.summary(item) for item in runs.known(save_dir(options))]
    rows.sort(key=lambda row: (row["status"] not in ("running", "paused"), -row["started"]))
    if options.json:
        _print_json(rows)
    else:
        console.run_table(rows)
    return OK


def _show(options: argparse.Namespace) -> int:
    target = runs.find(options.run, save_dir(options))
    if options.json:
        _print_json(summary.report(target))
    else:
        console.show(target, ascii_glyphs=options.ascii, width=options.width, height=options.height)
    return OK


def _follow(options: argparse.Namespace) -> int:
    target = runs.find(options.run, save_dir(options), prefer_live=True)
    state = console.follow(target, target.live)
    return FAILED if state.ended is not None and state.ended.outcome == "failed" else OK


def _stop(options: argparse.Namespace) -> int:
    target = _live_run(options)
    return _ask(target, "stop", lambda _: not target.live(), "stopped")


def _pause(options: argparse.Namespace) -> int:
    return _ask(_live_run(options), "pause", lambda state: state.paused, "paused")


def _resume(options: argparse.Namespace) -> int:
    target = runs.find(options.run, save_dir(options), prefer_live=True)
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
    target = runs.find(options.run, save_dir(options), prefer_live=True)
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
            console.out(f"{target.path}: {word}")
            return OK
        time.sleep(0.1)
    console.complain(f"{target.path}: no answer in {PATIENCE_SECONDS:.0f} s; it may still come")
    return FAILED


def _new(options: argparse.Namespace) -> int:
    from core import new_project

    files = new_project.create(options.folder)
    console.out(f"{clean(str(options.folder))}: {', '.join(path.name for path in files)}")
    console.out(f"cd {clean(shlex.quote(str(options.folder)))} && mnist-tui")
    return OK


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _print_json(value: object) -> None:
    console.out(json.dumps(without_non_finite(value), ensure_ascii=False, indent=1))


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
