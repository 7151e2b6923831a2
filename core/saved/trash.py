"""Deleted runs and checkpoints: moved aside within their save folder, until that is emptied.

What is deleted goes to `<save folder>/.trash/<stamp>_<name>/`, with the path it had. It is renamed,
never copied: so nothing is half moved, and no other file system is ever written to.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core import runs
from core.errors import MistakeError
from core.files import new_folder, read_json, write_json
from core.journal import AlreadyLiveError, kept_from_writers
from core.runs import TRASH, Run
from core.saved import results, sidecar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WHERE = "deleted.json"
"""In an entry of the trash: where its things were."""

MOST_LETTERS = 50
"""Of a name in that of an entry, which no file system then finds too long."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What there is in some files or folders."""

    num_bytes: int
    num_checkpoints: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """An entry of the trash."""

    folder: Path
    was: Path
    """The run or the checkpoint, where it was."""


def amount(paths: Iterable[Path]) -> Amount:
    """What files and folders hold; a link counts as itself, what is gone as nothing."""
    num_bytes = num_checkpoints = 0
    for path in _files(paths):
        with contextlib.suppress(OSError):
            num_bytes += path.lstat().st_size
            num_checkpoints += runs.is_checkpoint(path)
    return Amount(num_bytes, num_checkpoints)


def belongings(path: Path) -> list[Path]:
    """What is deleted with a run or a checkpoint: itself first, then the facts beside it."""
    if not runs.is_checkpoint(path):
        return [path]
    beside = (sidecar.path_of(path), results.path_of(path))
    return [path, *(other for other in beside if os.path.lexists(other))]


def delete(path: Path) -> Deleted:
    """Move a run or a checkpoint into the trash. Raises MistakeError, in one sentence.

    Nobody can begin to train the run meanwhile: its journal's lock is held.
    """
    run = Run(path.parent if runs.is_checkpoint(path) else path)
    if path.is_symlink() or run.path.is_symlink():
        raise MistakeError(f"{path}: is a link: delete it where it leads to")
    if not os.path.lexists(path):
        raise MistakeError(f"{path}: is gone already")
    try:
        with _kept(run):
            entry = _claim(_trash(run), path)
            _move_all(belongings(path), entry)
    except FileNotFoundError:
        raise MistakeError(f"{path}: is gone already") from None
    except OSError as error:
        raise MistakeError(f"{path}: cannot be deleted: {_why(error)}") from error
    return Deleted(entry, path)


def take_back(deleted: Deleted) -> Path:
    """Move it to where it was. Raises MistakeError, in one sentence."""
    was = deleted.was
    things = [path for path in sorted(deleted.folder.glob("*")) if path.name != _WHERE]
    if not things:
        raise MistakeError(f"{was}: is no longer in the trash")
    taken = [path.name for path in things if os.path.lexists(was.with_name(path.name))]
    # What is beside a checkpoint may have been written anew; the checkpoint itself may not.
    if was.name in taken:
        raise MistakeError(f"{was}: cannot be taken back: something else is in its place")
    try:
        if runs.is_checkpoint(was):
            with _kept(Run(was.parent)):
                _move_back(things, was.parent)
        else:
            was.parent.mkdir(parents=True, exist_ok=True)
            _move_back(things, was.parent)
    except OSError as error:
        raise MistakeError(f"{was}: cannot be taken back: {_why(error)}") from error
    with contextlib.suppress(OSError):
        (deleted.folder / _WHERE).unlink()
        deleted.folder.rmdir()
    return was


def newest(save_dir: Path) -> Deleted | None:
    """What was deleted last from a save folder, by whomever."""
    for folder in sorted(_entries(save_dir), key=_age, reverse=True):
        was = _was(folder)
        # Whoever wrote that file: nothing leaves the save folder.
        if was is not None and was.is_relative_to(save_dir.resolve()) and ".." not in was.parts:
            return Deleted(folder, was)
    return None


def content(save_dir: Path) -> Amount:
    """What is in the trash of a save folder."""
    return amount(_entries(save_dir))


def empty(save_dir: Path) -> None:
    """Remove for good what is in the trash of a save folder. Raises MistakeError."""
    failed: list[BaseException] = []

    def note(_function: object, _path: object, error: object) -> None:
        cause = error[1] if isinstance(error, tuple) else error
        if isinstance(cause, BaseException) and not isinstance(cause, FileNotFoundError):
            failed.append(cause)

    for folder in _entries(save_dir):  # rmtree follows no links
        shutil.rmtree(folder, onerror=note)  # Python 3.11 has no onexc
    if failed:
        cause = failed[0]
        why = _why(cause) if isinstance(cause, OSError) else str(cause)
        raise MistakeError(f"{save_dir / TRASH}: cannot be emptied: {why}")


@contextlib.contextmanager
def _kept(run: Run) -> Iterator[None]:
    try:
        with kept_from_writers(run.journal_path):
            yield
    except AlreadyLiveError:
        raise MistakeError(f"{run.path}: is being trained: stop it first") from None


def _trash(run: Run) -> Path:
    """The trash of the save folder that a run lies in, made if need be."""
    try:
        trash = run.save_dir() / TRASH
    except IndexError:  # a run in the root folder
        trash = run.path.parent / TRASH
    trash.mkdir(exist_ok=True)
    if trash.is_symlink():
        raise MistakeError(f"{trash}: is a link: nothing is moved to where it leads")
    return trash


def _claim(trash: Path, path: Path) -> Path:
    """A new entry, which says where its things were."""
    name = path.name if not runs.is_checkpoint(path) else f"{path.parent.name}_{path.name}"
    entry = new_folder(trash, f"{time.strftime('%Y%m%d_%H%M%S')}_{name[:MOST_LETTERS]}")
    try:
        write_json(entry / _WHERE, {"was": str(path)})
    except OSError:
        shutil.rmtree(entry, ignore_errors=True)
        raise
    return entry


def _move_all(paths: list[Path], entry: Path) -> None:
    """All or nothing: what was moved goes back if the rest cannot follow."""
    moved: list[Path] = []
    try:
        for path in paths:
            path.rename(entry / path.name)
            moved.append(path)
    except OSError:
        with contextlib.suppress(OSError):
            for path in moved:
                (entry / path.name).rename(path)
            (entry / _WHERE).unlink()
            entry.rmdir()
        raise


def _move_back(things: list[Path], folder: Path) -> None:
    for path in things:
        if os.path.lexists(folder / path.name):
            path.unlink()  # a sidecar that was written anew meanwhile is the newer one
        else:
            path.rename(folder / path.name)


def _entries(save_dir: Path) -> list[Path]:
    trash = save_dir / TRASH
    try:
        return [] if trash.is_symlink() else [*trash.iterdir()]
    except OSError:
        return []


def _was(entry: Path) -> Path | None:
    facts = read_json(entry / _WHERE)
    was = facts.get("was") if isinstance(facts, dict) else None
    return Path(was) if isinstance(was, str) else None


def _age(entry: Path) -> tuple[int, str]:
    with contextlib.suppress(OSError):
        return (entry / _WHERE).lstat().st_mtime_ns, entry.name
    return 0, entry.name


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_symlink() or not path.is_dir():
            yield path
            continue
        for folder, _, names in os.walk(path):  # which follows no links
            yield from (Path(folder) / name for name in names)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
