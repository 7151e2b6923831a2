"""What kind of terminal there is: whether the window can be drawn on it, and with which signs.

Imports nothing: the command line asks before anything else is known.
"""

from __future__ import annotations

# `from typing import TYPE_CHECKING` would cost some milliseconds; checkers know this name too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNS = "●─⠿"
"""One of each kind that the window draws."""
WITHOUT = "or `mnist-tui --plain`, or `mnist-tui train`"
"""What works on every stream."""


def refusal(environ: Mapping[str, str], *, stdin: bool, stderr: bool) -> str | None:
    """Why the window cannot be shown, with what to do about it; None where it can.

    `stdin` and `stderr` say whether each is a terminal.
    """
    if not (stdin or stderr):
        return f"the app needs a terminal on stdin and stderr: use `ssh -t`, {WITHOUT}"
    if not stdin:
        return f"the app needs a terminal on stdin, for the keys: leave out `<` and `|`, {WITHOUT}"
    if not stderr:
        return f"the app needs a terminal on stderr, where it draws: leave out `2>`, {WITHOUT}"
    kind = environ.get("TERM", "")
    if kind in ("dumb", "unknown"):
        return f"the app needs a terminal that can draw, and TERM is {kind}: use another, {WITHOUT}"
    if not kind:
        return (
            "the app needs to know the terminal, and TERM is not set: "
            f"`export TERM=xterm` suits most, {WITHOUT}"
        )
    return None


def why_ascii(environ: Mapping[str, str], encoding: str | None) -> str | None:
    """Why this terminal gets ASCII alone, as a clause; None where it can draw more."""
    try:
        SIGNS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return f"the encoding is {encoding or 'unknown'}"
    if environ.get("TERM") == "linux":
        return "the Linux console has no braille in its fonts"
    return None
