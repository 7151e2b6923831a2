"""Keys that arrive in one packet, as over a slow link: each does what it does when typed slowly."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pty_app import PtyApp
from scratch import PATIENCE_SECONDS, wait_for

if TYPE_CHECKING:
    from scratch import Scratch

SEARCH, OPEN, SAVE = "1/args.lr\r", "\r", "\x13"
CLEAR = "\x01\x0b"
"""ctrl+a, ctrl+k: the way shells and text fields alike empty a line."""


def test_dialogs_lose_no_key_of_a_burst(scratch: Scratch) -> None:
    with PtyApp([sys.executable, "-m", "tui"], cwd=scratch.path) as app:
        app.wait_for("enter   quick run", PATIENCE_SECONDS)
        for lr in (0.25, 0.125, 0.0625):
            app.send(f"{SEARCH}{OPEN}{CLEAR}{lr}\r{SAVE}")
            wait_for(lambda: _lr(scratch) == lr)  # noqa: B023 -- waited for at once


def _lr(scratch: Scratch) -> float:
    value: float = json.loads(scratch.config_path.read_text())["optimizer"]["args"]["lr"]
    return value
