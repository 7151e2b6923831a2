"""Files that are never half written."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class DamagedWriteError(OSError):
    """What the disk gives back is not what was written to it."""


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, content: bytes, verify: Callable[[Path], None] | None = None) -> None:
    """Replace `path` by `content`, or leave it as it was.

    The temporary file lies in the same folder, since a rename across file systems is a copy.
    `verify` looks at it before it takes the place of the old one and raises to stop that.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if verify is not None:
            verify(temporary)
        temporary.chmod(_mode_of_new_files())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON, atomically; non-finite numbers become null."""
    text = json.dumps(without_non_finite(value), indent=4, ensure_ascii=False, allow_nan=False)
    write_atomic(path, (text + "\n").encode())


def without_non_finite(value: object) -> object:
    """`value` with every NaN and infinity, which JSON does not have, as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_non_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_non_finite(item) for item in value]
    return value


def _mode_of_new_files() -> int:
    # mkstemp makes private files; a run should be as readable as anything else the user makes.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
