"""A small project of one's own, in a folder that was not there: it trains and its tests pass."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from core.errors import MistakeError

FILES = ("config.json", "model.py", "metric.py", "test_project.py", "README.md")
"""In the order in which they are told."""
LONGEST_NAME = 60
_BUNDLED = Path(__file__).parents[1] / "bundled" / "project"


def create(folder: Path) -> list[Path]:
    """Write the files of a new project; returns them. Nothing that is there is ever overwritten.

    Raises MistakeError, and then leaves nothing of it behind.
    """
    made: list[Path] = []
    try:
        for parent in reversed([folder, *folder.parents]):
            if not parent.exists():
                parent.mkdir()
                made.append(parent)
        _refuse_full(folder)
        for name in FILES:
            text = (_BUNDLED / name).read_text(encoding="utf-8")
            with (folder / name).open("x", encoding="utf-8") as file:
                made.append(folder / name)
                file.write(text.replace("NAME", _name(folder)))
    except (OSError, ValueError, MistakeError) as error:
        _undo(made)
        if isinstance(error, MistakeError):
            raise
        raise MistakeError(f"{folder}: cannot be made ({_why(error)}): give another") from error
    return [folder / name for name in FILES]


def _refuse_full(folder: Path) -> None:
    if any(folder.iterdir()):
        raise MistakeError(f"{folder}: is not empty: give the name of a new folder")


def _name(folder: Path) -> str:
    """What its runs are called: the folder's own name, as far as it makes a plain one."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.absolute().name).strip("-.")
    return plain[:LONGEST_NAME] or "project"


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _undo(made: list[Path]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
