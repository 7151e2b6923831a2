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

    def answered(text: str | None) -> None:
        rate = _rate(text or "")
        if rate is not None:
            give_rate(pane, live, rate)

    prompt = Prompt(
        "Learning rate of the live run",
        value=live.values.get(LR, ""),
        help=_help(live),
        check=lambda text: "" if _rate(text) else f"{clean(text)}: {GIVE}".removeprefix(": "),
    )
    pane.app.push_screen(prompt, answered)


def give_rate(pane: Widget, live: LiveRun, rate: float, optimizer: str = "") -> None:
    """Have the live run go on with a rate; asks again where that is hardly meant.

    `optimizer` is the class that the rate was chosen for, where that may be another one.
    """
    before, its_own = _rate(live.values.get(LR, "")), live.values.get("optimizer.type", "")
    doubts = []
    if before is not None and rate / before >= FAR:
        times = f"{rate / before:,.0f}"
        doubts.append(f"{rate:g} is {times} times the lr it has: that may undo all it learned.")
    if optimizer and its_own and optimizer != its_own:
        doubts.append(f"{rate:g} is the lr of {optimizer}, and the live run steps by {its_own}.")

    def answered(key: str | None = "y") -> None:
        if key == "y":
            pane.post_message(ApplyAsked(LR, rate))

    if doubts:
        answers = [Answer("y", "ask for it"), Answer("c", "cancel")]
        pane.app.push_screen(Ask(clean(" ".join(doubts)), answers), answered)
    else:
        answered()


def _help(live: LiveRun) -> str:
    """What the number is; where a schedule is at work it is not the rate that the run has now."""
    words, step = f"{field_help.ARGUMENTS['lr']}. Up and down change it.", live.state.last_step
    if not live.schedule or step is None or step.lr == _rate(live.values.get(LR, "")):
        return words
    half = f"half of the number makes that {step.lr / 2:.3g} from the next step on"
    return clean(f"lr of the config. {live.schedule} has made it {step.lr:.3g} by now: {half}.")


def _rate(text: str) -> float | None:
    """The rate that a text is; None where it is none."""
    match parse(text):
        case int() | float() as value if value is not True and 0 < value < math.inf:
            return value
    return None
