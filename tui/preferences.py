"""What this person prefers, kept from start to start; never a reason not to start."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from core.files import write_json


def path() -> Path:
    """The file (XDG base directory specification)."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "mnist-tui" / "preferences.json"


def read() -> dict[str, Any]:
    """What was kept; nothing, and the file set aside, if it is broken."""
    try:
        found = json.loads(path().read_bytes())
        if isinstance(found, dict):
            return found
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        pass
    with contextlib.suppress(OSError):
        path().replace(path().with_suffix(".json.bad"))
    return {}


def write(preferences: dict[str, Any]) -> None:
    """Keep them. Raises OSError."""
    path().parent.mkdir(parents=True, exist_ok=True)
    write_json(path(), preferences)
