"""What a look at one subject brings: facts, advice, and whether training is possible at all."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TOOL_SECONDS = 5.0
"""How long a tool of the system may take to answer."""


@dataclass(slots=True)
class Findings:
    """The facts about one subject; a fact that nobody knows is left out."""

    subject: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    """What would be better, a sentence each."""
    obstacles: list[str] = field(default_factory=list)
    """Why nothing can be trained here, each with its remedy."""

    def fact(self, name: str, value: object) -> None:
        """Note a fact; one without a value is none."""
        if value not in (None, ""):
            self.facts.append((name, str(value)))

    def advise(self, sentence: str) -> None:
        """Note what would be better."""
        self.advice.append(sentence)

    def obstruct(self, sentence: str) -> None:
        """Note what makes a training impossible."""
        self.obstacles.append(sentence)


def text_of(path: Path) -> str:
    """A small file's text; nothing where there is none to be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def exists(path: Path) -> bool:
    """Whether there is such a path; one that may not be looked at is none."""
    return os.path.exists(path)  # noqa: PTH110 -- never raises


def output_of(*command: str) -> str:
    """What a tool of the system says; nothing where there is none, or it fails or hangs."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TOOL_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
