"""Control over several ranks: what one is asked or sent reaches all, after the same step."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from core.control import POLL_SECONDS, Control, StopTraining
from core.processes.ranks import RankLostError
from core.requests import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.control import Subject
    from core.events import Event
    from core.processes.ranks import Ranks
    from core.requests import Inbox


class SharedControl(Control):
    """One rank's part. Only the first reads the requests; any of them may get a signal."""

    def __init__(self, inbox: Inbox, emit: Callable[[Event], None], ranks: Ranks) -> None:
        super().__init__(inbox, emit)
        self._ranks = ranks

    def check(self, subject: Subject) -> None:
        """As of a single process; between two steps that are logged nobody asks the others."""
        if self._ranks.met is None:  # before the first step, where each is for itself
            self.heed()
        elif self._ranks.met:
            super().check(subject)

    def raise_if_stopped(self) -> None:
        """As of a single process, before the first step, where the ranks do not talk yet."""
        # torchrun ends the others so when one has died; to be asked for it looks the same.
        if self._stop_reason == signal.SIGTERM.name and self._ranks.one_is_gone():
            raise RankLostError("another process is gone")
        super().raise_if_stopped()

    def _look(self, subject: Subject) -> None:
        self.beat()
        stop, orders = self._ranks.ordered(self._signal(), self._orders())
        if stop:
            raise StopTraining(signal.Signals(stop).name)
        for order in json.loads(orders or b"[]"):
            self._handle(Request(**order), subject)

    def _signal(self) -> int:
        if self._stop_reason is None:
            return 0
        return getattr(signal, self._stop_reason, signal.SIGTERM)

    def _orders(self) -> bytes:
        now = time.monotonic()
        if not self._ranks.first or now < self._next_poll:
            return b""
        self._next_poll = now + POLL_SECONDS
        requests = self._inbox.read()
        return json.dumps([asdict(request) for request in requests]).encode() if requests else b""
