"""Asking for another learning rate of the live run, and for nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.requests import LR
from tui.config import field_help
from tui.config.draft import parse
from tui.messages import ApplyAsked
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.config.facts import LiveRun


def ask_rate(pane: Widget, live: LiveRun | None) -> None:
    """Ask over the window of `pane`, which posts what was asked."""
    if live is None or not live.live:
        pane.notify("no run is live: s starts one")
        return

    def answered(text: str | None) -> None:
        rate = _rate(text or "")
        if rate is not None:
            pane.post_message(ApplyAsked(LR, rate))

    prompt = Prompt(
        "Learning rate of the live run",
        value=live.values.get(LR, ""),
        help=f"{field_help.ARGUMENTS['lr']}. Up and down change it.",
        check=lambda text: "" if _rate(text) else f"{text}: give a number above 0, like 0.001",
    )
    pane.app.push_screen(prompt, answered)


def _rate(text: str) -> float | None:
    """The rate that a text is; None where it is none."""
    match parse(text):
        case int() | float() as value if value is not True and 0 < value < math.inf:
            return value
    return None
