"""Files that are never half written."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import secrets
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


MOST_OF_A_NAME = 1000
"""Folders that are told apart by a number: their names hold the second they were made in."""


class DamagedWriteError(OSError):
    """What the disk gives back is not what was written to it."""


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power cut, where its file system can do that."""
    with contextlib.suppress(OSError):  # the rename has happened, so nothing failed
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
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        # Not `tempfile`, whose files are private: this one gets the mode of any new file.
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if verify is not None:
            verify(temporary)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def new_folder(parent: Path, name: str) -> Path:
    """A folder that nobody else has: `name` in `parent`, else with `_2`, `_3`… after it.

    mkdir succeeds for one of all who try. Raises OSError.
    """
    for number in range(1, MOST_OF_A_NAME + 1):
        path = parent / (name if number == 1 else f"{name}_{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    message = f"there are {MOST_OF_A_NAME} of this name: try again in a second"
    raise FileExistsError(errno.EEXIST, message, str(parent / name))


def append_line(descriptor: int, line: bytes) -> None:
    """Add a line to a file opened with O_RDWR and O_APPEND.

    In one write, so that lines of two writers do not mix. One that a killed writer or a full disk
    left torn is ended first.
    """
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    rest = memoryview(b"\n" + line if torn else line)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON, atomically; non-finite numbers become null."""
    # In ASCII, since a path may hold bytes that UTF-8 does not know.
    text = json.dumps(without_non_finite(value), indent=4, allow_nan=False)
    write_atomic(path, (text + "\n").encode())


def read_json(path: Path) -> Any:
    """The value in a JSON file; None where it is missing, cannot be read, or is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def without_non_finite(value: object) -> object:
    """`value` with every NaN and infinity, which JSON does not have, as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_non_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_non_finite(item) for item in value]
    return value
