"""What else writes to file descriptor 2 while the window is on the screen: it goes to a log.

Python's own prints and warnings are caught elsewhere. A C library writes past Python, straight to
the terminal that the window draws on: one warning of torch's would tear the picture.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from core.saved.folders import state_home

if TYPE_CHECKING:
    from pathlib import Path

STDERR = 2
MOST_BYTES = 1 << 20
"""Of the window's own log, which begins anew when it is longer."""


class StrayOutput:
    """Leads descriptor 2 away from the terminal, and back."""

    def __init__(self) -> None:
        self._terminal = -1
        """The terminal by another number, for whoever draws on it."""
        self._log: Path | None = None
        """The log of the run that is trained here; the window's own while there is none."""

    def lead_away(self) -> int:
        """Catch it from now on; returns the terminal's descriptor."""
        if self._terminal < 0:
            self._terminal = os.dup(STDERR)
            self._catch()
        return self._terminal

    def lead_to(self, log: Path) -> None:
        """Catch it in this file, now and whenever it is caught again."""
        self._log = log
        if self._terminal >= 0:
            self._catch()

    def _catch(self) -> None:
        file = _open(self._log or _own_log())
        os.dup2(file, STDERR)
        os.close(file)

    def lead_back(self, *, drawn_on: bool) -> None:
        """Let descriptor 2 be the terminal again.

        `drawn_on`: somebody still writes to the other number, which must then never become that
        of another file, as of a checkpoint.
        """
        if self._terminal < 0:
            return
        os.dup2(self._terminal, STDERR)
        if not drawn_on:
            os.close(self._terminal)
        self._terminal = -1


def _own_log() -> Path | None:
    """None where nothing can be kept."""
    path = state_home() / "stderr.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.stat().st_size > MOST_BYTES:
            path.unlink()
    except FileNotFoundError:
        pass
    except OSError:
        return None
    return path


def _open(log: Path | None) -> int:
    if log is not None:
        with contextlib.suppress(OSError):  # a full disk, a run directory that was deleted
            return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    return os.open(os.devnull, os.O_WRONLY)
