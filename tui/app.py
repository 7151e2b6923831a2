"""The app: its keys, its commands, what comes first and what last."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import InputEvent, Key

from core import devices
from core.exit_codes import SIGNALLED
from core.processes import worker
from tui import palette
from tui.clean import clean
from tui.keep_app import KeepApp
from tui.link import launcher, watchdog
from tui.link.driver import LinkDriver, LinkLost
from tui.messages import (
    DevicesFound,
    ResumeAsked,
)
from tui.screens.ask import Answer, Ask
from tui.widgets.tab_bar import PANES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.app import SystemCommand
    from textual.events import Event
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.types import CSSPathType

    from core.runs import Run
    from tui.config.draft import Draft

NUM_NOTES_SHOWN = 3
"""Of what there is to say of a config when it is opened."""

_START = "start with the config as shown"
_LEAVE = "leave; asks while this window trains"

WARM_UP_DELAY_SECONDS = 1.0
"""After the first paint and the last key: `import torch` holds the interpreter for tenths of a
second at a time. Whoever begins a training does not wait for this."""

CHECK_DELAY_SECONDS = 0.3
"""After the first paint, or until a key that may have to do with the config: pydantic takes a tenth
of a second, and then a run is looked for that could go on. Who asks for Runs at once has them."""
_OTHER_PANES = {str(number) for number, name in enumerate(PANES, 1) if name != "config"}


class WayOut(Enum):
    """How a window is left that is not simply closed."""

    HANGUP = auto()
    """The terminal is gone, the training goes on."""
    LOST = auto()
    """The terminal is gone, and nothing is to go on."""
    BACKGROUND = auto()
    """The shell has its terminal back, the training goes on."""
    SIGNAL = auto()
    """Somebody asked the process to end."""


class MnistApp(KeepApp):
    """The window from its first paint to the way out."""

    # With those of every screen: at its own turn all would be read and all be styled once more.
    CSS_PATH: ClassVar[CSSPathType | None] = [
        "app.tcss",
        *(f"screens/{name}.tcss" for name in ("main", "dialog", "editor", "drawing")),
    ]
    TITLE = "mnist-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", _START, show=False),
        Binding("p", "pause", "pause, go on", show=False),
        Binding("x", "stop", "stop and save", show=False),
        Binding("k", "save_now", "save a checkpoint now", show=False),
        Binding("f5", "start", _START, show=False, priority=True),
        Binding("f6", "pause", "pause, go on", show=False, priority=True),
        Binding("f8", "stop", "stop and save", show=False, priority=True),
        Binding("f7", "save_now", "save a checkpoint now", show=False, priority=True),
        Binding("colon,ctrl+p", "command_palette", "every action", show=False),
        Binding("q", "leave", _LEAVE, show=False),
        Binding("ctrl+c,ctrl+q", "leave", _LEAVE, show=False, priority=True),
    ]

    def __init__(
        self,
        draft: Draft,
        save_dir: Path,
        *,
        shown: Sequence[Run] = (),
        start: bool = False,
        resume: Path | None = None,
        on_hangup: str = "continue",
        rate: float | None = None,
    ) -> None:
        """`start` trains at once: from `resume` if that is given, else the config as it is.

        `on_hangup`: whether a training goes on when the terminal is gone (`continue`), or is saved
        and stopped (`save-exit`).
        """
        super().__init__(draft, save_dir, rate=rate)
        self.on_hangup = on_hangup
        self.way_out: WayOut | None = None
        """How the window is being left, where that is not just its end."""
        self._to_show, self._start_at_once, self._resume_from = shown, start, resume
        self.checking: Timer | None = None
        """Until the config is checked."""
        self.warming: Timer | None = None
        """Until torch is imported."""

    def on_mount(self) -> None:
        """Show the window."""
        self.call_after_refresh(_collect_garbage)
        self._listen()
        if len(self._to_show) == 1:
            self.follow(self._to_show[0])
        elif self._to_show:
            self.call_after_refresh(self.main.action_pane, "runs")
        self.warming = self.set_timer(WARM_UP_DELAY_SECONDS, self._warm_up)

    async def on_event(self, event: Event) -> None:
        """Put off what would slow the next key."""
        if isinstance(event, InputEvent):
            if self.warming is not None:
                self.warming.reset()
            if isinstance(event, Key) and event.key in _OTHER_PANES and self.checking is not None:
                self.checking.reset()
            else:
                self.check_config()
        await super().on_event(event)

    def on_ready(self) -> None:
        """Do what takes longer than drawing the window, which is drawn first."""
        self.checking = self.set_timer(CHECK_DELAY_SECONDS, self.check_config)
        if self._start_at_once:
            self.main.call_after_refresh(self.check_config)

    def check_config(self) -> None:
        """Check the config that the window opened with, once."""
        if self.checking is None:
            return
        self.checking.stop()
        self.checking = None
        self.main.draft_changed()
        self._tell_notes()
        if self._start_at_once and self._resume_from is not None:
            self.post_message(ResumeAsked(self._resume_from, at_once=True))
        elif self._start_at_once:
            self.action_start()
        elif not self._to_show:
            self.tell_newest()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action, for the palette."""
        return palette.commands(self)

    # What can be asked of a run

    def action_leave(self) -> None:
        """Leave; asks while this window trains a run."""
        if not self.training:
            self.exit()
            return
        if isinstance(self.screen, Ask):
            return
        paused = self.worker is not None and self.worker.paused
        question = f"A run is {'paused' if paused else 'being trained'} in this window."
        answers = [
            *([] if paused else [Answer("b", "leave, train on in the background")]),
            Answer("s", "stop and save, then leave"),
            Answer("c", "cancel, stay here"),
        ]

        def answered(key: str | None) -> None:
            if key == "b":
                self._leave_behind()
            elif key == "s":
                self._stop_and_leave("leaving", 0)

        self.push_screen(Ask(question, answers), answered)

    async def action_quit(self) -> None:
        """Textual's own way out takes ours."""
        self.action_leave()

    # Looking around

    def _warm_up(self) -> None:
        """Import torch, so that a start need not wait for it, and ask it for devices."""

        def warm_up() -> None:
            worker.warm_up()

            self.main.post_message(DevicesFound(devices.list_devices()))

        threading.Thread(target=warm_up, name="import torch", daemon=True).start()

    # Leaving

    def action_suspend_process(self) -> None:
        """Give the shell its terminal; the run goes on, and `fg` brings the window back."""
        driver = self._driver
        if launcher.link is None or not isinstance(driver, LinkDriver):
            self.notify("the window cannot be put aside here: leave it with q")
        elif not driver.suspended:
            driver.suspend_application_mode()
            launcher.link.stop_launcher()

    def _listen(self) -> None:
        """To signals, and to whether the process in front is still there."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            loop.add_signal_handler(number, self._end_by_signal, number)
        loop.add_signal_handler(signal.SIGHUP, self._link_lost)
        if launcher.link is not None:
            loop.add_reader(launcher.link.fileno(), self._launcher_gone)

    @on(LinkLost)
    def _link_lost(self) -> None:
        """Nobody can see the window any more."""
        if isinstance(self._driver, LinkDriver):
            self._driver.lose()
        self._end_without_terminal()

    def _launcher_gone(self) -> None:
        """The shell has its terminal back, which is restored although it is not ours any more."""
        assert launcher.link is not None
        asyncio.get_running_loop().remove_reader(launcher.link.fileno())
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else the kernel would stop the training
        self._end_without_terminal()

    def _end_without_terminal(self) -> None:
        """A training goes on, everything else ends."""
        if self.way_out is not None:
            return
        waits = self.worker is not None and self.worker.paused
        if self.training and not waits and self.on_hangup == "continue":
            self.way_out = WayOut.HANGUP
            self.exit()
        else:
            self.way_out = WayOut.LOST
            watchdog.end_for_certain(self.worker, signal.SIGHUP)
            self._stop_and_leave(signal.SIGHUP.name, SIGNALLED + signal.SIGHUP)

    def _end_by_signal(self, number: int) -> None:
        if self.way_out is WayOut.SIGNAL:  # asked twice: out now
            if launcher.link is not None:
                launcher.link.leave_terminal_to_launcher()
            os._exit(SIGNALLED + number)
        self.way_out = WayOut.SIGNAL
        watchdog.end_for_certain(self.worker, number)
        self._stop_and_leave(signal.Signals(number).name, SIGNALLED + number)

    def _leave_behind(self) -> None:
        if self.worker is None or self.worker.paused:  # it would wait for ever, unseen
            self._stop_and_leave("leaving while paused", 0)
        else:
            self.way_out = WayOut.BACKGROUND
            self.exit()

    def _stop_and_leave(self, why: str, code: int) -> None:
        async def stop() -> None:
            mine = self.worker
            if mine is not None and mine.alive:
                mine.stop(why)
                self.notify("saving …")
                while mine.alive:
                    await asyncio.sleep(0.05)
            self.exit(return_code=code)

        self.run_worker(stop())

    # Small helpers

    def _tell_notes(self) -> None:
        """Say what in the config is read otherwise than it is written."""
        notes = self.draft.notes()
        lines = [clean(note) for note in notes[:NUM_NOTES_SHOWN]]
        if len(notes) > NUM_NOTES_SHOWN:
            lines.append(f"and {len(notes) - NUM_NOTES_SHOWN} more")
        if lines:
            title = clean(self.draft.path.name)
            text = "\n".join(lines)
            self.notify(text, title=title, severity="warning", timeout=10, markup=False)


def _collect_garbage() -> None:
    """From now on, but not what was imported, which stays: looking at it takes tens of ms."""
    gc.freeze()
    gc.enable()
