"""An end that comes even if the window cannot: a thread that waits for it only so long."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from core.exit_codes import SIGNALLED
from tui.link import launcher

if TYPE_CHECKING:
    from core.launch import Worker

SAVE_SECONDS = 60.0
"""For the training of this process to save: a step, a validation batch, a slow disk."""
GRACE_SECONDS = 2.0
"""For the window to close after that, and for the terminal to take its last bytes."""


def end_for_certain(worker: Worker | None, number: int) -> None:
    """End the process with 128 + `number` when the window should have ended and has not.

    Only in the child that the launcher made, which then restores the terminal: a process of
    somebody else's is not ours to end.
    """
    link = launcher.link
    if link is None:
        return

    def wait() -> None:
        if worker is not None:
            worker.join(SAVE_SECONDS)
        time.sleep(GRACE_SECONDS)
        link.leave_terminal_to_launcher()
        os._exit(SIGNALLED + number)

    threading.Thread(target=wait, name="watchdog", daemon=True).start()
