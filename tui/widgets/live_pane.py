"""The followed run: progress, loss chart, epochs or log; or how to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.state import RunState
from tui.clean import clean
from tui.widgets.epoch_table import EpochTable
from tui.widgets.log_tail import LogTail
from tui.widgets.loss_chart import LossChart
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from core.runs import Run
    from tui.messages import RunUpdated


class LivePane(Vertical):
    """Shows one run; without one, the first screen."""

    def __init__(self, welcome: str, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self._welcome = welcome
        self.run: Run | None = None
        self.state = RunState()
        self.live = False

    def compose(self) -> ComposeResult:
        """The first screen and, hidden until there is a run, its parts."""
        yield Static(self._welcome, id="welcome", markup=False)
        yield Progress(id="progress")
        yield LossChart(id="chart")
        yield EpochTable(id="epochs")
        yield LogTail(id="log")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "3 Live"

    @property
    def empty(self) -> bool:
        """Whether no run is shown."""
        return self.run is None

    def welcome(self, text: str) -> None:
        """Say something else on the first screen."""
        self.query_one("#welcome", Static).update(text)

    def show(self, update: RunUpdated) -> None:
        """Show a newer state of a run."""
        if self.run is None or self.run.path != update.run.path:
            name = clean(f"{update.run.name()}/{update.run.id}")
            self.border_title = Content(f"3 Live ─ {name}")
        self.run, self.state, self.live = update.run, update.state, update.live
        self.set_class(True, "has-run")
        self.query_one(Progress).show(update.run, update.state, live=update.live)
        self.query_one(LossChart).show(update.state)
        self.query_one(EpochTable).show(update.state)
        self.query_one(LogTail).show(update.log)

    def toggle_log(self) -> None:
        """The log in the place of the epochs, or back."""
        self.toggle_class("show-log")
