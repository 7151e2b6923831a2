"""The window: four panes, side by side or as tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen

from core.devices import cpu_device
from tui import words
from tui.clean import clean
from tui.draft import parse
from tui.fields import Field, show
from tui.messages import (
    CheckpointTested,
    DevicesFound,
    FineTuneAsked,
    PaneShown,
    QuickRunAsked,
    ResumeAsked,
    RunsFound,
    RunUpdated,
)
from tui.screens.page import Page
from tui.screens.prompt import Prompt
from tui.widgets.config_pane import ConfigPane
from tui.widgets.device_pane import DevicePane
from tui.widgets.key_bar import KeyBar
from tui.widgets.live_pane import LivePane
from tui.widgets.runs_pane import RunsPane
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import PANES, TabBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.draft import Draft

WIDE = 120
"""Columns from which Config, Device and Live stand side by side."""


class MainScreen(Screen[None]):
    """Owns the layout and the draft's form; what happens to runs is the app's business."""

    CSS_PATH = "main.tcss"
    AUTO_FOCUS = ""  # letters are commands until somebody moves into a pane
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 -- Textual's own
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"pane('{name}')", title, show=False)
            for number, (name, title) in enumerate(PANES.items(), 1)
        ),
        Binding("slash", "search", "search", show=False),
        Binding("question_mark,f1", "help", "help", show=False),
        Binding("escape", "back", "back", show=False),
        Binding("ctrl+s", "save_config", "save the config", show=False),
        Binding("ctrl+z", "undo", "undo", show=False),
        Binding("ctrl+y", "redo", "redo", show=False),
        Binding("l", "log", "log or epochs", show=False),
        Binding("enter", "quick_run", "quick run", show=False),
        Binding("t", "test", "test", show=False),
        Binding("r", "resume", "go on", show=False),
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.pane = "live"

    def compose(self) -> ComposeResult:
        """Status, tabs, panes, keys."""
        yield StatusLine(id="status")
        yield TabBar(id="tabs")
        with Container(id="panes"):
            with Vertical(id="settings"):
                yield ConfigPane(self.draft, id="config")
                yield DevicePane(cpu_device(), id="device")
            yield LivePane(words.welcome(self.draft), id="live")
            yield RunsPane(id="runs")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show the live pane; nothing has the focus."""
        self.action_pane("live", focus=False)
        self._name_device()
        # Checking a config costs more than drawing the window.
        self.call_after_refresh(self._draft_changed)

    def action_pane(self, name: str, focus: bool = True) -> None:
        """Show a pane; on a wide terminal three of them stay in view and the focus moves."""
        for other in PANES:
            self.set_class(other == name, f"show-{other}")
        self.pane = name
        self.query_one(TabBar).show(name)
        self.refresh_keys()
        inside = [child for child in self.query_one(f"#{name}").query("*") if child.can_focus]
        self.set_focus(inside[0] if focus and inside else None)
        self.post_message(PaneShown(name))

    def action_back(self) -> None:
        """Out of the field, then out of the filter, then back to the live pane."""
        pane = self.query_one(f"#{self.pane}")
        if isinstance(pane, ConfigPane | RunsPane) and pane.filter:
            pane.set_filter("")
        elif self.focused is not None:
            self.set_focus(None)
        else:
            self.action_pane("live", focus=False)

    def action_search(self) -> None:
        """Filter what the pane lists."""
        pane = self.query_one(f"#{self.pane}")
        if not isinstance(pane, ConfigPane | RunsPane):
            self.notify("there is nothing to search in this pane: try Config or Runs", timeout=3)
            return

        def apply(text: str | None) -> None:
            if text is not None:
                pane.set_filter(text)

        prompt = Prompt("Show only what holds", value=pane.filter, help="empty shows everything")
        self.app.push_screen(prompt, apply)

    def action_help(self) -> None:
        """The keys, and what this pane is for."""
        self.app.push_screen(Page(f"{PANES[self.pane]}: help", words.help_of(self.pane)))

    def action_log(self) -> None:
        """The log in the place of the epochs, or back."""
        self.query_one(LivePane).toggle_log()

    def action_quick_run(self) -> None:
        """Train the quick preset, from the first screen only."""
        if self.pane == "live" and self.query_one(LivePane).empty:
            self.post_message(QuickRunAsked())

    def action_test(self) -> None:
        """Test the best checkpoint of the run that is shown."""
        run = self.query_one(LivePane).run
        if run is None:
            return
        path = run.best_checkpoint()
        if path is not None:
            self.post_message(CheckpointTested(path))
        else:
            self.notify("no checkpoint yet: one is written when an epoch ends", timeout=4)

    def action_resume(self) -> None:
        """Go on with the run that is shown."""
        run = self.query_one(LivePane).run
        if run is not None:
            self.post_message(ResumeAsked(run.path))

    def action_fine_tune(self) -> None:
        """Begin a new run with the best weights of the run that is shown."""
        run = self.query_one(LivePane).run
        path = run.best_checkpoint() if run is not None else None
        if path is not None:
            self.post_message(FineTuneAsked(path))
        else:
            self.notify("open a run with a checkpoint first: Runs lists them", timeout=4)

    def show_draft(self) -> None:
        """Show the config of the next run, which is another one now."""
        self._draft_changed()
        self.action_pane("config")

    def action_save_config(self) -> None:
        """Write the config to its file; a bundled one is copied here first."""
        try:
            self.draft.save(words.own_path(self.draft.path))
        except OSError as error:
            sentence = clean(f"not saved: {error.strerror}: {error.filename}")
            self.notify(sentence, severity="error", markup=False)
            return
        self.notify(clean(f"saved {self.draft.path}"), timeout=3, markup=False)
        self._draft_changed()

    def action_undo(self) -> None:
        """Take back the last change of the config."""
        if self.draft.undo():
            self._draft_changed()

    def action_redo(self) -> None:
        """Do again what was taken back."""
        if self.draft.redo():
            self._draft_changed()

    def refresh_keys(self) -> None:
        """Offer the keys that make sense now."""
        live = self.query_one(LivePane)
        self.query_one(KeyBar).show(words.keys_for(self.pane, live.state, live=live.live))

    @on(ConfigPane.EditAsked)
    def _edit(self, event: ConfigPane.EditAsked) -> None:
        field = event.field
        if isinstance(field.value, bool):
            self._set(field, show(not field.value))
            return
        prompt = Prompt(
            field.dotted,
            value=field.shown,
            help=field.help,
            choices=field.choices,
            check=lambda text: self.draft.problem_with(field.path, parse(text)),
        )
        self.app.push_screen(prompt, lambda text: self._set(field, text))

    @on(ConfigPane.ResetAsked)
    def _reset(self, event: ConfigPane.ResetAsked) -> None:
        path = event.field.path
        # Without its class a schedule is nothing: then the whole block goes.
        self.draft.remove(path[:1] if path == ("lr_scheduler", "type") else path)
        self._draft_changed()

    @on(DevicePane.DeviceChosen)
    def _choose_device(self, event: DevicePane.DeviceChosen) -> None:
        device = event.device
        if not device.usable:
            sentence = clean(f"{device.device} cannot be used: {device.reason}")
            self.notify(sentence, severity="warning", markup=False)
            return
        self.draft.set(("device",), device.device)
        self._draft_changed()

    @on(RunUpdated)
    def _show_run(self, event: RunUpdated) -> None:
        pane = self.query_one(LivePane)
        known = len(pane.state.notices) if pane.run == event.run else len(event.state.notices)
        pane.show(event)
        for notice in event.state.notices[known:]:
            self.notify(clean(notice), markup=False, timeout=8)
        self.query_one(StatusLine).show(event.state, live=event.live)
        self.refresh_keys()

    @on(RunsFound)
    def _show_runs(self, event: RunsFound) -> None:
        pane = self.query_one(RunsPane)
        pane.show(event.rows)
        if self.pane == "runs" and self.focused is None:
            self.set_focus(pane.table)  # an empty table could not take it when the pane was shown

    @on(DevicesFound)
    def _show_devices(self, event: DevicesFound) -> None:
        self.query_one(DevicePane).show(event.devices)
        self._name_device()

    def _set(self, field: Field, text: str | None) -> None:
        if text is None:
            return
        self.draft.set(field.path, parse(text))
        self._draft_changed()

    def _draft_changed(self) -> None:
        self.query_one(ConfigPane).reload()
        self.query_one(LivePane).welcome(words.welcome(self.draft))
        self._name_device()

    def _name_device(self) -> None:
        pane = self.query_one(DevicePane)
        device = words.device_of(self.draft, pane.devices)
        pane.choose(device)
        self.query_one(StatusLine).show_device(words.in_words(device, self.draft))
