"""What testing a checkpoint gave, kept beside it: no torch."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from core.files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".test.json"
_LISTS = ("confusion", "mistakes")


def path_of(checkpoint: Path) -> Path:
    """`last.pth.test.json` for `last.pth`."""
    return checkpoint.with_name(checkpoint.name + SUFFIX)


def read(checkpoint: Path) -> dict[str, Any] | None:
    """As `evaluate` returned it; None where it was never tested, or not since it was written."""
    path = path_of(checkpoint)
    try:
        if path.stat().st_mtime_ns < checkpoint.stat().st_mtime_ns:
            return None
    except OSError:
        return None
    value = read_json(path)
    whole = isinstance(value, dict) and all(isinstance(value.get(name), list) for name in _LISTS)
    return value if whole else None


def keep(checkpoint: Path, results: dict[str, Any]) -> None:
    """Write it where that can be; who may not write there tests again."""
    # Root may write anywhere; a file that nobody may write to was put aside to stay as it is.
    if os.access(checkpoint.parent, os.W_OK) and checkpoint.stat().st_mode & 0o222:
        with contextlib.suppress(OSError):  # a disk may be full
            write_json(path_of(checkpoint), results)


def forget(checkpoint: Path) -> None:
    """Delete it: the checkpoint is another network now, or gone."""
    path_of(checkpoint).unlink(missing_ok=True)
