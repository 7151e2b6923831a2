"""The keys of the bottom line: those that make sense now, by the pane and by what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.key_bar import Key

if TYPE_CHECKING:
    from core.state import RunState
    from tui.live.outcome import Ended

_LEAVE = (Key("?", "help", kept=True), Key("q", "leave", kept=True))
_PANES = Key("1-6", "panes")
_PALETTE = Key(":", "every action")

_KEYS: dict[str, tuple[Key, ...]] = {
    "config": (
        Key("enter", "change"),
        Key("ctrl+s", "save"),
        Key("s", "start"),
        Key("o", "presets"),
        Key("j", "text"),
        *_LEAVE,
        Key("d", "compare"),
        Key("ctrl+z", "undo"),
        Key("del", "default"),
        Key("/", "search"),
        _PANES,
    ),
    "config-text": (
        Key("j", "form", kept=True),
        Key("e", "edit"),
        Key("ctrl+s", "save"),
        Key("s", "start"),
        Key("o", "presets"),
        *_LEAVE,
        Key("ctrl+z", "undo"),
        Key("d", "compare"),
        _PANES,
    ),
    "device": (
        Key("enter", "train on it"),
        Key("b", "speed"),
        Key("y", "self-test"),
        Key("s", "start"),
        Key("+", "several"),
        *_LEAVE,
        _PANES,
    ),
    "runs": (
        Key("enter", "open"),
        Key("space", "files"),
        Key("t", "test"),
        Key("r", "go on"),
        Key("d", "digits"),
        *_LEAVE,
        Key("f", "fine-tune"),
        Key("/", "filter"),
        Key("o", "sort"),
        Key("del", "delete"),
        Key("c", "compare"),
        _PANES,
    ),
    "runs-live": (
        Key("enter", "open"),
        Key("p", "pause, go on"),
        Key("x", "stop"),
        Key("space", "files"),
        Key("t", "test"),
        Key("d", "digits"),
        Key("c", "compare"),
        *_LEAVE,
        Key("f", "fine-tune"),
        Key("/", "filter"),
        Key("o", "sort"),
        _PANES,
    ),
    "digits": (Key("s", "start"), Key("c", "another checkpoint"), *_LEAVE, _PANES),
    "digits-untested": (
        Key("t", "test"),
        Key("d", "draw"),
        Key("b", "browse"),
        *_LEAVE,
        Key("c", "another checkpoint"),
        _PANES,
    ),
    "digits-table": (
        Key("enter", "pictures"),
        Key("d", "draw"),
        Key("t", "test"),
        *_LEAVE,
        Key("m", "all mistakes"),
        Key("b", "browse"),
        Key("c", "another checkpoint"),
        _PANES,
    ),
    "digits-pictures": (
        Key("space", "next"),
        Key("↑", "back"),
        Key("esc", "close"),
        Key("g", "by number"),
        Key("b", "browse"),
        *_LEAVE,
        Key("m", "mistakes"),
        Key("d", "draw"),
        Key("c", "another checkpoint"),
        _PANES,
    ),
    "learn": (Key("→", "next page"), Key("←", "the one before"), *_LEAVE, _PANES),
    "learn-network": (
        Key("→", "next page"),
        Key("←", "the one before"),
        Key("n", "next picture"),
        *_LEAVE,
        _PANES,
    ),
}
"""By the pane, or by a part of it that has others."""


def keys_for(
    pane: str,
    state: RunState,
    *,
    live: bool,
    log: bool = False,
    part: str = "",
    ended: Ended | None = None,
    unfinished: bool = False,
) -> tuple[Key, ...]:
    """The keys of the bottom line, most important first.

    `log`: it stands below the chart. `part`: what of the pane is in view, where that matters.
    `ended`: how the run that is shown did. `unfinished`: the first screen offers to go on with a
    run.
    """
    if pane != "live":
        return _KEYS[part or pane]
    if not live and not state.time:
        go_on = (Key("r", "go on"),) if unfinished else ()
        return (Key("enter", "quick run"), Key("s", "start"), *go_on, _PANES, *_LEAVE, _PALETTE)
    return _live_keys(state, _of_ended(ended) if ended is not None else None, log=log)


def _of_ended(run: Ended) -> tuple[Key, ...]:
    """What can be done with a run that nobody trains any more."""
    test = (Key("t", "test it"),) if run.has_checkpoint else ()
    again = (Key("r", run.resuming),) if run.resuming else ()
    return (*test, *again, Key("s", "start next"))


def _live_keys(state: RunState, ended: tuple[Key, ...] | None, *, log: bool) -> tuple[Key, ...]:
    if log:
        below: tuple[Key, ...] = (Key("l", "epochs"), Key("v", "level"), Key("/", "find"))
        more: tuple[Key, ...] = (Key("f", "full"), Key("w", "wrap"))
    else:
        below = (Key("m", "metric"), Key("l", "log"))
        more = (Key("o", "other runs"),)
    if ended is not None:
        return (*ended, *below, *_LEAVE, *more, _PALETTE, _PANES)
    if state.started is None:  # nothing is drawn yet, and nothing could be saved
        return (Key("x", "stop"), Key("l", "epochs" if log else "log"), *_LEAVE, _PALETTE, _PANES)
    run = (Key("p", "go on" if state.paused else "pause"), Key("x", "stop"), Key("u", "new lr"))
    return (*run, *below, *_LEAVE, Key("k", "save"), *more, _PALETTE, _PANES)
