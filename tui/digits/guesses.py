"""What picture files are taken for, on a plain stream: a line each, and the digit as seen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.images import classes
from tui import say
from tui.clean import ascii_only, clean
from tui.digits.picture import NUM_SHADES, SHADE, WIDTH, Look, picture, shades
from tui.streams import can_draw

if TYPE_CHECKING:
    from pathlib import Path

    from tui.cells import Row
    from tui.digits.guessing import FileGuess

NUM_SHOWN = 3
_WORTH_SAYING = 0.0005
"""From which probability on another class is named: less would be written as 0.0%."""


def print_guesses(checkpoint: Path, found: list[FileGuess], *, ascii_glyphs: bool) -> None:
    """Print each in 17 lines: with shades in a terminal of 256 colours or more, else without."""
    names = classes.of_checkpoint(checkpoint)
    look = _look(ascii_glyphs=ascii_glyphs)
    for guess in found:
        line = clean(f"{guess.file}: {_in_words(guess, names)}")
        say.out(ascii_only(line) if look is Look.ASCII else line)
        _print_picture(picture(guess.picture, look), look)


def _in_words(guess: FileGuess, names: tuple[str, ...]) -> str:
    first, *others = [
        f"{names[index] if index < len(names) else index} ({guess.probabilities[index]:.1%})"
        for place, index in enumerate(guess.likeliest[:NUM_SHOWN])
        if not place or guess.probabilities[index] >= _WORTH_SAYING
    ]
    return f"{first}, else {', '.join(others)}" if others else first


def _look(*, ascii_glyphs: bool) -> Look:
    if ascii_glyphs or not can_draw():
        return Look.ASCII
    if not sys.stdout.isatty():
        return Look.BLOCKS
    from rich.console import Console

    terminal = Console()
    many = terminal.color_system in ("256", "truecolor") and not terminal.no_color
    return Look.SHADES if many else Look.BLOCKS


def _print_picture(rows: list[Row], look: Look) -> None:
    """The rows in a frame, as of a picture on black; in shades it needs none."""
    if look is Look.SHADES:
        _print_shades(rows)
        return
    lines = [f"┌{'─' * WIDTH}┐"]
    lines += [f"│{''.join(cell.char for cell in row)}│" for row in rows]
    lines += [f"└{'─' * WIDTH}┘"]
    say.out("\n".join(map(ascii_only, lines) if look is Look.ASCII else lines))


def _print_shades(rows: list[Row]) -> None:
    from rich.color import Color
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    greys = [Color.from_rgb(*[255 * step // (NUM_SHADES - 1)] * 3) for step in range(NUM_SHADES)]
    terminal = Console()
    for row in rows:
        text = Text(no_wrap=True)
        for cell in row:
            assert cell.role.startswith(SHADE)
            upper, lower = shades(cell.role)
            text.append(cell.char, Style(color=greys[upper], bgcolor=greys[lower]))
        terminal.print(text)
