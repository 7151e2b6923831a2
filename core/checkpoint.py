"""Checkpoints: written whole or not at all, read without ever running what is in them.

A file is what `torch.save` makes of pytorch-template's six keys (arch, epoch, state_dict,
optimizer, monitor_best, config) and one of ours, `mnist_tui`, with all an exact resume needs.
`config` is a plain dict, so that the template itself can open it with torch 2.6 and later. Its own
files are read too, those of 2018 included.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from core.errors import MistakeError
from core.files import DamagedWriteError, write_atomic
from core.saved import results, sidecar
from core.saved.sidecar import Sidecar
from core.template import unpickling as template_pickle

if TYPE_CHECKING:
    from torch import nn

    from core.config import Config

OURS = "mnist_tui"
REQUIRED = {"arch", "epoch", "state_dict", "optimizer", "monitor_best", "config"}
VERSION = 1
"""Of our part; a file of a later one is refused."""
OURS_REQUIRED = {
    "step", "step_in_epoch", "num_steps", "lr_scheduler", "generators", "averages", "seconds",
    "judge", "history", "threads", "lr", "device", "data_dir", "torch",
}  # fmt: skip
SPARE_FACTOR = 2.5
"""Free space asked for, in sizes of the file: itself, its neighbour, and some air."""
WRAPPERS = ("DataParallel", "DistributedDataParallel")
"""What the template writes as arch where it trained on several GPUs."""
_PREFIX = "module."
"""Before each name of the weights then."""
_LOADING = threading.Lock()
"""torch lets in names for the whole process, so two threads must not do it at once."""


class CheckpointError(MistakeError):
    """A file is no checkpoint that can be used; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint file holds."""

    path: Path
    content: dict[str, Any]
    weights_only: bool = False
    """Whether nothing else is to be taken from it: it is fine-tuned."""

    @property
    def arch(self) -> str:
        """The class of its network."""
        arch, named = str(self.content["arch"]), self.config.get("arch")
        if arch not in WRAPPERS:
            return arch
        return str(named.get("type", arch) if isinstance(named, dict) else named or arch)

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return int(self.content["epoch"])

    @property
    def ours(self) -> dict[str, Any]:
        """What an exact resume needs; empty in a file of another program."""
        value: dict[str, Any] = self.content.get(OURS, {})
        return value

    @property
    def step(self) -> int:
        """Finished steps; 0 where the file does not say."""
        return int(self.ours.get("step", 0))

    @property
    def config(self) -> dict[str, Any]:
        """The config it was trained with."""
        return dict(self.content["config"])

    @property
    def metrics(self) -> dict[str, Any]:
        """Of the last finished epoch; empty where the file does not say."""
        history = self.ours.get("history")
        return dict(history[-1]["metrics"]) if history else {}

    def with_its_data(self, config: Config) -> Config:
        """The config with the images it was trained on, whatever folder one is in now.

        A relative data_dir means the folder that training was started in.
        """
        loader = self.config.get("data_loader", {})
        written = loader.get("args", {}).get("data_dir") if isinstance(loader, dict) else None
        absolute = self.ours.get("data_dir")
        if (
            written is None
            or absolute is None
            or str(config.data_loader.args.data_dir) != str(Path(str(written)))
        ):
            return config
        return config.with_data_dir(Path(str(absolute)))


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
    results.forget(path)
    sidecar.write(path, Sidecar(path.name, epoch, step, len(data), digest, metrics))


def renew_sidecar(path: Path) -> None:
    """Write a sidecar anew that is missing, or of the file before: a kill came between the two.

    Raises CheckpointError where the file cannot be read; then the sidecar stays as it is.
    """
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    facts = sidecar.read(path)
    if facts is None or facts.sha256 != digest:
        found = load(path)
        fresh = Sidecar(path.name, found.epoch, found.step, len(data), digest, found.metrics)
        sidecar.write(path, fresh)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU. Raises CheckpointError; never runs code from the file."""
    _check_head(path)
    _check_sums(path)
    content = _read(path)
    if not isinstance(content, dict) or not content.keys() >= REQUIRED:
        has = set(content) if isinstance(content, dict) else set()
        lacks = ", ".join(sorted(REQUIRED - has))
        raise CheckpointError(f"{path}: is not a training checkpoint: it lacks {lacks}")
    settings = _plain_config(content["config"])
    if settings is None or not isinstance(content["epoch"], int):
        raise CheckpointError(f"{path}: is not a training checkpoint: its epoch or config is odd")
    _check_ours(path, content.get(OURS))
    weights = _without_prefix(content["state_dict"])
    return Checkpoint(path, {**content, "config": settings, "state_dict": weights})


def load_weights(model: nn.Module, start: Checkpoint, *, assign: bool = False) -> None:
    """Put the weights of a checkpoint into a network. Raises CheckpointError if they do not fit."""
    try:
        model.load_state_dict(start.content["state_dict"], assign=assign)
    except (RuntimeError, AttributeError, TypeError) as error:
        lines = [line.strip() for line in str(error).splitlines()]
        detail = lines[1] if len(lines) > 1 else lines[0]
        name = type(model).__name__
        raise CheckpointError(f"{start.path}: its weights do not fit {name}: {detail}") from error


def _read(path: Path) -> object:
    stand_ins = torch.serialization.safe_globals(template_pickle.STAND_INS)
    try:
        with _LOADING, stand_ins:
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"{path}: {_unsafe(path)}") from error
    except Exception as error:  # a hostile file may raise anything
        first = str(error).partition("\n")[0]
        raise CheckpointError(f"{path}: is not a checkpoint: {first}: give another") from error


def _plain_config(value: object) -> dict[str, Any] | None:
    """A config as JSON has it, out of the template's own object where it is in one."""
    if isinstance(value, template_pickle.ConfigParser):
        value = value.attributes.get("_config")
    if not isinstance(value, dict):
        return None
    try:  # also of a dict that holds itself, or something that is no value of JSON
        plain: dict[str, Any] = json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return None
    return plain


def _without_prefix(weights: object) -> object:
    if not isinstance(weights, dict) or not all(str(name).startswith(_PREFIX) for name in weights):
        return weights
    return {str(name).removeprefix(_PREFIX): value for name, value in weights.items()}


def _check_ours(path: Path, ours: object) -> None:
    if ours is None:
        return
    if not isinstance(ours, dict):
        raise CheckpointError(f"{path}: its {OURS} is no object: use an older checkpoint")
    version = ours.get("version")
    if version != VERSION:
        raise CheckpointError(f"{path}: was written by another mnist-tui: install that version")
    if lacks := ", ".join(sorted(OURS_REQUIRED - ours.keys())):
        raise CheckpointError(f"{path}: its {OURS} lacks {lacks}: use an older checkpoint")


def _check_sums(path: Path) -> None:
    # torch loads most files with a flipped bit in silence; the zip's checksums find them. Those
    # of torch before 1.6 have none.
    try:
        whole = sidecar.is_whole(path)
    except Exception:  # a flipped bit may ask for a password, or for an unknown compression
        whole = False
    if not whole:
        raise CheckpointError(f"{path}: is cut off or damaged: use an older checkpoint")


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError as error:
        message = f"{path}: there is no such file: mnist-tui runs lists the checkpoints"
        raise CheckpointError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}): give a .pth file"
        raise CheckpointError(message) from error
    if not head:
        raise CheckpointError(f"{path}: is empty: use an older checkpoint")
    if head.startswith((b"PK\x03\x04", sidecar.LEGACY_HEAD)):
        return
    if head.lstrip()[:1] in (b"{", b"["):
        message = f"{path}: is a JSON file, not a checkpoint: give a .pth file"
    elif head[:1] == b"\x80":
        message = (
            f"{path}: is a bare pickle, which may run code, so was not opened: give a .pth file"
        )
    else:
        message = f"{path}: is not a checkpoint (torch.save writes zip files): give a .pth file"
    raise CheckpointError(message)


def _unsafe(path: Path) -> str:
    try:
        found = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        names = set(found) - template_pickle.NAMES
    except Exception:  # whatever a hostile file makes of it, the answer is the same
        names = set()
    what = json.dumps(sorted(names)) if names else "something other than tensors and plain values"
    return f"holds {what}, which may run code, so it was not opened: give another file"
