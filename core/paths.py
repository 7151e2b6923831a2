"""Paths as people write them."""

from __future__ import annotations

from pathlib import Path

from core.errors import MistakeError


def expanded(path: str | Path) -> Path:
    """The path without `~` or `~user`. Raises MistakeError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        user = Path(path).parts[0]
        raise MistakeError(f"{user}: there is no such user: give another path") from error
