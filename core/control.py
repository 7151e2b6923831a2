"""What is asked of the trainer while it trains: requests from outside, signals to its process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

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


class Subject(Protocol):
    """What the requests are about."""

    def save_position(self) -> bool:
        """Write the exact position; whether that could be done."""

    def change(self, path: str, value: object) -> str:
        """Go on with another value at a path of the config; returns the outcome in words."""


class Control:
    """Asked by the trainer after every step, from its own thread."""

    def __init__(self, inbox: Inbox, emit: Callable[[Event], None]) -> None:
        self._inbox = inbox
        self._emit = emit
        # Set from signal handlers, so no lock: a handler would wait for the one it interrupted.
        self._stop_reason: str | None = None
        self._paused = False
        self._paused_since: float | None = None
        self._seconds_paused = 0.0
        self._next_poll = 0.0
        self._next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS

    @property
    def paused(self) -> bool:
        """Whether training waits, or is about to."""
        return self._paused

    @property
    def seconds_paused(self) -> float:
        """How long training has waited, the pause under way included."""
        since = self._paused_since
        return self._seconds_paused + (0.0 if since is None else time.monotonic() - since)

    def stop_by_signal(self, name: str) -> None:
        """Ask for a stop from a signal handler or another thread."""
        self._stop_reason = name

    def raise_if_stopped(self) -> None:
        """Raise StopTraining where a signal asked for it; requests wait for `check`."""
        if self._stop_reason is not None:
            raise StopTraining(self._stop_reason)

    def heed(self) -> None:
        """As often as possible where `check` is not called yet: signals alone are heeded."""
        self.raise_if_stopped()
        self.beat()

    def beat(self) -> None:
        """Say now and then that somebody is still there."""
        if time.monotonic() >= self._next_heartbeat:
            self._next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
            self._emit(Heartbeat())

    def check(self, subject: Subject) -> None:
        """Do what was asked of `subject`, wait while it is paused, or raise StopTraining."""
        self._look(subject)
        if not self._paused:
            return
        self._paused_since = time.monotonic()
        self._emit(RunPaused())
        try:
            while self._paused:
                time.sleep(POLL_SECONDS)
                self._look(subject)
        finally:
            self._seconds_paused, self._paused_since = self.seconds_paused, None
        self._emit(RunContinued())

    def _look(self, subject: Subject) -> None:
        self.raise_if_stopped()
        now = time.monotonic()
        if now < self._next_poll:
            return
        self._next_poll = now + POLL_SECONDS
        self.beat()
        for request in self._inbox.read():
            self._handle(request, subject)

    def _handle(self, request: Request, subject: Subject) -> None:
        if request.kind == "stop":
            self._emit(RequestHandled(id=request.id, outcome="stopping"))
            raise StopTraining("by request")
        if request.kind == "save":
            outcome = "saved" if subject.save_position() else "could not be saved"
        elif request.kind == "set":
            outcome = subject.change(request.path, request.value)
        else:
            self._paused = request.kind == "pause"
            outcome = "paused" if self._paused else "going on"
        self._emit(RequestHandled(id=request.id, outcome=outcome))
