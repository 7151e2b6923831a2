"""How a run ended: its result in words, where it is kept, and the keys that make sense next."""

from __future__ import annotations

import os
import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from tui import format as fmt
from tui.cells import Row, cells, wrap
from tui.clean import clean
from tui.live import words as live_words

if TYPE_CHECKING:
    from pathlib import Path

    from core.state import RunState

MOST_REASON_ROWS = 3
COLUMN = 40
"""Of a key and its words; two stand side by side where there is room."""

_RIGHT = {
    "val_accuracy": "{share} of {number}validation images right",
    "accuracy": "{share} of the images it learns from right",
}
"""What a metric means, the most telling first."""


class Ended(NamedTuple):
    """A run that nobody trains any more."""

    path: Path
    state: RunState
    has_checkpoint: bool
    can_go_on: bool = True
    """Whether its schedule allows more epochs than it had."""
    can_begin_again: bool = False
    """Whether it could begin again from the start, had it no checkpoint."""
    is_there: bool = True
    """Whether it is where it was, and not in the trash."""

    @property
    def resuming(self) -> str:
        """What `r` does with it, in a word or two; empty where it can do nothing."""
        done = self.outcome == "completed"
        if not self.has_checkpoint:
            return "begin again" if self.can_begin_again and not done else ""
        return "go on" if self.can_go_on or not done else ""

    @property
    def outcome(self) -> str:
        """`completed`, `stopped`, `failed` or `interrupted`."""
        return self.state.status(live=False)


def rows(run: Ended, width: int, *, brief: bool = False) -> list[Row]:
    """All there is to say; with `brief` no keys, for a small window."""
    bad = run.outcome in ("failed", "interrupted")
    lines = wrap(cells(headline(run), "bad" if bad else "good"), width)
    if why := reason(run):
        lines += wrap(cells(why, "bad" if run.outcome == "failed" else "text"), width)[
            :MOST_REASON_ROWS
        ]
    for sentence in filter(None, (result(run.state), place(run))):
        lines += wrap(cells(sentence, "text"), width)
    return lines if brief else [*lines, [], *_key_rows(keys(run), width)]


def headline(run: Ended) -> str:
    """`✓ finished   10 epochs in 41 s   best val_loss 0.0412 at epoch 9`."""
    state = run.state
    parts = [fmt.status(run.outcome), extent(state), live_words.best(state)]
    if took := seconds(state):
        parts[1] += f" in {fmt.duration(took)}"
    return "   ".join(filter(None, parts))


def extent(state: RunState) -> str:
    """`10 epochs`, `3 of 10 epochs`."""
    done, planned = state.epoch, state.started.epochs if state.started else state.epoch
    return (
        f"{done} epoch{'s' if done != 1 else ''}"
        if done == planned
        else f"{done} of {planned} epochs"
    )


def seconds(state: RunState) -> float:
    """What it took; of a run that went on, the training before counts too."""
    if state.ended is None:
        return 0.0
    return max(state.ended.seconds, state.seconds) if state.resumes else state.ended.seconds


def result(state: RunState) -> str:
    """`98.71 % of 6,000 validation images right (val_accuracy 0.9871)`, of the best network.

    Which epoch that was is said where it is not the last one.
    """
    row = state.best or (state.history[-1] if state.history else None)
    for metric, sentence in _RIGHT.items():
        value = row.metrics.get(metric) if row is not None else None
        if value is not None:
            num = state.started.num_validation if state.started else 0
            words = sentence.format(share=fmt.share(value), number=f"{num:,} " if num else "")
            if row is not None and row is not state.history[-1]:
                words += f" at epoch {row.epoch}"
            return f"{words} ({metric} {fmt.number(value)})"
    return ""


def reason(run: Ended) -> str:
    """Why it ended where its sign does not say so, in a sentence."""
    state, outcome = run.state, run.outcome
    if outcome == "interrupted":
        since = f" {fmt.age(state.time)} ago" if state.time else ""
        return f"its program ended without a word{since}: killed, or the machine went down"
    # The key for the log says where.
    said = clean(re.sub(r" \(see .*", "", state.ended.reason, flags=re.S)) if state.ended else ""
    if outcome == "stopped":
        how = "you asked it to stop" if said == "by request" else f"{said} stopped it"
        return f"{how}; its exact position is saved" if run.has_checkpoint else how
    finished_all = state.started is not None and state.epoch >= state.started.epochs
    return "" if outcome == "completed" and finished_all else said


def place(run: Ended) -> str:
    """Where it is kept."""
    path = clean(_short(run.path))
    if not run.is_there:
        return f"{path} is not there any more: if it was deleted, z in Runs takes it back."
    return (
        f"Saved in {path}."
        if run.has_checkpoint
        else f"Nothing was saved of it; its log is in {path}."
    )


def keys(run: Ended) -> tuple[tuple[str, str], ...]:
    """The keys that make sense next, and what they do; as many as stand in two rows."""
    test = ("t", "test it on the test images")
    again = ("s", "start the config of the next run")
    if not run.is_there:
        return ("4", "then z: take it back"), again
    if not run.has_checkpoint:
        anew = (("r", "begin it again from the start"),) if run.resuming else ()
        return ("l", "read its log"), *anew, ("1", "look at the config"), again
    if run.outcome == "completed":
        more = ("r", "go on for more epochs"), ("4", "then f: new run with its weights")
        return test, ("5", "see what it gets wrong"), more[not run.resuming], again
    if run.outcome == "failed":
        return ("l", "read its log"), ("r", "go on from the last checkpoint"), again
    return ("r", "go on where it stopped"), test, again


def _key_rows(offered: tuple[tuple[str, str], ...], width: int) -> list[Row]:
    parts = [cells(f"  {key}", "accent") + cells(f"   {words}", "text") for key, words in offered]
    if width < 2 * COLUMN - 4:
        return parts
    gaps = [cells(" " * max(1, COLUMN - len(part))) for part in parts]
    pairs = zip_longest(parts[::2], gaps[::2], parts[1::2])
    return [left + gap + right if right else left for left, gap, right in pairs]


def _short(path: Path) -> str:
    """Relative to the folder one is in where the run lies below it."""
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short
