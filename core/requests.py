"""Asking something of a run: a line appended to `requests.jsonl` beside its journal."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from core.files import append_line
from core.journal import LineReader

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["stop", "pause", "continue", "save", "set"]
KINDS: tuple[str, ...] = get_args(Kind)

LR, EPOCHS = "optimizer.args.lr", "trainer.epochs"
"""What `set` can change while a run is live, as config.json has it."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked of the trainer."""

    id: str
    kind: Kind
    path: str = ""
    """Of `set`: the value of the config to change, by dotted path."""
    value: object = None
    """Of `set`: what it should be."""


def ask(file: Path, kind: Kind, *, path: str = "", value: object = None) -> str:
    """Append a request to `file`; returns its id, which the answer names."""
    request: dict[str, object] = {
        "id": uuid.uuid4().hex[:12],
        "time": time.time(),
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "kind": kind,
    }
    if kind == "set":
        request |= {"path": path, "value": value}
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        append_line(descriptor, json.dumps(request).encode() + b"\n")
    finally:
        os.close(descriptor)
    return str(request["id"])


class Inbox:
    """The writer's end: what is asked from now on. An old "stop" must not end the next run."""

    def __init__(self, path: Path) -> None:
        self._lines = LineReader(path)
        self._lines.offset = path.stat().st_size if path.exists() else 0

    def read(self) -> list[Request]:
        """The requests since the last call, a stop before all others."""
        found = [request for line in self._lines.read() if (request := _parse(line))]
        return sorted(found, key=lambda request: request.kind != "stop")


def _parse(line: bytes) -> Request | None:
    try:
        value = json.loads(line)
        kind = value["kind"]
        path = str(value.get("path", ""))
        return Request(str(value["id"]), kind, path, value.get("value")) if kind in KINDS else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
