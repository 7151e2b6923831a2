"""The followed run: progress, loss chart, epochs or log; or how to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.state import RunState
from tui import format as fmt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.events import Resize

    from core.runs import Run
    from tui.live.outcome import Ended
    from tui.messages import RunUpdated
    from tui.widgets.run_parts import RunParts

LOW = 15
"""Rows below which there is room for the progress and one thing more."""


class LivePane(Vertical):
    """Shows one run; without one, the first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "whole_log", "log: in the place of the chart too, or back", show=False),
    ]

    def __init__(self, welcome: str, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self._welcome = welcome
        self.run: Run | None = None
        self.state = RunState()
        self.live = False
        self._parts: RunParts | None = None

    def compose(self) -> ComposeResult:
        """The first screen; the parts of a run come with it."""
        yield Static(self._welcome, id="welcome", markup=False)

    @property
    def parts(self) -> RunParts:
        """What shows a run. Made with the first one, or for who asks what can be done there: the
        first screen is painted sooner without them.
        """
        return self._parts or self.make_parts()

    def make_parts(self) -> RunParts:
        """Have them, hidden while there is no run."""
        if self._parts is None:
            from tui.widgets import run_parts

            self._parts = run_parts.make()
            self.mount(*self._parts)
        return self._parts

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "3 Live"

    def on_resize(self, event: Resize) -> None:
        """Show what there is room for."""
        self.set_class(event.size.height < LOW, "-low")

    @property
    def empty(self) -> bool:
        """Whether no run is shown."""
        return self.run is None

    def welcome(self, text: str) -> None:
        """Say something else on the first screen."""
        self.query_one("#welcome", Static).update(text)

    def show(self, update: RunUpdated) -> None:
        """Show a newer state of a run."""
        anew = self.run is None or self.run.path != update.run.path
        if anew:
            self.border_title = Content(f"3 Live ─ {fmt.run_name(update.run)}")
        live = update.live and update.state.ended is None  # its writer is there a moment longer
        self.run, self.state, self.live = update.run, update.state, live
        self.set_class(True, "has-run")
        self.parts.progress.show(update.run, update.state, live=live)
        self.parts.chart.show(update.run, update.state)
        self.parts.epochs.show(update.state, anew=anew)
        self.parts.log.show(update.log, anew=anew)

    def run_deleted(self, path: Path) -> None:
        """What was at `path` is in the trash: the run that is shown, or one drawn beside it."""
        if self._parts is not None:
            self._parts.chart.run_deleted(path)
            self._parts.progress.run_moved()

    def taken_back(self, path: Path) -> None:
        """What was at `path` is back."""
        if self._parts is not None:
            self._parts.chart.taken_back(path)
            self._parts.progress.run_moved()

    @property
    def ended(self) -> Ended | None:
        """How the run that is shown ended; None while it is live, and without a run."""
        return None if self._parts is None else self._parts.progress.ended

    @property
    def shows_log(self) -> bool:
        """Whether the log is in view."""
        return self.has_class("show-log")

    def toggle_log(self) -> None:
        """The log in the place of the epochs, or back."""
        self.toggle_class("show-log")
        self.remove_class("whole-log")
        if self.run is not None:  # its keys work at once
            self.screen.set_focus(self.parts.log if self.shows_log else self.parts.chart)

    def action_whole_log(self) -> None:
        """The log in the place of the chart too, or back."""
        if self.shows_log:
            self.toggle_class("whole-log")

    def commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """What the keys of its chart and its log do: a name, the key, the action."""
        yield from self.parts.chart.commands()
        log = self.parts.log
        yield "Log: full", "f in the log: in the place of the chart too", self.action_whole_log
        yield "Log: level", "v in the log: the next least level", log.action_level
        yield "Log: wrap", "w in the log: break long lines, or cut them off", log.action_wrap

    @property
    def log_query(self) -> str:
        """What is searched in the log."""
        return self.parts.log.view.query

    def find_in_log(self, text: str) -> None:
        """Show the last line of the log that holds a text."""
        if not self.shows_log:
            self.toggle_log()
        self.parts.log.find(text)
