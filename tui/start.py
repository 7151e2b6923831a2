"""From the command line's options to the running app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core import config_file, runs
from core.errors import MistakeError
from tui import console, starting
from tui.app import MnistApp
from tui.commands import edits, save_dir
from tui.draft import Draft

if TYPE_CHECKING:
    import argparse

    from core.runs import Run

MISTAKE, SIGNALLED = 2, 128


def start(options: argparse.Namespace) -> int:
    """Run the app; returns its exit code."""
    try:
        app = make_app(options)
    except MistakeError as error:
        for line in str(error).splitlines():
            console.complain(line)
        return MISTAKE
    app.run()
    code = app.return_code or 0
    if app.shown is not None:
        console.out(console.headline(app.shown, app.shown.state()))
        if code > SIGNALLED:
            console.complain(f"go on with: mnist-tui train -r {app.shown.path}")
    return code


def make_app(options: argparse.Namespace) -> MnistApp:
    """The app for some options. Raises MistakeError."""
    folder = save_dir(options)
    shown = [runs.find(options.resume, folder)] if options.resume else live_runs(folder)
    draft = Draft.read(options.config or config_file.default_path(Path.cwd()))
    draft.text = starting.edited(draft.text, edits(options))
    return MnistApp(draft, folder, shown=shown, start=options.start)


def live_runs(folder: Path) -> list[Run]:
    """The runs that are being trained now, here or in any known save folder."""
    return [run for run in runs.known(folder) if run.live()]
