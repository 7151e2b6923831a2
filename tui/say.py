"""Lines on stdout and stderr, for those who read along without a window."""

from __future__ import annotations

import sys

from tui.clean import clean


def out(text: str) -> None:
    """Text on stdout, as its last line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(*sentences: str) -> None:
    """Sentences on stderr, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"mnist-tui: {clean(sentence)}\n")
    sys.stderr.flush()
