"""The save folders of this person, remembered so that a run is found from anywhere."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from core.files import write_json

NUM_REMEMBERED = 50


def state_home() -> Path:
    """The folder for what the program remembers (XDG base directory specification)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "mnist-tui"


def memory_path() -> Path:
    """The file in which they are remembered: written whenever a run is begun."""
    return state_home() / "folders.json"


def known() -> list[Path]:
    """Remembered save folders that still exist, newest first; a broken memory is set aside."""
    path = memory_path()
    try:
        found = _parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, RecursionError):
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".json.bad"))
        return []
    return [entry for entry in found if os.path.isdir(entry)]  # noqa: PTH112 -- never raises


def remember(folder: Path) -> None:
    """Put `folder` first among the known ones. Failing to is no reason not to train."""
    folder = folder.resolve()
    entries = [folder, *(entry for entry in known() if entry != folder)][:NUM_REMEMBERED]
    with contextlib.suppress(OSError):
        memory_path().parent.mkdir(parents=True, exist_ok=True)
        write_json(memory_path(), [str(entry) for entry in entries])


def _parse(text: str) -> list[Path]:
    entries = json.loads(text)
    if not isinstance(entries, list):
        raise TypeError("not a list of folders")
    return [Path(entry) for entry in entries]
