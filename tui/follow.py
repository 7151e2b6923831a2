"""From a run's journal to messages: the one way a live run reaches the screen."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from core import template_log
from core.journal import Follower, LineReader
from core.log import is_step
from core.state import RunState, fold
from tui.messages import RunUpdated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.runs import Run

UPDATES_PER_SECOND = 4
NUM_LOG_LINES = 500


class FollowThread:
    """Reads a run's journal while it is live, and once when it is not.

    A thread, since a long journal takes a second to read; plain and a daemon, since Textual's
    own workers are waited for when the app leaves.
    """

    def __init__(
        self, run: Run, post: Callable[[RunUpdated], object], alive: Callable[[], bool]
    ) -> None:
        """`alive` tells of a training that has just been started and may hold no lock yet."""
        self.run = run
        self._post, self._alive = post, alive
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Post nothing more."""
        self._end.set()

    def _follow(self) -> None:
        follower, state = Follower(self.run.journal_path), RunState()
        log, tail = LineReader(self._log_path()), deque[str](maxlen=NUM_LOG_LINES)
        first = True
        while not self._end.is_set():
            # Asked before reading: what the writer wrote before it let go is then read too.
            live = self.run.live() or self._alive()
            events, lines = follower.read(), log.read()
            # The chart tells of the steps; their lines would drown the others.
            words = (line.decode(errors="replace") for line in lines)
            tail.extend(line for line in words if not is_step(line))
            if events or lines or first or not live:
                state = fold(state, events) if live or self.run.ours() else self.run.state()
                self._post(RunUpdated(self.run, state, live, tuple(tail)))
                first = False
            if not live:
                return
            self._end.wait(1 / UPDATES_PER_SECOND)

    def _log_path(self) -> Path:
        ours = self.run.log_path
        return ours if ours.exists() else template_log.path_of(self.run.path) or ours
