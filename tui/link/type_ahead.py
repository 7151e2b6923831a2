"""Keys that come faster than what they open: over a slow link many arrive in one packet.

A key goes to what has the focus when it is taken from the queue. If the one before it opens a
dialog, the dialog is not there yet; so it waits until the one before has done its work.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING

from textual.app import ScreenStackError

if TYPE_CHECKING:
    from typing import Any

    from textual.app import App
    from textual.events import Key
    from textual.message_pump import MessagePump

BURST_SECONDS = 0.5
"""What a key opens is there after so long, or the next key was not meant for it."""
ROUNDS = 2
"""Through all queues, after which nothing moved: a message that bubbles takes one at most."""


class TypeAhead:
    """Holds the keys of a burst, and lets them go one by one."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._held: deque[Key] = deque()
        self._task: asyncio.Task[None] | None = None
        self._next: Key | None = None
        self._last = -BURST_SECONDS

    def holds(self, key: Key) -> bool:
        """Whether a key has to wait; then it comes again by itself."""
        now = time.monotonic()
        burst, self._last = now - self._last < BURST_SECONDS, now
        if key is self._next:
            self._next = None
            return False
        if not burst and self._task is None:
            return False
        self._held.append(key)
        if self._task is None:
            self._task = asyncio.create_task(self._let_go())
        return True

    @property
    def holding(self) -> bool:
        """Whether keys wait."""
        return self._task is not None

    async def _let_go(self) -> None:
        try:
            while self._held:
                await self._settled()
                self._next = self._held.popleft()
                self._app.post_message(self._next)
                await self._passed(self._app, time.monotonic() + BURST_SECONDS)
        finally:
            self._task = None

    async def _settled(self) -> None:
        """Wait until nothing moves any more between the focus and the app."""
        deadline = time.monotonic() + BURST_SECONDS
        before, num_same = None, 0
        while num_same < ROUNDS and time.monotonic() < deadline:
            for pump in self._way_up():
                await self._passed(pump, deadline)
            now = self._place()
            num_same, before = (num_same + 1 if now == before else 0), now

    def _place(self) -> tuple[object, object] | None:
        with contextlib.suppress(ScreenStackError):
            return self._app.screen, self._app.focused
        return None

    def _way_up(self) -> list[MessagePump]:
        """Who handles a key, one after the other: the focus, what it is in, the app."""
        with contextlib.suppress(ScreenStackError):
            return [*(self._app.focused or self._app.screen).ancestors_with_self]
        return [self._app]

    async def _passed(self, pump: MessagePump, deadline: float) -> None:
        """Wait until a queue has handled what is in it now."""
        passed = asyncio.Event()
        if pump.call_later(passed.set):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(passed.wait(), deadline - time.monotonic())
