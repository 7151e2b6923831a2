"""What is asked of the trainer while it trains: requests from outside, signals to its process."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from core.events import Heartbeat, RequestHandled, RunContinued, RunPaused

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.events import Event
    from core.requests import Inbox, Request

POLL_SECONDS = 0.2
"""How often requests are looked for; a look costs a stat, which is slow on a network home."""
HEARTBEAT_SECONDS = 30.0


class StopTraining(Exception):
    """Somebody asked the run to stop."""


class Control:
    """Asked by the trainer after every step, from its own thread."""

    def __init__(self, inbox: Inbox, emit: Callable[[Event], None]) -> None:
        self._inbox = inbox
        self._emit = emit
        self._signal = threading.Event()
        self._signal_name = ""
        self._paused = False
        self._next_poll = 0.0
        self._next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
        self.seconds_paused = 0.0

    def stop_by_signal(self, name: str) -> None:
        """Ask for a stop from a signal handler or another thread."""
        self._signal_name = name
        self._signal.set()

    def check(self, save: Callable[[], bool]) -> None:
        """Do what was asked: save, wait while paused, or raise StopTraining."""
        self._look(save)
        if not self._paused:
            return
        began = time.monotonic()
        self._emit(RunPaused())
        try:
            while self._paused:
                self._signal.wait(POLL_SECONDS)
                self._look(save)
        finally:
            self.seconds_paused += time.monotonic() - began
        self._emit(RunContinued())

    def _look(self, save: Callable[[], bool]) -> None:
        if self._signal.is_set():
            raise StopTraining(self._signal_name)
        now = time.monotonic()
        if now < self._next_poll:
            return
        self._next_poll = now + POLL_SECONDS
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + HEARTBEAT_SECONDS
            self._emit(Heartbeat())
        for request in self._inbox.read():
            self._handle(request, save)

    def _handle(self, request: Request, save: Callable[[], bool]) -> None:
        if request.kind == "stop":
            self._emit(RequestHandled(id=request.id, outcome="stopping"))
            raise StopTraining("by request")
        if request.kind == "save":
            outcome = "saved" if save() else "could not be saved"
        else:
            self._paused = request.kind == "pause"
            outcome = "paused" if self._paused else "going on"
        self._emit(RequestHandled(id=request.id, outcome=outcome))
