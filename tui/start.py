"""From the command line's options to the running app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core import config_file, runs
from core.errors import MistakeError
from core.runs import Run
from tui import console, starting
from tui.app import MnistApp
from tui.commands import edits, save_dir
from tui.draft import Draft

if TYPE_CHECKING:
    import argparse

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
    draft = Draft.read(options.config or config_file.default_path(Path.cwd()))
    draft.text = starting.edited(draft.text, edits(options))
    if not options.resume:
        return MnistApp(draft, folder, shown=live_runs(folder), start=options.start)
    target = resume_target(options.resume, folder)
    run = Run(target.parent if runs.is_checkpoint(target) else target)
    return MnistApp(draft, folder, shown=[run], start=options.start, resume=target)


def resume_target(reference: str, folder: Path) -> Path:
    """The run directory or the checkpoint that -r names. Raises MistakeError."""
    path = Path(reference).expanduser()
    if runs.is_checkpoint(path):
        if not path.is_file():
            raise MistakeError(f"{path}: there is no such file: mnist-tui runs lists checkpoints")
        return path.resolve()  # its folder may hold no config.json: there is one in the file
    return runs.find(reference, folder).path


def live_runs(folder: Path) -> list[Run]:
    """The runs that are being trained now, here or in any known save folder."""
    return [run for run in runs.known(folder) if run.live()]
