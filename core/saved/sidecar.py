"""What a checkpoint holds, in a small JSON file beside it, so that browsing needs no torch."""

from __future__ import annotations

import zipfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from core.files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from core.events import Metrics

SUFFIX = ".json"
LEGACY_HEAD = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""How files of torch before 1.6 (2020) begin: no zips, and without checksums."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Facts about one checkpoint."""

    file: str
    epoch: int
    """Finished epochs."""
    step: int
    bytes: int
    sha256: str
    metrics: Metrics
    """Of the last finished epoch."""


_TYPES = {"file": str, "epoch": int, "step": int, "bytes": int, "sha256": str, "metrics": dict}


def path_of(checkpoint: Path) -> Path:
    """`last.pth.json` for `last.pth`."""
    return checkpoint.with_name(checkpoint.name + SUFFIX)


def write(checkpoint: Path, sidecar: Sidecar) -> None:
    """Put it beside its checkpoint, after the checkpoint itself."""
    write_json(path_of(checkpoint), asdict(sidecar))


def read(checkpoint: Path) -> Sidecar | None:
    """The sidecar of a checkpoint; None if there is none or it belongs to an older file."""
    value = read_json(path_of(checkpoint))
    try:
        facts = {name: value[name] for name in _TYPES}
        size = checkpoint.stat().st_size
    except (OSError, KeyError, TypeError):
        return None
    if not all(isinstance(facts[name], kind) for name, kind in _TYPES.items()):
        return None
    return Sidecar(**facts) if facts["bytes"] == size else None


def is_whole(checkpoint: Path) -> bool:
    """Whether the file is a zip whose every part has the checksum written in it.

    Of a file of torch before 1.6 the head must do.
    """
    try:
        with checkpoint.open("rb") as file:
            if file.read(len(LEGACY_HEAD)) == LEGACY_HEAD:
                return True
        with zipfile.ZipFile(checkpoint) as archive:
            return archive.testzip() is None
    except Exception:  # a flipped bit can name a password, another version or method: not whole
        return False
