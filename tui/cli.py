"""The one command, `mnist-tui`. Nothing heavy is imported before it is known what is wanted."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path

import core
from core.exit_codes import MISTAKE
from tui import streams, terminal

# `from typing import TYPE_CHECKING` would cost some milliseconds; checkers know this name too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


FRAMES_PER_SECOND = "120"
EPILOG = "Without a command: the app. Runs are kept in ./saved, or where the config says."


def main() -> int:
    """Run the command line; returns the exit code."""
    if (problem := _wrong_place()) is not None:
        sys.stderr.write(f"mnist-tui: {problem}\n")
        return MISTAKE
    if not streams.knows_every_sign():
        streams.write_what_can_be_written()
    options = _parser().parse_args()
    if options.command is None and not options.plain:
        return _app(options)
    from tui import commands

    return commands.run(options)


def _app(options: argparse.Namespace) -> int:
    from tui.link.launcher import launch

    stdin, stderr = sys.stdin.isatty(), sys.stderr.isatty()
    if (problem := terminal.refusal(os.environ, stdin=stdin, stderr=stderr)) is not None:
        sys.stderr.write(f"mnist-tui: {problem}\n")
        return MISTAKE
    few_signs = terminal.why_ascii(os.environ, sys.stderr.encoding) is not None

    def run_app() -> int:
        gc.disable()  # until the first paint: it looks at what is imported, again and again
        # Textual draws what changed at the next of so many moments a second: a key waits for it.
        os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
        from tui.link.width_probe import WidthProbe

        with WidthProbe(wanted=not (options.ascii or few_signs)) as probe:
            from tui.start import start
        options.ascii = options.ascii or few_signs or probe.too_wide
        return start(options)

    return launch(run_app)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mnist-tui",
        description="Train your first networks in the terminal, over SSH.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say the version and leave")
    _add_source(parser)
    parser.add_argument("--start", action="store_true", help="begin training at once")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument(
        "--no-mouse", action="store_true", help="leave the mouse to the terminal, to mark text"
    )
    parser.add_argument(
        "--rate", type=_rate, metavar="N", help="updates a second: else 10, and 2 over SSH"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="no window: lines of the live run, or with --start of a new one",
    )
    _add_on_hangup(parser)
    _add_saved(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_train(commands)
    _add_run_commands(commands)
    devices = commands.add_parser("devices", help="what can be trained on here, and why not")
    _add_json(devices)
    new = commands.add_parser("new", help="a small project with a network of your own")
    new.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")
    doctor = commands.add_parser("doctor", help="what is found here, and what to do about it")
    _add_saved(doctor)
    return parser


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 60:
        raise argparse.ArgumentTypeError("give a number above 0, at most 60")
    return rate


def _num_processes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError("give a whole number from 1 on")
    return int(text)


def _add_on_hangup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on-hangup",
        choices=("continue", "save-exit"),
        default="continue",
        help="when the terminal is gone: train on to the end, or save, stop and leave",
    )


def _add_train(commands: argparse._SubParsersAction[_Parser]) -> None:
    train = commands.add_parser("train", help="train without the app")
    _add_source(train)
    train.add_argument(
        "--fine-tune",
        metavar="CHECKPOINT",
        help="a new run that begins with the weights of a checkpoint, and with nothing else",
    )
    train.add_argument("--lr", "--learning_rate", type=float, metavar="X", help="learning rate")
    train.add_argument("--bs", "--batch_size", type=int, metavar="N", help="batch size")
    train.add_argument("--epochs", type=int, metavar="N", help="train up to this epoch")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="any value of the config, as trainer.early_stop=5; VALUE is JSON or a plain text",
    )
    train.add_argument("--name", metavar="NAME", help="the run's name")
    train.add_argument(
        "--plain",
        action="store_true",
        default=argparse.SUPPRESS,  # or it would undo `mnist-tui --plain train`
        help="plain lines also in a terminal",
    )
    train.add_argument(
        "--nproc", type=_num_processes, metavar="N", help="train in N processes, on the CPU"
    )
    train.add_argument(
        "--detach", action="store_true", help="train in a process of its own; prints the run"
    )
    _add_on_hangup(train)
    _add_saved(train)


def _add_run_commands(commands: argparse._SubParsersAction[_Parser]) -> None:
    test = commands.add_parser("test", help="a checkpoint on the test images")
    test.add_argument("-r", "--resume", required=True, metavar="CHECKPOINT", dest="checkpoint")
    test.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="CONFIG",
        help="take code of your own from beside this config, not from the run",
    )
    test.add_argument("-d", "--device", metavar="DEVICE")
    _add_json(test)
    _add_saved(test)
    predict = commands.add_parser("predict", help="what a checkpoint takes pictures of digits for")
    predict.add_argument("-r", "--resume", required=True, metavar="CHECKPOINT", dest="checkpoint")
    predict.add_argument("images", nargs="+", metavar="IMAGE", help="PNG, JPEG and others")
    predict.add_argument("-d", "--device", metavar="DEVICE")
    _add_json(predict)
    _add_ascii(predict)
    _add_saved(predict)
    listing = commands.add_parser("runs", help="every run and its checkpoints")
    _add_json(listing)
    _add_saved(listing)
    show = commands.add_parser("show", help="a run and its loss chart")
    show.add_argument("run", metavar="RUN")
    _add_json(show)
    _add_ascii(show)
    show.add_argument("--width", type=int, metavar="W", help="columns of the chart")
    show.add_argument("--height", type=int, metavar="H", help="rows of the chart")
    _add_saved(show)
    for name, purpose in (
        ("follow", "follow a run until it ends"),
        ("stop", "stop a live run; it saves first"),
        ("pause", "pause a live run"),
        ("resume", "let a paused run go on, or take up one that ended"),
    ):
        command = commands.add_parser(name, help=purpose)
        command.add_argument("run", metavar="RUN", help="a path, an id, NAME/ID, or latest")
        _add_saved(command)


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="CONFIG",
        help="a config.json, or the name of a bundled preset",
    )
    parser.add_argument("-r", "--resume", metavar="RUN|CHECKPOINT", help="go on from there")
    parser.add_argument(
        "-d", "--device", metavar="DEVICE", help="auto, cpu, cuda:1, mps, 0, or 0,1"
    )


def _add_saved(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--saved", type=Path, metavar="DIR", help="the folder of the runs")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for scripts")


def _add_ascii(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ascii",
        action="store_true",
        default=argparse.SUPPRESS,  # or it would undo `mnist-tui --ascii show`
        help="draw with ASCII characters only",
    )


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other mistake is said."""

    def error(self, message: str) -> NoReturn:
        """Complain and leave with 2."""
        sys.stderr.write(f"{self.prog}: {message}: {self.prog} --help tells more\n")
        raise SystemExit(MISTAKE)


class _Version(argparse.Action):
    """Looks the version up only when asked: importlib.metadata costs 20 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from core.processes.child import our_version

        sys.stdout.write(f"mnist-tui {our_version()}\n")
        parser.exit(0)


def _wrong_place() -> str | None:
    """Why this cannot run here, or None."""
    if sys.platform == "win32":
        return "it runs on Linux and macOS, and needs their signals: on Windows use it in WSL"
    ours = Path(__file__).resolve().parents[1]
    if core.__file__ is None or Path(core.__file__).resolve().parents[1] != ours:
        return (
            f"another package called core ({core.__file__}) hides the one of mnist-tui: "
            "start it from another folder, or without PYTHONPATH"
        )
    return None


if __name__ == "__main__":
    sys.exit(main())
