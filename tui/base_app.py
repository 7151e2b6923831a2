"""The app without its runs: colours, what is remembered, ASCII, errors that nobody expected."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App
from textual.errors import NoWidget
from textual.events import Key, MouseDown
from textual.filter import NoColor
from textual.worker import WorkerFailed

from tui import preferences
from tui.link import narrow_updates
from tui.link.driver import CaughtUp, LinkDriver
from tui.link.pace import Pace, Traffic, over_ssh
from tui.link.type_ahead import TypeAhead
from tui.themes import DARK, TERMINAL, THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import RenderableType
    from textual.events import Event
    from textual.filter import LineFilter
    from textual.screen import Screen


def in_ascii(app: App[Any]) -> bool:
    """Whether an app draws in ASCII; one that is not ours, as a test has, does not."""
    return isinstance(app, BaseApp) and app.ascii


class BaseApp(App[None]):
    """Looks as this person likes it, and ends in order whatever happens."""

    def __init__(self, rate: float | None = None) -> None:
        """`rate`: updates of a live run a second; without it what suits the link."""
        super().__init__(driver_class=LinkDriver)
        narrow_updates.install()
        self.crash: Exception | None = None
        """The error that ended the app, if one did."""
        self.pace = Pace(rate, self._backlog)
        self.traffic = Traffic()
        self.type_ahead = TypeAhead(self)
        if over_ssh():  # each frame of an animation crosses the link
            self.animation_level = "none"
        self.ascii = False
        """Everything is drawn in ASCII."""
        self.metric = "loss"
        """What of the run that is shown was looked at last."""
        self.preferences = preferences.read()
        for theme in THEMES.values():
            self.register_theme(theme)
        # Before anything is drawn, so that nothing is drawn twice.
        self.set_reactive(App.theme, self._first_theme())
        self.stylesheet.set_variables(self.get_css_variables())
        kept = {TERMINAL.name} if self.no_color else set(THEMES)
        for name in set(self.available_themes) - kept:
            self.unregister_theme(name)

    def draw_in_ascii(self) -> None:
        """Before it runs: send nothing but ASCII and escape sequences."""
        self.ascii = True

    # The link

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send a frame, or skip it where the terminal is behind: the next whole one says it all."""
        driver = self._driver
        if isinstance(driver, LinkDriver) and driver.stalled:
            driver.repaint_when_drained()
            return
        super()._display(screen, renderable)

    def stray_output_to(self, log: Path) -> None:
        """Have what C libraries write to stderr in a log, instead of across the window."""
        if isinstance(self._driver, LinkDriver):
            self._driver.stray.lead_to(log)

    async def on_event(self, event: Event) -> None:
        """Have the keys of a burst wait for each other, and nobody press what is gone."""
        if isinstance(event, Key) and not event.is_forwarded and self.type_ahead.holds(event):
            return
        if isinstance(event, MouseDown) and self._is_gone(event.x, event.y):
            return
        await super().on_event(event)

    def _is_gone(self, x: int, y: int) -> bool:
        """Whether what was there went, and is drawn until the next frame: a notice, mostly."""
        with contextlib.suppress(NoWidget):
            return self.get_widget_at(x, y)[0].parent is None
        return False

    def _backlog(self) -> int:
        return self._driver.backlog if isinstance(self._driver, LinkDriver) else 0

    @on(CaughtUp)
    def _repaint(self) -> None:
        self.screen.refresh(layout=True)

    # What is remembered

    def remember(self, name: str, value: object) -> None:
        """Keep a preference for the next start; says so if it cannot be kept."""
        if self.preferences.get(name) == value:
            return
        self.preferences[name] = value
        try:
            preferences.write(self.preferences)
        except OSError as error:
            self.notify(
                f"this holds until you leave: {preferences.path()} cannot be written: "
                f"{error.strerror}",
                severity="warning",
                markup=False,
            )

    def watch_theme(self, theme: str) -> None:
        """Another theme was chosen."""
        if self.is_running and theme != self._first_theme():
            self.remember("theme", theme)

    def _first_theme(self) -> str:
        """What was chosen before; else what the terminal shows best."""
        if self.no_color:
            return TERMINAL.name
        few_colours = self.console.color_system == "standard"
        chosen = str(self.preferences.get("theme"))
        return chosen if chosen in THEMES else TERMINAL.name if few_colours else DARK.name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR no colour is sent at all, not even grey; the terminal's own go as such."""
        if self.no_color:
            return [NoColor()]
        return [] if self.native_ansi_color else super().get_line_filters()

    # The end

    async def _shutdown(self) -> None:
        """End what waits for something before what it would show is gone.

        Textual does so too, but only where the app's own loop ends first: not where somebody else
        shuts it down, as a test does.
        """
        self.workers.cancel_all()
        await super()._shutdown()

    # Errors that nobody expected

    def on_load(self) -> None:
        """An error in a thread of the window ends it as one anywhere else does."""
        loop = asyncio.get_running_loop()

        def thread_failed(args: threading.ExceptHookArgs) -> None:
            if isinstance(args.exc_value, Exception):
                with contextlib.suppress(RuntimeError):  # the window is gone: nothing to end
                    loop.call_soon_threadsafe(self._handle_exception, args.exc_value)

        self._hook_before, threading.excepthook = threading.excepthook, thread_failed

    def on_unmount(self) -> None:
        """Threads are the business of whoever ran the app again."""
        threading.excepthook = self._hook_before

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error for `tui.crash`, which tells of it once the terminal is restored."""
        if self.crash is None:
            cause = error.error if isinstance(error, WorkerFailed) else error
            self.crash = cause if isinstance(cause, Exception) else error
        super()._handle_exception(error)
        self._exit_renderables.clear()

    def _fatal_error(self) -> None:
        """End; Textual would draw pages of every local variable."""
        self._close_messages_no_wait()
