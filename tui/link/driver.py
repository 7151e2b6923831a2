"""The terminal as a link that may stall or drop: nothing here ever waits for it.

Of Textual's private names it touches `_writer_thread`, which is left idle, `_app`, `_key_thread`
(by way of `exit_event`) and `XTermParser`; tests/tui/test_driver.py fails when one of them changes.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from codecs import getincrementaldecoder
from threading import Event
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.clean import ASCII
from tui.link import width_probe
from tui.link.outlet import Outlet
from tui.link.stray import StrayOutput

if TYPE_CHECKING:
    from typing import Any

BACKLOG_BYTES = 16_384
"""What may wait to be written before frames are skipped: about one whole screen."""
READ_BYTES = 4096
ESCAPE_SECONDS = 0.1
"""How often a key that may be the beginning of a longer one is looked at again."""


class LinkLost(Message, bubble=False):
    """The terminal is gone."""


class LinkDriver(LinuxDriver):
    """Textual's driver with an output that never blocks and an input that ends with its link."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._waker = os.pipe()
        self.exit_event = _WakingEvent(self._waker[1])
        self._outlet: Outlet | None = None
        self.stray = StrayOutput()
        """What else writes to the terminal, which is kept from it while the window is open."""
        self._num_bytes_before = 0
        self._encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
        self.lost = False
        """Whether the terminal is gone."""
        self.suspended = False
        """Whether the shell has the terminal meanwhile."""

    # Output

    @property
    def num_bytes(self) -> int:
        """Sent so far."""
        return self._num_bytes_before + (self._outlet.num_bytes if self._outlet else 0)

    @property
    def stalled(self) -> bool:
        """Whether the terminal is so far behind that a frame more would only be late."""
        return self.suspended or self.lost or self.backlog > BACKLOG_BYTES

    @property
    def backlog(self) -> int:
        """Bytes that the terminal has not taken yet."""
        return self._outlet.backlog if self._outlet else 0

    def repaint_when_drained(self) -> None:
        """Draw the whole screen once the terminal has caught up: frames were skipped."""
        if self._outlet is not None and not (self.suspended or self.lost):
            self._outlet.when_drained(lambda: self._app.post_message(CaughtUp()))

    def write(self, data: str) -> None:
        """Send some text; never waits."""
        if self._outlet is not None:
            to_ascii = getattr(self._app, "ascii", False) and not data.isascii()
            text = data.translate(ASCII) if to_ascii else data
            self._outlet.write(text.encode(self._encoding, "replace"))

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self.suspended = False
        self._outlet = Outlet(self.stray.lead_away(), self.lose)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's has none

    def close(self) -> None:
        """Send what is left, as far as the terminal takes it soon."""
        super().close()
        if self._outlet is not None:
            done = self._outlet.close()
            self._num_bytes_before, self._outlet = self.num_bytes, None
            self.stray.lead_back(drawn_on=not done)

    def lose(self) -> None:
        """Note that the terminal is gone, whoever noticed it, and tell the app; any thread may."""
        if self.lost:
            return
        self.lost = True
        if self._outlet is not None:
            self._outlet.give_up()
        self.exit_event.set()
        self._app.post_message(LinkLost())

    # Input

    def run_input_thread(self) -> None:
        """Read keys until the end; wakes only for keys, and for the rest of an escape sequence."""
        parser, decoder = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace")
        with contextlib.suppress(BlockingIOError):
            os.set_blocking(self._waker[0], False)
            os.read(self._waker[0], READ_BYTES)  # of an end before
        # Nothing would be the end to the parser.
        if typed := width_probe.take_typed():
            for message in parser.feed(decoder.decode(typed)):
                self.process_message(message)
        while not self.exit_event.is_set():
            # The parser waits for more only while an escape sequence may be under way.
            patience = None if parser._timeout_time is None else ESCAPE_SECONDS
            ready, _, _ = select.select([self.fileno, self._waker[0]], [], [], patience)
            data = self._read() if self.fileno in ready else None
            if data == b"":
                if self.input_tty:
                    self.lose()
                return
            text = decoder.decode(data) if data else ""
            for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:  # EIO: hung up
            return b""

    # Suspending: the launcher stops, never this process, which may be training

    def _sigtstp_application(self, *_: object) -> None:
        self._app.call_later(self._app.action_suspend_process)

    def _sigcont_application(self, *_: object) -> None:
        self._app.call_later(self._take_up)

    def _take_up(self) -> None:
        if self.suspended and not self.lost and self.in_foreground():
            self.resume_application_mode()
            self._app.screen.refresh(layout=True)

    def suspend_application_mode(self) -> None:
        """Give the shell its terminal back; the program goes on."""
        super().suspend_application_mode()
        self.suspended = True

    def in_foreground(self) -> bool:
        """Whether the terminal is this process group's now; `bg` continues a job without it."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return False


class CaughtUp(Message, bubble=False):
    """The terminal has taken everything that waited for it."""


class _WakingEvent(Event):
    """An event that also wakes whoever waits in `select`."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def set(self) -> None:
        super().set()
        with contextlib.suppress(OSError):
            os.write(self._descriptor, b"\0")
