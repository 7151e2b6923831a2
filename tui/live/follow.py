"""From a run's journal to messages: the one way a live run reaches the screen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core.journal import Follower, LineReader
from core.record.log_lines import LogLine, LogLines
from core.state import RunState, fold
from core.template import log as template_log
from tui.messages import RunUpdated

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.runs import Run

MOST_LOG_BYTES = 1 << 20
"""Read of what a log holds when it is opened: a long one would take seconds."""


class FollowThread:
    """Reads a run's journal while it is live, and once when it is not.

    A thread, since a long journal takes a second to read; plain and a daemon, since Textual's
    own workers are waited for when the app leaves.
    """

    def __init__(
        self,
        run: Run,
        post: Callable[[RunUpdated], object],
        alive: Callable[[], bool],
        wait_seconds: Callable[[], float],
        *,
        log: bool = True,
    ) -> None:
        """`alive` tells of a training that has just been started and may hold no lock yet.

        `wait_seconds`: until the journal is looked at again. Without `log` its log is not read.
        """
        self.run = run
        self._with_log = log
        self._post, self._alive, self._wait_seconds = post, alive, wait_seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Post nothing more."""
        self._end.set()

    def _follow(self) -> None:
        follower, state = Follower(self.run.journal_path), RunState()
        log = _LogEnd(self.run) if self._with_log else None
        first = True
        while not self._end.is_set():
            # Asked before reading: what the writer wrote before it let go is then read too.
            live = self.run.live() or self._alive()
            events, more_log = follower.read(), log is not None and log.read()
            if events or more_log or first or not live:
                state = fold(state, events) if live or self.run.ours() else self.run.state()
                if self._end.is_set():  # while it was read, which may take a second
                    return
                self._post(RunUpdated(self.run, state, live, log.lines if log else ()))
                first = False
            if not live:
                return
            self._end.wait(self._wait_seconds())


class _LogEnd:
    """The end of a run's log, which grows."""

    def __init__(self, run: Run) -> None:
        ours = run.log_path
        path = ours if ours.exists() else template_log.path_of(run.path) or ours
        size = path.stat().st_size if path.exists() else 0
        self._reader = LineReader(path, max(0, size - MOST_LOG_BYTES))
        self._in_a_line = self._reader.offset > 0
        self._kept = LogLines()
        self.lines: tuple[LogLine, ...] = ()

    def read(self) -> bool:
        """Whether there are newer lines."""
        found = [line.decode(errors="replace") for line in self._reader.read()]
        if found and self._in_a_line:
            del found[0]
            self._in_a_line = False
        if found:
            self._kept.add(found)
            self.lines = self._kept.newest()
        return bool(found)
