"""The app on a screen in memory, its keys pressed by Textual's Pilot."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

import unseen
import warm
from scratch import PATIENCE_SECONDS
from textual.widgets import Input

import tui.app
from tui import asking
from tui.app import MnistApp
from tui.config.draft import Draft
from tui.screens.ask import Ask
from tui.screens.main import MainScreen
from tui.screens.page import Page
from tui.screens.prompt import Prompt
from tui.widgets.config_pane import ConfigPane
from tui.widgets.key_bar import KeyBar
from tui.widgets.live_pane import LivePane
from tui.widgets.runs_pane import RunsPane
from tui.widgets.tab_bar import PANES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from scratch import Scratch
    from textual.pilot import Pilot

    from core.runs import Run

NARROW, USUAL, WIDE = (40, 12), (80, 24), (120, 40)
MOST_ROUNDS = 5
"""Of messages that lead to messages, before what goes on is left to `until`."""
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.02, 0.2
"""Between two looks, which draw the whole screen: what comes at once, and a process's answer."""
ASK = asking.ask
READERS = ("follower", "runs", "load", "predicting")
"""The threads of a window that end with it."""


class Window:
    """The app with what a person sees of it, and does to it."""

    def __init__(self, app: MnistApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def main(self) -> MainScreen:
        """The screen below all dialogs."""
        (main,) = (screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))
        return main

    @property
    def config(self) -> ConfigPane:
        """The Config pane."""
        return self.main.query_one(ConfigPane)

    @property
    def live(self) -> LivePane:
        """The Live pane."""
        return self.main.query_one(LivePane)

    @property
    def runs(self) -> RunsPane:
        """The Runs pane."""
        return self.main.query_one(RunsPane)

    @property
    def prompt(self) -> Prompt:
        """The prompt that is open."""
        assert isinstance(self.app.screen, Prompt)
        return self.app.screen

    def text(self) -> str:
        """What is on the screen that is in front."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def notices(self) -> str:
        """What was said over the window or in its bottom line and not yet taken away."""
        return f"{self.toasts()}\n{self.main.query_one(KeyBar)._said}".strip()

    def toasts(self) -> str:
        """What was said over the window and not yet taken away."""
        return "\n".join(note.message for note in self.app._notifications)

    def visible(self) -> set[str]:
        """The panes that are in view."""
        return {name for name in PANES if self.main.query_one(f"#{name}").region.area}

    async def press(self, *keys: str) -> None:
        """Press keys, each when what the one before it led to is done."""
        for key in keys:
            await self.app._press_keys([key])  # Pilot's own waits for all widgets once more
            await self.settle()

    async def settle(self) -> None:
        """Wait until messages that led to messages were all handled, and keys that came fast."""
        while self.app.type_ahead.holding:
            await asyncio.sleep(0.001)
        for _ in range(MOST_ROUNDS):
            await self.pilot.pause(0)
            if await self._is_quiet():
                return

    async def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, and wait until the screen in front has it."""
        await self.pilot.resize_terminal(*size)
        await self.until(lambda: tuple(self.app.screen.size) == size, f"{size} large")
        for _ in range(MOST_ROUNDS):  # it is laid out by a timer, of which no queue knows
            await self.pilot.pause(0)

    async def _is_quiet(self) -> bool:
        """Whether no message waits, nor is one sent by what goes on now."""
        for _ in range(3):
            pumps = [self.app, *self.app.screen.walk_children(with_self=True)]
            if not all(pump._message_queue.empty() for pump in pumps):
                return False
            await asyncio.sleep(0)
        return True

    async def type(self, text: str) -> None:
        """Put a text in the place of the one in the field that has the focus."""
        field = self.app.screen.query_one(Input)
        assert field.has_focus
        names = {"/": "slash", ".": "full_stop", "-": "minus", "_": "underscore", " ": "space"}
        # As a person may find it: all marked, so that the first letter takes its place.
        await self.press(*(names.get(letter, letter) for letter in text))

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until something is so; shows the screen if it does not become so."""
        deadline, between = time.monotonic() + PATIENCE_SECONDS, FIRST_LOOK_SECONDS
        while not condition():
            if time.monotonic() > deadline or not self.app.is_running:
                raise AssertionError(f"never {what or condition}:\n{self.text()}")
            await self.pilot.pause(between)
            between = min(between * 1.5, LAST_LOOK_SECONDS)

    async def until_shown(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.text(), text)

    async def until_hidden(self, text: str) -> None:
        """Wait until a text is on the screen no more."""
        await self.until(lambda: text not in self.text(), f"without {text}")

    async def until_asked(self) -> None:
        """Wait for a question, drawn."""
        await self.until(lambda: isinstance(self.app.screen, Ask) and self.text().strip(), "asked")

    async def until_page(self) -> None:
        """Wait for a page, drawn."""
        await self.until(lambda: isinstance(self.app.screen, Page), "a page")
        await self.until_shown("esc closes this")

    async def go_to(self, field: str) -> None:
        """Put the cursor of the Config pane on a field, by searching for it."""
        for part in (field.rpartition(".")[2], field):
            await self.press("1", "slash")
            await self.type(part)
            await self.press("enter")
            current = self.config.current()
            if current is not None and current.dotted == field:
                return
        raise AssertionError(f"{field} is not found:\n{self.text()}")

    async def list_runs(self, number: int = 1) -> None:
        """Show the list of runs, the focus in it, once so many were found."""
        await self.press("4")
        await self.until(lambda: len(self.runs.rows) == number, f"{number} runs")
        opened = self.runs._open  # whose checkpoints come a moment later
        await self.until(
            lambda: all("checkpoints" in row for row in self.runs.rows if row["run"] in opened),
            "the checkpoints of those that are open",
        )
        await self.press("4")
        assert self.app.focused is self.runs.table

    async def change(self, field: str, value: str) -> None:
        """Type another value for a field of the config."""
        await self.go_to(field)
        await self.press("enter")
        await self.type(value)
        await self.press("enter")


@contextlib.asynccontextmanager
async def opened(
    scratch: Scratch,
    size: tuple[int, int] = USUAL,
    *,
    config: Path | None = None,
    shown: Sequence[Run] = (),
    start: bool = False,
    warm_up: bool = False,
    check: bool = True,
    asks_warm: bool = True,
    frames: bool = False,
) -> AsyncIterator[Window]:
    """The app in a scratch folder; what it trains is stopped at the end.

    Without `warm_up` it imports torch only to train, which would slow each key down. With `check`
    its config is checked by now, which else waits for a key or a moment of rest. With `asks_warm`
    its questions go to processes that have torch already, unless a test answers them itself. With
    `frames` each frame is drawn, not only what the test looks at.
    """
    draft = Draft.read(config or scratch.config_path)
    app = MnistApp(draft, scratch.saved, shown=shown, start=start)
    delay = tui.app.WARM_UP_DELAY_SECONDS if warm_up else 3600.0
    replaced = asks_warm and asking.ask is ASK
    try:
        # Textual waits until the process is idle, up to 3 s a key, and a trainer never is.
        with (
            patch("tui.app.WARM_UP_DELAY_SECONDS", delay),
            patch("textual.app.wait_for_idle", _wait_briefly),
            patch("textual.pilot.wait_for_idle", _wait_briefly),
            patch("tui.asking.ask", warm.answer if replaced else asking.ask),
            unseen.styles_parsed_once(),
            contextlib.nullcontext() if frames else unseen.no_frames(),
        ):
            async with app.run_test(size=size, notifications=True) as pilot:
                await Window(app, pilot).settle()
                if check:
                    app.check_config()
                    await Window(app, pilot).settle()
                yield Window(app, pilot)
    finally:
        if app.worker is not None:
            app.worker.stop("end of the test")
            assert app.worker.join(PATIENCE_SECONDS)
        _outlive_threads()


def _outlive_threads() -> None:
    """Nothing goes on reading runs, or a test would see what belongs to the one before."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for thread in threading.enumerate():
        if thread.name in READERS:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"{thread.name} goes on after the window"


async def _wait_briefly(_min_sleep: float = 0.0, _max_sleep: float = 0.0) -> None:
    await asyncio.sleep(0.005)
