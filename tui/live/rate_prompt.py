"""Asking for another learning rate of the live run, and for nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.requests import LR
from tui.clean import clean
from tui.config import field_help
from tui.config.draft import parse
from tui.messages import ApplyAsked
from tui.screens.ask import Answer, Ask
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.config.facts import LiveRun

FAR = 100.0
"""From so many times the rate on it is asked again: a slip of a zero or two."""
GIVE = "give a number above 0, like 0.001"


def ask_rate(pane: Widget, live: LiveRun | None) -> None:
    """Ask over the window of `pane`, which posts what was asked."""
    if live is None or not live.live:
        pane.notify("no run is live: s starts one")
        return

    def ask(rate: float) -> None:
        pane.post_message(ApplyAsked(LR, rate))

    def answered(text: str | None) -> None:
        rate, before = _rate(text or ""), _rate(live.values.get(LR, ""))
        if rate is None:
            return
        if before is not None and rate / before >= FAR:
            times = f"{rate / before:,.0f}"
            question = f"{rate:g} is {times} times the lr it has: that may undo all it learned."
            answers = [Answer("y", "ask for it"), Answer("c", "cancel")]
            pane.app.push_screen(
                Ask(question, answers), lambda key: ask(rate) if key == "y" else None
            )
        else:
            ask(rate)

    prompt = Prompt(
        "Learning rate of the live run",
        value=live.values.get(LR, ""),
        help=_help(live),
        check=lambda text: "" if _rate(text) else f"{clean(text)}: {GIVE}".removeprefix(": "),
    )
    pane.app.push_screen(prompt, answered)


def _help(live: LiveRun) -> str:
    """What the number is; where a schedule is at work it is not the rate that the run has now."""
    words, step = f"{field_help.ARGUMENTS['lr']}. Up and down change it.", live.state.last_step
    if not live.schedule or step is None:
        return words
    return clean(
        f"lr of the config. {live.schedule} has made it {step.lr:.3g} by now, and goes on: half of "
        "the number gives half of every rate from the next step on."
    )


def _rate(text: str) -> float | None:
    """The rate that a text is; None where it is none."""
    match parse(text):
        case int() | float() as value if value is not True and 0 < value < math.inf:
            return value
    return None
