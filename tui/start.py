"""From the command line's options to the running app."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from core import runs
from core.errors import MistakeError
from core.exit_codes import MISTAKE, SIGNALLED
from core.paths import expanded
from core.runs import Run
from core.saved import finding
from core.settings import file as config_file
from tui import crash, say, starting
from tui.app import MnistApp, WayOut
from tui.asked import edits, save_dir
from tui.config.draft import Draft
from tui.link import headless, launcher

if TYPE_CHECKING:
    import argparse


def start(options: argparse.Namespace) -> int:
    """Run the app; returns its exit code."""
    try:
        app = make_app(options)
    except MistakeError as error:
        say.complain(*str(error).splitlines())
        return MISTAKE
    return run(app, ascii_glyphs=options.ascii, mouse=not options.no_mouse)


def run(app: MnistApp, *, ascii_glyphs: bool = False, mouse: bool = True) -> int:
    """Run an app to its end and say on the shell's own screen what is left of it."""
    if ascii_glyphs:
        app.draw_in_ascii()
    try:
        app.run(mouse=mouse)
    except Exception as error:
        return crash.end(error, app.worker)
    if app.crash is not None:
        return crash.end(app.crash, app.worker)
    code = app.return_code or 0
    hung_up = app.way_out is WayOut.HANGUP or code == SIGNALLED + signal.SIGHUP
    if hung_up and launcher.link is not None:
        # After a `kill -HUP` the terminal is still there, and the driver wrote no more.
        launcher.link.leave_terminal_to_launcher()
    if app.worker is not None and app.way_out in GOES_ON:
        return GOES_ON[app.way_out](app.worker)
    if not hung_up:  # else there is nobody to tell
        _say_goodbye(app, code, ascii_glyphs=ascii_glyphs)
    return code


GOES_ON = {WayOut.HANGUP: headless.after_hangup, WayOut.BACKGROUND: headless.in_background}
"""What becomes of a training whose window is left."""


def _say_goodbye(app: MnistApp, code: int, *, ascii_glyphs: bool) -> None:
    if app.shown is None:
        return
    from tui import console  # the window is there before what is printed when it is gone

    console.farewell(app.shown, metric=app.metric, ascii_glyphs=ascii_glyphs)
    if code > SIGNALLED:
        say.complain(f"go on with: mnist-tui train -r {app.shown.path}")


def make_app(options: argparse.Namespace) -> MnistApp:
    """The app for some options. Raises MistakeError."""
    folder = save_dir(options)
    draft = Draft.read(config_file.asked_for(options.config, Path.cwd()))
    draft.text = starting.edited(draft.text, edits(options))
    how = {"on_hangup": options.on_hangup, "rate": options.rate}
    if not options.resume:
        return MnistApp(draft, folder, shown=live_runs(folder), start=options.start, **how)
    target = resume_target(options.resume, folder)
    run = Run(target.parent if runs.is_checkpoint(target) else target)
    return MnistApp(draft, folder, shown=[run], start=options.start, resume=target, **how)


def resume_target(reference: str, folder: Path) -> Path:
    """The run directory or the checkpoint that -r names. Raises MistakeError."""
    path = expanded(reference)
    if runs.is_checkpoint(path):
        if not path.is_file():
            raise MistakeError(f"{path}: there is no such file: mnist-tui runs lists checkpoints")
        return path.resolve()  # its folder may hold no config.json: there is one in the file
    return finding.find(reference, folder).path


def live_runs(folder: Path) -> list[Run]:
    """The runs that are being trained now, here or in any known save folder."""
    return [run for run in finding.known(folder) if run.live()]
