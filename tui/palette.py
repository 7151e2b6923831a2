"""Every action of the window by its name, for the command palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SystemCommand

from tui.link.driver import LinkDriver
from tui.words import QUICK_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.app import MnistApp


def commands(app: MnistApp) -> Iterator[SystemCommand]:
    """Each with a line of help; those of the panes included."""
    main = app.main
    yield SystemCommand("Start", "train with the config as shown", app.action_start)
    yield SystemCommand("Quick run", f"{QUICK_RUN}: one epoch in seconds", main.quick_run)
    yield SystemCommand("Pause or go on", "the run that is shown", app.action_pause)
    yield SystemCommand("Stop and save", "the run that is shown", app.action_stop)
    yield SystemCommand("Save now", "a checkpoint of the run that is shown", app.action_save_now)
    yield SystemCommand("Test", "the best checkpoint on the test images", main.action_test)
    yield SystemCommand("Go on", "with the run that is shown", main.action_resume)
    yield SystemCommand(
        "Fine-tune", "a new run with the best weights of this one", main.action_fine_tune
    )
    yield SystemCommand("Take back", "what was deleted last", app.take_back)
    yield SystemCommand("Empty the trash", "deleted runs and checkpoints; asks", app.empty_trash)
    yield SystemCommand("Save config", "write config.json", main.action_save_config)
    yield from (SystemCommand(*command) for command in main.commands())
    yield SystemCommand("Learning rate", "u in Live: another one for it", main.action_live_lr)
    yield SystemCommand("Log", "the log or the epochs", main.action_log)
    yield SystemCommand("Help", "the keys and this pane", main.action_help)
    yield SystemCommand(
        "Layout", "panes side by side, or one at a time, from 120 columns", main.action_beside
    )
    yield SystemCommand("Theme", "dark, light, or the terminal's own", app.action_change_theme)
    yield SystemCommand("Leave", "asks while a run is live", app.action_leave)
    yield SystemCommand(
        "Put aside",
        "the shell has its terminal until fg",
        app.action_suspend_process,
    )
    if isinstance(app._driver, LinkDriver):
        said = app.traffic.look(app._driver, app.pace)
        yield SystemCommand("Link", said, lambda: app.notify(said))
