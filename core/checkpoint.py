"""Checkpoints: written whole or not at all, read without ever running what is in them.

A file is what `torch.save` makes of pytorch-template's six keys (arch, epoch, state_dict,
optimizer, monitor_best, config) and one of ours, `mnist_tui`, with all an exact resume needs.
`config` is a plain dict, so that the template itself can open it with torch 2.6 and later.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from core import sidecar
from core.errors import MistakeError
from core.files import DamagedWriteError, write_atomic
from core.sidecar import Sidecar

if TYPE_CHECKING:
    from pathlib import Path

OURS = "mnist_tui"
REQUIRED = {"arch", "epoch", "state_dict", "optimizer", "monitor_best", "config"}
SPARE_FACTOR = 2.5
"""Free space asked for, in sizes of the file: itself, its neighbour, and some air."""


class CheckpointError(MistakeError):
    """A file is no checkpoint that can be used; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint file holds."""

    path: Path
    content: dict[str, Any]

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return int(self.content["epoch"])

    @property
    def ours(self) -> dict[str, Any]:
        """What an exact resume needs; empty in a file of another program."""
        value = self.content.get(OURS, {})
        return value if isinstance(value, dict) else {}

    @property
    def step(self) -> int:
        """Finished steps; 0 where the file does not say."""
        return int(self.ours.get("step", 0))

    @property
    def config(self) -> dict[str, Any]:
        """The config it was trained with."""
        return dict(self.content["config"])


def to_bytes(content: dict[str, Any]) -> bytes:
    """The file's content."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def save(path: Path, data: bytes, *, epoch: int, step: int, metrics: dict[str, Any]) -> None:
    """Write a checkpoint and its sidecar. On OSError the older file is as it was."""
    free = shutil.disk_usage(path.parent).free
    if free < SPARE_FACTOR * len(data):
        raise OSError(f"only {free:,} bytes are free in {path.parent}")
    digest = hashlib.sha256(data).hexdigest()

    def verify(temporary: Path) -> None:
        if hashlib.sha256(temporary.read_bytes()).hexdigest() != digest:
            raise DamagedWriteError(f"{path.parent}: the disk gave back other bytes than written")

    write_atomic(path, data, verify)
    sidecar.write(path, Sidecar(path.name, epoch, step, len(data), digest, metrics))


def load(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU. Raises CheckpointError; never runs code from the file."""
    _check_head(path)
    if not sidecar.is_whole(path):
        # torch loads most files with a flipped bit in silence; the zip's checksums find them.
        raise CheckpointError(f"{path}: is cut off or damaged: use an older checkpoint")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"{path}: {_unsafe(path)}") from error
    except (RuntimeError, EOFError, ValueError, KeyError) as error:
        first = str(error).partition("\n")[0]
        raise CheckpointError(f"{path}: is not a checkpoint: {first}") from error
    if not isinstance(content, dict) or not content.keys() >= REQUIRED:
        has = set(content) if isinstance(content, dict) else set()
        lacks = ", ".join(sorted(REQUIRED - has))
        raise CheckpointError(f"{path}: is not a training checkpoint: it lacks {lacks}")
    if not isinstance(content["config"], dict):
        raise CheckpointError(f"{path}: its config is not a plain object")
    return Checkpoint(path, content)


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError as error:
        message = f"{path}: there is no such file: mnist-tui runs lists the checkpoints"
        raise CheckpointError(message) from error
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror}") from error
    if not head:
        raise CheckpointError(f"{path}: is empty: use an older checkpoint")
    if head.startswith(b"PK\x03\x04"):
        return
    if head.lstrip()[:1] in (b"{", b"["):
        message = f"{path}: is a JSON file, not a checkpoint: give a .pth file"
    elif head[:1] == b"\x80":
        message = f"{path}: is a bare pickle, which could run code when read: it was not opened"
    else:
        message = f"{path}: is not a checkpoint (torch.save writes zip files): give a .pth file"
    raise CheckpointError(message)


def _unsafe(path: Path) -> str:
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # whatever a hostile file makes of it, the answer is the same
        names = []
    what = json.dumps(sorted(names)) if names else "something other than tensors and plain values"
    return f"holds {what}, which could run code when read: it was not opened"
