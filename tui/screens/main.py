"""The window: what its keys do, and what it does when something happened."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from core.errors import MistakeError
from tui import format as fmt
from tui import help as help_page
from tui import words
from tui.clean import clean
from tui.device import choosing
from tui.device.choosing import Choice
from tui.messages import (
    CheckpointTested,
    DevicesFound,
    ExhibitsFound,
    FineTuneAsked,
    NewestFound,
    QuickRunAsked,
    ResumeAsked,
    RunsFound,
    RunUpdated,
)
from tui.runs.order import LIVE
from tui.screens.page import Page
from tui.screens.panes import PaneScreen
from tui.screens.prompt import Prompt
from tui.widgets.config_pane import ConfigPane
from tui.widgets.device_pane import DevicePane
from tui.widgets.live_pane import LivePane
from tui.widgets.runs_pane import RunsPane
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import PANES, TabBar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.config.draft import Draft

NUM_TOLD = 200

_EVERYWHERE: list[BindingType] = [
    *(
        Binding(str(number), f"pane('{name}')", f"the {title} pane", show=False)
        for number, (name, title) in enumerate(PANES.items(), 1)
    ),
    Binding("slash", "search", "search or filter in the pane", show=False),
    Binding("ctrl+s", "save_config", "save the config", show=False),
    Binding("ctrl+z", "undo", "undo the last change of the config", show=False),
    Binding("ctrl+y", "redo", "redo what was undone", show=False),
    Binding("escape", "back", "end the filter, then leave the pane", show=False),
    Binding("question_mark,f1", "help", "this help", show=False),
]
_IN_LIVE: list[BindingType] = [
    Binding("enter", "quick_run", "quick run, from the first screen", show=False),
    Binding("l", "in_live('log')", "the log, or the epochs", show=False),
    Binding("t", "in_live('test')", "test the best checkpoint", show=False),
    Binding("r", "in_live('resume')", "go on with the run", show=False),
    Binding("u", "in_live('live_lr')", "another learning rate for the live run", show=False),
]
"""Bound at the screen, since nothing has the focus in the Live pane."""


class MainScreen(PaneScreen):
    """What can be done in the window; what happens to runs is the app's business."""

    BINDINGS: ClassVar[list[BindingType]] = [*_EVERYWHERE, *_IN_LIVE]

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self._told: deque[str] = deque(maxlen=NUM_TOLD)
        """The notices shown last: the same one again at the next run is noise."""

    def action_search(self) -> None:
        """Filter what the pane lists."""
        pane = self.query_one(f"#{self.pane}")
        if isinstance(pane, LivePane) and not pane.empty:
            self._search_log(pane)
            return
        if not isinstance(pane, ConfigPane | RunsPane):
            self.notify("there is nothing to search in this pane: try Config or Runs", timeout=3)
            return

        def apply(text: str | None) -> None:
            if text is not None:
                pane.set_filter(text)

        title = f"Show only {'fields' if isinstance(pane, ConfigPane) else 'runs'} that contain"
        more = "empty shows everything, as esc in the list does"
        prompt = Prompt(title, value=pane.filter, help=more)
        self.app.push_screen(prompt, apply)

    def _search_log(self, pane: LivePane) -> None:
        def apply(text: str | None) -> None:
            if text is not None:
                pane.find_in_log(text)
                self.refresh_keys()

        prompt = Prompt("Find in the log", value=pane.log_query, help="empty ends the search")
        self.app.push_screen(prompt, apply)

    def action_help(self) -> None:
        """The keys, and what this pane is for."""
        pane = self.query_one(f"#{self.pane}")
        own = [*Binding.make_bindings(_IN_LIVE)] if isinstance(pane, LivePane) else []
        everywhere = [*help_page.declared(type(self.app)), *Binding.make_bindings(_EVERYWHERE)]
        about = words.ABOUT[self.pane]
        if isinstance(pane, LivePane):
            from tui.chart.words import about_chart
            from tui.widgets.chart_canvas import liked_glyphs

            pane.make_parts()  # whose keys are told, though there may be no run yet
            about += f"\n\n{about_chart(liked_glyphs(self.home))}"
        text = help_page.page(about, [*own, *help_page.bindings_of(pane)], everywhere)
        self.app.push_screen(Page(f"{PANES[self.pane]}: help", text))

    async def action_in_live(self, name: str) -> None:
        """What a key of Live does; in another pane somebody types, or means one of its own."""
        if self.pane == "live":
            await self.run_action(name)
        else:
            self.say("that is a key of Live: 3 goes there")

    def action_log(self) -> None:
        """The log in the place of the epochs, or back."""
        pane = self.query_one(LivePane)
        pane.toggle_log()
        self.home.remember("log", pane.shows_log)
        self.refresh_keys()

    def action_quick_run(self) -> None:
        """Train the quick preset; the key does so on the first screen only."""
        if self.pane == "live" and self.query_one(LivePane).empty:
            self.quick_run()

    def quick_run(self) -> None:
        """Train the quick preset."""
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
        """Go on with the run that is shown, or that the first screen offers."""
        shown, newest = self.query_one(LivePane).run, self.newest
        if shown is not None:
            self.post_message(ResumeAsked(shown.path))
        elif newest is not None and newest.can_go_on:
            self.post_message(ResumeAsked(newest.path))

    @property
    def config(self) -> ConfigPane:
        """The config of the next run."""
        return self.query_one(ConfigPane)

    def commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """What the keys of the panes do, for the palette: a name, the key, the action."""
        yield from self.config.commands()
        yield from self.query_one(DevicePane).commands()
        yield from self.query_one(LivePane).commands()

    def action_live_lr(self) -> None:
        """Give the live run another learning rate."""
        self.query_one(ConfigPane).ask_live_lr()

    def action_fine_tune(self) -> None:
        """Begin a new run with the best weights of the run that is shown."""
        run = self.query_one(LivePane).run
        path = run.best_checkpoint() if run is not None else None
        if path is not None:
            self.post_message(FineTuneAsked(path))
        else:
            self.notify("open a run with a checkpoint first: Runs lists them", timeout=4)

    def show_draft(self) -> None:
        """Show the whole config of the next run, which is another one now."""
        self.config.set_filter("")
        self.draft_changed()
        self.action_pane("config")

    def action_save_config(self) -> None:
        """Write the config to its file."""
        self.query_one(ConfigPane).files.save()

    def action_undo(self) -> None:
        """Take back the last change of the config."""
        self._step(self.draft.undo, "undo")

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._step(self.draft.redo, "redo")

    def _step(self, step: Callable[[], bool], word: str) -> None:
        """Undo or redo, and show where."""
        path, before = self.draft.path, self.config.sections
        if not step():
            self.notify(f"nothing to {word}", timeout=2)
            return
        self.draft_changed()
        if self.draft.path == path:
            self.config.go_to_change(before)
        else:
            self.config.form.go_to_top()
            self.notify(clean(f"back to {fmt.path(self.draft.path)}"), markup=False, timeout=3)

    @on(DevicePane.DeviceChosen)
    def _choose_device(self, event: DevicePane.DeviceChosen) -> None:
        device = event.device
        if not device.usable:
            sentence = clean(f"{device.device} cannot be used: {device.reason}")
            self.notify(sentence, severity="warning", markup=False)
            return
        choice = Choice(device.device)
        if event.by:
            known = self.query_one(DevicePane).devices
            before = Choice(words.device_of(self.draft, known), self.draft.num_processes)
            try:
                choice = choosing.changed(before, device, event.by)
            except MistakeError as error:
                self.notify(clean(str(error)), markup=False, timeout=4)
                return
        self.draft.set(("device",), choice.devices)
        self.draft.asked_processes = choice.num_processes
        self.draft_changed()
        sentence = clean(f"the next run is trained on {choice.in_words()}")
        self.notify(sentence, markup=False, timeout=3)

    @on(RunUpdated)
    def _show_run(self, event: RunUpdated) -> None:
        pane = self.query_one(LivePane)
        known = (pane.state if pane.run == event.run else event.state).num_notices
        pane.show(event)
        for notice in event.state.notices_after(known):
            if notice not in self._told:
                self._told.append(notice)
                self.notify(clean(notice), markup=False)
        self.query_one(StatusLine).show(event.state, live=event.live)
        self.query_one(TabBar).show_run(event.run)
        self._count_others()
        self.query_one(DevicePane).run_is(live=event.live)
        self.query_one(ConfigPane).follow(event.run, event.state, live=event.live)
        for looking in self.query("#digits-pane, #learn-pane"):
            looking.post_message(event)
        self.refresh_keys()

    @on(NewestFound)
    def _tell_newest(self, event: NewestFound) -> None:
        self.newest = event.newest
        self.query_one(LivePane).welcome(self._welcome())
        self.refresh_keys()

    @on(RunsFound)
    def _show_runs(self, event: RunsFound) -> None:
        pane = self.query_one(RunsPane)
        if event.complete:
            self._live_runs = {row["run"] for row in event.rows if row["status"] in LIVE}
            self._count_others()
        pane.show(event.rows, complete=event.complete)
        if self.pane == "runs" and self.focused is None:
            self.set_focus(pane.table)  # an empty table could not take it when the pane was shown

    def _count_others(self) -> None:
        self.query_one(StatusLine).show_others(self.others_live)
        if self.query_one(LivePane).empty:
            self.query_one(LivePane).welcome(self._welcome())

    @on(ExhibitsFound)
    def _show_exhibits(self, event: ExhibitsFound) -> None:
        from tui.widgets.digits_pane import DigitsPane

        pane = self.query_one(DigitsPane)
        if event.exhibits is None:
            pane.show_none(training=event.training)
        else:
            pane.show(event.exhibits, focus=self.pane == "digits")

    @on(DevicesFound)
    def _show_devices(self, event: DevicesFound) -> None:
        self.query_one(DevicePane).show(event.devices)
        self.name_device()
