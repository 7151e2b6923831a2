"""The terminal: what it says of itself, and how the window will look on it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui import room, terminal
from tui.doctor.findings import Findings
from tui.link.width_probe import WidthProbe

if TYPE_CHECKING:
    from collections.abc import Mapping

COLOURS = {"standard": "16", "256": "256", "truecolor": "16 million"}
MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "ZELLIJ": "zellij"}
"""By the variable that each sets inside of it."""
LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")
"""The first that is set decides about the encoding."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What was seen of the streams and the terminal behind them."""

    stdin: bool
    stderr: bool
    """Whether each is a terminal."""
    encoding: str | None
    size: tuple[int, int] | None
    """Columns and rows; None without a terminal."""
    too_wide: bool | None
    """Whether our signs are wider than a column each; None if it did not say."""


def seen() -> Terminal:
    """Look at the terminal of this process; asks it one question."""
    stdin, stderr = sys.stdin.isatty(), sys.stderr.isatty()
    drawable = terminal.refusal(os.environ, stdin=stdin, stderr=stderr) is None
    ascii_only = terminal.why_ascii(os.environ, sys.stderr.encoding) is not None
    with WidthProbe(wanted=drawable and not ascii_only) as probe:
        size = os.get_terminal_size(sys.stderr.fileno()) if stderr else None
    return Terminal(
        stdin=stdin,
        stderr=stderr,
        encoding=sys.stderr.encoding,
        size=(size.columns, size.lines) if size else None,
        too_wide=probe.too_wide if probe.answered else None,
    )


def look(found: Terminal, environ: Mapping[str, str]) -> Findings:
    """The facts about a terminal, and what would make the window look better on it."""
    findings = Findings("terminal")
    findings.fact("TERM", environ.get("TERM") or "not set")
    findings.fact("COLORTERM", environ.get("COLORTERM") or "not set")
    colours = _colours(environ)
    findings.fact("colours", COLOURS.get(colours, "none"))
    if environ.get("NO_COLOR"):
        findings.fact("NO_COLOR", "set: no colour is sent")
    findings.fact("encoding", found.encoding)
    findings.fact("locale", _locale(environ))
    findings.fact("size", room.times(found.size) if found.size else None)
    if found.too_wide is not None:
        findings.fact("signs", "wider than a column" if found.too_wide else "one column wide")
    findings.fact("multiplexer", multiplexer(environ) or "none")
    refusal = terminal.refusal(environ, stdin=found.stdin, stderr=found.stderr)
    if refusal is not None:
        findings.advise(refusal)
        return findings
    _advise_on_signs(findings, found, environ)
    if colours == "standard" and not environ.get("NO_COLOR"):
        findings.advise("16 colours are used: if it knows 256, `export COLORTERM=truecolor`")
    if found.size is not None:
        _advise_on_size(findings, found.size)
    return findings


def multiplexer(environ: Mapping[str, str]) -> str | None:
    """What keeps the terminal alive when the link drops, if anything does."""
    return next((name for key, name in MULTIPLEXERS.items() if environ.get(key)), None)


def _advise_on_signs(findings: Findings, found: Terminal, environ: Mapping[str, str]) -> None:
    reason = terminal.why_ascii(environ, found.encoding)
    if reason is not None and environ.get("TERM") == "linux":
        findings.advise(f"{reason}, so ASCII is drawn: another terminal, or SSH, shows the curves")
    elif reason is not None:
        findings.advise(f"{reason}, so ASCII is drawn: for the signs, `export LC_ALL=C.UTF-8`")
    elif found.too_wide:
        findings.advise(
            "it draws our signs wider than a column, so ASCII is drawn: have ambiguous "
            "characters narrow in its settings, and UTF-8"
        )
    elif found.too_wide is None and _locale(environ).partition(" ")[0] in ("C", "POSIX", "not"):
        findings.advise("the locale does not say that it shows UTF-8: if not, start with --ascii")


def _advise_on_size(findings: Findings, size: tuple[int, int]) -> None:
    if not room.fits(size, room.MAIN_JOB):
        findings.advise(f"enlarge it to {room.times(room.MAIN_JOB)}: the window needs as much")
    elif not room.fits(size, room.FORM):
        findings.advise(f"enlarge it to {room.times(room.FORM)} to edit the config in it")


def _colours(environ: Mapping[str, str]) -> str:
    """As the window will take it: Rich's names, nothing for none."""
    from rich.console import Console

    console = Console(force_terminal=True, legacy_windows=False, _environ=environ)
    return "" if environ.get("TERM") in ("dumb", "unknown") else console.color_system or ""


def _locale(environ: Mapping[str, str]) -> str:
    """`C.UTF-8 (LANG)`."""
    for name in LOCALE_VARIABLES:
        if value := environ.get(name):
            return f"{value} ({name})"
    return "not set"
