"""Edits that were not saved: kept from one start of the program to the next.

Each window keeps its own in a file that names it, so that two windows on one config do not
overwrite each other's; what a dead window left behind is offered to the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import write_json
from core.saved.folders import state_home

if TYPE_CHECKING:
    from tui.config.draft import Draft

EXIT_SECONDS = 2.0
"""How long leaving waits for a slow disk."""


@dataclass(frozen=True)
class Kept:
    """What another window left unsaved."""

    text: str
    """Of the config; not JSON where it was left in the middle of a word."""
    parent: Path | None
    """The checkpoint that it was to fine-tune."""
    time: float
    files: tuple[Path, ...]

    def drop(self) -> None:
        """Forget it."""
        for path in self.files:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def find(config: Path) -> Kept | None:
    """The newest edits of a config that dead windows left; broken files are set aside."""
    found = []
    with contextlib.suppress(OSError):
        for path in sorted(_folder().glob(f"{_name(config)}-*.json")):
            kept = _read(path)
            if kept is not None:
                found.append(kept)
    if not found:
        return None
    newest = max(found, key=lambda kept: kept.time)
    files = tuple(path for kept in found for path in kept.files)
    return Kept(newest.text, newest.parent, newest.time, files)


class Keeper:
    """Writes what is unsaved in a draft, in a thread: a slow disk must not slow a key."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._first = draft.text.text
        self._wanted: tuple[Path, dict[str, object] | None] | None = None
        self._written: tuple[Path, dict[str, object] | None] | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, text: str | None = None) -> None:
        """Keep the draft as it is now, or `text`, in which somebody edits it."""
        draft = self._draft
        now = draft.text.text if text is None else text
        path = _folder() / f"{_name(draft.path)}-{os.getpid()}.json"
        # What the command line changed is nobody's typing.
        unsaved = now not in (draft.saved.text, self._first)
        content: dict[str, object] | None = None
        if unsaved:
            parent = str(draft.parent) if draft.parent else None
            content = {"path": str(draft.path.absolute()), "text": now, "parent": parent}
        if (path, content) == self._wanted or (self._wanted is None and content is None):
            return
        self._write_soon(path, content)

    def finish(self) -> None:
        """Leave the edits to the next window; the process may train on without this one."""
        if self._wanted is not None and self._wanted[1] is not None:
            self._write_soon(self._wanted[0], {**self._wanted[1], "left": True})
        if self._thread is not None:
            self._thread.join(EXIT_SECONDS)

    def _write_soon(self, path: Path, content: dict[str, object] | None) -> None:
        self._wanted = (path, content)
        self._thread = threading.Thread(target=self._write, name="keep edits", daemon=True)
        self._thread.start()

    def _write(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._wanted is None or self._wanted == self._written:
                return  # a thread that was started later has been quicker
            before, self._written = self._written, self._wanted
            path, content = self._written
            if before is not None and before[0] != path:
                before[0].unlink(missing_ok=True)
            if content is None:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, {**content, "time": time.time(), "host": socket.gethostname()})


def _folder() -> Path:
    return state_home() / "drafts"


def _name(config: Path) -> str:
    return hashlib.sha256(os.fsencode(config.resolve())).hexdigest()[:16]


def _read(path: Path) -> Kept | None:
    """What a file keeps; None if its window lives, or if it is broken."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        text, parent, when = str(value["text"]), value["parent"], float(value["time"])
        edited = value.get("left") is not True and value["host"] == socket.gethostname()
        pid = int(path.stem.rpartition("-")[2])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".json.bad"))
        return None
    if edited and _is_alive(pid):
        return None
    return Kept(text, Path(parent) if isinstance(parent, str) else None, when, (path,))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
