"""Whether the terminal draws the window's signs one column wide: it is asked, and may not answer.

Some terminals take `─` for two columns wide, as East Asian fonts have it, and one that does not
know UTF-8 draws three signs for each of ours: lines would break and columns shift. The question is
sent before the slow imports and the answer read after them, so it costs no time.
"""

from __future__ import annotations

import os
import re
import select
import termios
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_SECONDS = 0.1
"""How long after the question an answer is waited for."""
DRAWN = "─⠿"
"""A line and a braille sign; both are printable bytes where UTF-8 is not known."""
# Keep the place; where is the cursor; draw; where is it now; back to the place; wipe the drawing.
QUESTION = f"\x1b7\x1b[6n{DRAWN}\x1b[6n\x1b8\x1b[K".encode()
REPORT = re.compile(rb"\x1b\[(\d{1,5});(\d{1,5})R")
STDIN, STDERR = 0, 2
LOCAL_MODES = 3
"""Where the attributes of a terminal say whether it echoes."""

_typed = b""


class WidthProbe:
    """Asks when it is entered; when it is left, the terminal is as before and `too_wide` known."""

    def __init__(self, *, wanted: bool = True) -> None:
        """`wanted`: whether the answer would change anything."""
        self.answered = False
        """Whether the terminal said where its cursor is."""
        self.too_wide = False
        """Whether it draws the signs wider than one column each."""
        self._wanted = wanted
        self._before: list[Any] | None = None
        self._deadline = 0.0

    def __enter__(self) -> Self:
        """Ask, if there is somebody to ask."""
        if self._wanted and _terminal_is_ours():
            self._before = termios.tcgetattr(STDIN)
            quiet = termios.tcgetattr(STDIN)
            # ctrl+c stays a signal.
            quiet[LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
            # Not TCSAFLUSH, which would drop what was typed already.
            termios.tcsetattr(STDIN, termios.TCSANOW, quiet)
            os.write(STDERR, QUESTION)
            self._deadline = time.monotonic() + PATIENCE_SECONDS
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the answer, and put the terminal back whatever happened."""
        if self._before is None:
            return
        try:
            if kind is None:
                self._read_answer()
        finally:
            termios.tcsetattr(STDIN, termios.TCSANOW, self._before)

    def _read_answer(self) -> None:
        global _typed
        heard = b""
        while len(REPORT.findall(heard)) < 2:
            patience = max(0.0, self._deadline - time.monotonic())
            if not select.select([STDIN], [], [], patience)[0]:
                break
            if not (data := os.read(STDIN, 1024)):  # hung up: the window will notice
                break
            heard += data
        width, _typed = split(heard)
        self.answered = width is not None
        self.too_wide = width is not None and width > len(DRAWN)


def take_typed() -> bytes:
    """What came from the keyboard while the answer was awaited; only once."""
    global _typed
    typed, _typed = _typed, b""
    return typed


def split(heard: bytes) -> tuple[int | None, bytes]:
    """How wide the signs were drawn, None if it was not said; and what is not of the answer."""
    reports = REPORT.findall(heard)
    if len(reports) < 2:
        return None, REPORT.sub(b"", heard)
    (first_row, first), (second_row, second) = [(int(row), int(col)) for row, col in reports[:2]]
    # On the next row it has wrapped at the right edge: nothing is known.
    width = second - first if first_row == second_row else None
    return width, REPORT.sub(b"", heard, count=2)


def _terminal_is_ours() -> bool:
    """Whether keys and screen are one terminal, and this job the one in front of it."""
    try:
        one = os.isatty(STDIN) and os.fstat(STDIN).st_rdev == os.fstat(STDERR).st_rdev
        return one and os.isatty(STDERR) and os.tcgetpgrp(STDIN) == os.getpgrp()
    except OSError:
        return False
