"""The layout of the window: six panes, side by side or as tabs, as far as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Container, Vertical
from textual.screen import Screen

from core.devices import cpu_device
from tui import offered, room, words
from tui.clean import clean
from tui.device.choosing import Choice
from tui.messages import DetailLeft, PaneShown, PartShown
from tui.widgets.config_pane import ConfigPane
from tui.widgets.device_pane import DevicePane
from tui.widgets.key_bar import KeyBar
from tui.widgets.later import Later
from tui.widgets.live_pane import LivePane
from tui.widgets.runs_pane import RunsPane
from tui.widgets.sentence import Sentence
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import PANES, TabBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import DescendantFocus
    from textual.widget import Widget

    from tui.base_app import BaseApp
    from tui.config.draft import Draft
    from tui.runs.newest import Newest


class PaneScreen(Screen[None]):
    """Which panes are in view, which one is meant, and what of it fits."""

    AUTO_FOCUS = ""  # letters are commands until somebody moves into a pane

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.pane = "live"
        self.newest: Newest | None = None
        """The run that the first screen speaks of."""
        self._said_of_pane = False
        """What the bottom line says has no meaning in another pane."""
        self._live_runs: set[str] = set()
        """The runs that were being trained, by whomever, when they were listed last."""
        self._parts: dict[str, str] = {}
        """What is in view of the panes whose parts have other keys."""
        self._styled_for: object = None
        """What the styles of all that is in it depended on when they were worked out last."""

    def compose(self) -> ComposeResult:
        """Status, tabs, panes, keys."""
        # Before there is anything that a change would style a second time.
        for name, so in self._sizes().items():
            self.set_class(so, name, update=False)
        yield StatusLine(id="status")
        yield TabBar(id="tabs")
        with Container(id="panes"):
            with Vertical(id="settings"):
                yield ConfigPane(self.draft, id="config")
                yield DevicePane(cpu_device(), lambda: self.draft.resolved.text, id="device")
            yield LivePane(self._welcome(), id="live")
            yield RunsPane(id="runs")
            yield Later(_digits_pane, id="digits")
            yield Later(lambda: _learn_pane(self.draft), id="learn")
            yield Sentence(self._needs_room, id="needs-room")
        yield Sentence(self._too_small, id="too-small")
        yield KeyBar(id="keys")

    def update_node_styles(self, animate: bool = True) -> None:
        """Style all that is in it anew; not for the sake of being shown, right after it was mounted
        or as often as a dialog closes: whatever changed behind that was styled as it changed.
        """
        now = self._style_facts()
        if now != self._styled_for:
            self._styled_for = now
            super().update_node_styles(animate)

    def _style_facts(self) -> object:
        return self.classes, self.pseudo_classes, self.app.classes, self.app.pseudo_classes

    def on_mount(self) -> None:
        """Show the live pane; nothing has the focus."""
        self._styled_for = self._style_facts()
        self._fit()
        if self.home.preferences.get("log") is True:
            self.query_one(LivePane).toggle_log()
        self.action_pane("live", focus=False)
        self.name_device()

    def on_resize(self) -> None:
        """Show what the new size has room for."""
        if self.is_mounted:
            self._fit()

    def on_screen_suspend(self) -> None:
        """None of its keys work behind a dialog."""
        self.refresh_keys()

    def on_screen_resume(self) -> None:
        """The size may have changed behind a dialog."""
        self._fit()
        self.refresh_keys()

    def _sizes(self) -> dict[str, bool]:
        """What the terminal is, by the class that says so."""
        size = self.app.size
        return {
            "-tiny": not room.fits(size, room.MAIN_JOB),
            "-small": not room.fits(size, room.FORM_AT_LEAST),
            "-wide": self._are_beside(),
        }

    def _fit(self) -> None:
        sizes = self._sizes()
        self.classes = self.classes - {*sizes} | {name for name, so in sizes.items() if so}
        self.query_one(LivePane).welcome(self._welcome())
        self._arrange()

    def _arrange(self) -> None:
        """Have in view what is meant, as far as there is room.

        By each one's own `display`: a class of the screen styles everything in it anew.
        """
        beside, small = self._are_beside(), self.has_class("-small")
        text = self.pane == "config" and self.query_one(ConfigPane).shows_text
        shown = room.panes_in_view(self.pane, beside=beside, small=small, text=text)
        for name in (*PANES, "needs-room"):
            self.query_one(f"#{name}").display = name in shown
        settings = self.query_one("#settings")
        settings.display = bool(shown & {"config", "device"})
        settings.set_class(text, "with-text")
        self.query_one(LivePane).set_class(beside and self.pane == "live", "meant")

    @property
    def home(self) -> BaseApp:
        """The app, which remembers what this person prefers."""
        return cast("BaseApp", self.app)

    @property
    def _beside(self) -> bool:
        """Whether somebody likes three panes in view."""
        return self.home.preferences.get("layout") != "tabs"

    def _are_beside(self) -> bool:
        return self._beside and room.fits(self.app.size, room.BESIDE)

    def _too_small(self) -> str:
        return f"needs {room.times(room.MAIN_JOB)}, this terminal is {room.times(self.app.size)}"

    def _needs_room(self) -> str:
        name, now = PANES[self.pane], room.times(self.app.size)
        return f"{name} needs {room.times(room.FORM)}, this terminal is {now}"

    def _welcome(self) -> str:
        width = room.line_width(self.app.size, beside=self._are_beside())
        kept = next((pane.kept.note for pane in self.query(ConfigPane)), "")
        return words.welcome(self.draft, width, self.newest, self.others_live, kept)

    @property
    def others_live(self) -> int:
        """The runs that are trained beside the one that is shown."""
        shown = {str(pane.run.path) for pane in self.query(LivePane) if pane.run is not None}
        return len(self._live_runs - shown)

    def action_beside(self) -> None:
        """Config, Device and Live side by side, or one pane at a time."""
        self.home.remember("layout", "tabs" if self._beside else "beside")
        self._fit()

    def action_pane(self, name: str, focus: bool = True) -> None:
        """Show a pane; on a wide terminal three of them stay in view and the focus moves."""
        self._mean(name)
        place = self.query_one(f"#{name}")
        # The pane itself where nothing in it can have the focus: its keys work all the same.
        usable = [widget for widget in (*place.query("*"), place) if _can_be_used(widget)]
        self.set_focus(usable[0] if focus and usable and place.display else None)
        if isinstance(place, Later) and not place.made:
            place.fill(lambda: self.action_pane(name, focus) if self.pane == name else None)
        else:
            self.post_message(PaneShown(name))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A tab or a click leads into another of the panes that stand side by side."""
        inside = {node.id for node in event.widget.ancestors_with_self}
        name = next((pane for pane in PANES if pane in inside), self.pane)
        # It may come after somebody has gone on to another pane.
        if name != self.pane and event.widget is self.focused:
            self._mean(name)

    def _mean(self, name: str) -> None:
        """The keys are those of this pane from now on."""
        self.pane = name
        self._arrange()
        self.query_one("#needs-room", Sentence).update()
        self.query_one(TabBar).show(name)
        if self._said_of_pane:
            self.say("")  # it would name keys that this one has not
        self.refresh_keys()

    def action_back(self) -> None:
        """Out of the detail, then back to the live pane; the keys of what is in view work on."""
        pane = self.query_one(f"#{self.pane}")
        if isinstance(pane, Later) and (detail := pane.query(".in-detail")):
            detail.first().post_message(DetailLeft())
            return
        if isinstance(pane, ConfigPane | RunsPane) and pane.filter:
            pane.set_filter("")
        else:
            self.action_pane("live")

    def refresh_keys(self) -> None:
        """Offer the keys that make sense now; a dialog names its own."""
        live = self.query_one(LivePane)
        keys = offered.keys_for(
            self.pane,
            live.state,
            live=live.live,
            log=live.shows_log,
            part=self._part(),
            ended=live.ended,
            unfinished=self.newest is not None and self.newest.can_go_on,
        )
        self.query_one(KeyBar).show(keys if self.is_active else ())

    def _part(self) -> str:
        """What is in view of a pane whose parts have other keys."""
        if self.pane == "config":  # the text stands in the place of the form, or beside it
            instead = self.query_one(ConfigPane).shows_text and not self._are_beside()
            return "config-text" if instead else ""
        return self._parts.get(self.pane, "")

    @on(PartShown)
    def _show_part(self, event: PartShown) -> None:
        self._parts[event.part.partition("-")[0]] = event.part
        self.refresh_keys()

    def say(self, words: str) -> None:
        """Say what was just done in this pane, in the bottom line: it covers nothing."""
        self._said_of_pane = True
        self.query_one(KeyBar).say(clean(words))

    def say_if_short(self, words: str, seconds: float) -> bool:
        """Say something there, whatever pane is shown; False if it has no room."""
        bar = self.query_one(KeyBar)
        if not self.is_active or not bar.can_say(clean(words)):
            return False
        self._said_of_pane = False
        bar.say(clean(words), seconds)
        return True

    @on(ConfigPane.TextShown)
    def _text_shown(self) -> None:
        self._arrange()
        self.refresh_keys()
        self.call_after_refresh(self.query_one(ConfigPane).follow_text)

    @on(ConfigPane.Changed)
    def draft_changed(self) -> None:
        """Show the config of the next run as it is now."""
        self.query_one(ConfigPane).reload()
        self.query_one(LivePane).welcome(self._welcome())
        self.name_device()

    @property
    def shows_live(self) -> bool:
        """Whether the run that is shown is being trained, by whomever."""
        return self.query_one(LivePane).live

    def name_device(self) -> None:
        """Say what the next run would be trained on."""
        pane = self.query_one(DevicePane)
        choice = Choice(words.device_of(self.draft, pane.devices), self.draft.num_processes)
        pane.choose(choice)
        self.query_one(StatusLine).show_device(words.in_words(choice, self.draft))


def _can_be_used(widget: Widget) -> bool:
    """Whether it takes keys: a part of the Live pane waits, hidden, for a run."""
    return widget.can_focus and widget.display


def _digits_pane() -> Widget:
    from tui.widgets.digits_pane import DigitsPane

    return DigitsPane()


def _learn_pane(draft: Draft) -> Widget:
    from tui.widgets.learn_pane import LearnPane

    return LearnPane(draft)
