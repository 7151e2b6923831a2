"""Markdown of the pages that are written from the code."""

from __future__ import annotations

import json
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COMMAND = "python docs/reference.py"
WRITTEN = f"<!-- Written by `{COMMAND}`: change the code, not this page. -->\n"


def prose(text: str) -> str:
    """A paragraph."""
    return fill(" ".join(text.split()), 115, break_on_hyphens=False) + "\n"


def shown(value: object) -> str:
    """A value as config.json has it."""
    return f"`{json.dumps(value)}`"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |")
