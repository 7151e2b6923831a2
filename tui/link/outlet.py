"""The way out to the terminal: bytes are taken at once and written by a thread that may wait."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 4096
"""At a time, so that what was written is known about as soon as the terminal took it."""
CLOSE_SECONDS = 1.0
"""How long the end waits for a terminal that takes nothing."""


class Outlet:
    """Writes to a terminal that may stall for minutes or be gone, and keeps nobody waiting.

    Textual's own writer holds up whoever has more than thirty pieces to write, which is the event
    loop: a frozen client then freezes the program, and no signal gets through any more.
    """

    def __init__(self, descriptor: int, on_lost: Callable[[], object]) -> None:
        """`on_lost` is called once, by the thread, when the terminal takes nothing ever again."""
        self.num_bytes = 0
        """Taken so far, for whoever wants to know what the link carries."""
        self._descriptor, self._on_lost = descriptor, on_lost
        self._pieces: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._backlog = 0
        self._closed = self._lost = False
        self._on_drained: Callable[[], object] | None = None
        self._thread = threading.Thread(target=self._run, name="terminal output", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Bytes that the terminal has not taken yet."""
        return self._backlog

    def write(self, data: bytes) -> None:
        """Take some bytes. Never waits, never raises; what comes after the end is dropped."""
        with self._changed:
            if self._closed or self._lost or not data:
                return
            self.num_bytes += len(data)
            self._backlog += len(data)
            self._pieces.append(data)
            self._changed.notify()

    def when_drained(self, call: Callable[[], object]) -> None:
        """Have `call` called by the thread once everything is written; only the newest counts."""
        with self._changed:
            self._on_drained = call
            self._changed.notify()

    def give_up(self) -> None:
        """Write nothing more: the terminal is gone."""
        with self._changed:
            self._lost = True
            self._pieces.clear()
            self._backlog = 0
            self._changed.notify()

    def close(self) -> bool:
        """Write what is left, as far as the terminal takes it in `CLOSE_SECONDS`.

        Returns whether nothing more will be written.
        """
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (piece := self._next()) is not None:
            try:
                for start in range(0, len(piece), CHUNK_BYTES):
                    self._write_all(piece[start : start + CHUNK_BYTES])
            except OSError:
                self.give_up()
                self._on_lost()
                return

    def _next(self) -> bytes | None:
        """The next piece; None at the end."""
        with self._changed:
            while not self._pieces:
                if self._closed or self._lost:
                    return None
                if self._on_drained is not None:
                    call, self._on_drained = self._on_drained, None
                    call()
                    continue
                self._changed.wait()
            return self._pieces.popleft()

    def _write_all(self, data: bytes) -> None:
        while data and not self._lost:
            written = os.write(self._descriptor, data)
            data = data[written:]
            with self._changed:
                self._backlog = max(0, self._backlog - written)
