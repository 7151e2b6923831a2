"""Finding runs: those of the save folders, and the one that a person means."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MistakeError
from core.runs import TRASH, Run, checkpoints_in
from core.saved import folders
from core.template import log as template_log

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DEPTH = 6
"""Folders below a save folder that are searched: a name may hold slashes."""


class NotFoundError(MistakeError):
    """No run, or more than one, answers to what was asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search of the save folders found."""

    runs: list[Run]
    folders: dict[str, int]
    """What lists them, and when each was changed last: another time, and there may be others."""


def scan(save_dir: Path) -> list[Run]:
    """Every run below a save folder, newest first."""
    return _scan(save_dir, {})


def known(save_dir: Path) -> list[Run]:
    """The runs of `save_dir`, then those of the other known save folders; each once."""
    return search(save_dir).runs


def search(save_dir: Path) -> Search:
    """The same, with all that was looked into."""
    memory = str(folders.memory_path())
    looked_into = {memory: changed_at(memory)}
    found: dict[str, Run] = {}
    for folder in [save_dir, *folders.known()]:
        # Below it no link is followed: to resolve it alone is enough, and there may be a thousand.
        real, start = os.path.realpath(folder), len(str(folder.absolute()))
        for run in _scan(folder, looked_into):
            found.setdefault(real + str(run.path)[start:], run)
    return Search(list(found.values()), looked_into)


def changed_at(path: str) -> int:
    """When a file or folder was changed, in nanoseconds since 1970; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 -- half as long, and there may be many
    except (OSError, ValueError):  # ValueError: no path can be like that
        return 0


def find(reference: str, save_dir: Path, *, prefer_live: bool = False) -> Run:
    """The run a person means: a path, an id, NAME/ID, or `latest`. Raises NotFoundError.

    With `prefer_live`, `latest` is the newest live run if there is one.
    """
    path = Path(os.path.expanduser(reference))  # noqa: PTH111 -- of unknown users it makes nothing
    if _is_run(path):
        return Run(path.resolve())
    runs = known(save_dir)
    if reference == "latest":
        runs = sorted(runs, key=_age, reverse=True)
        live = [run for run in runs if run.live()] if prefer_live else []
        if not runs:
            raise NotFoundError(f"there is no run in {save_dir} yet: start one with mnist-tui")
        return (live or runs)[0]
    matches = [run for run in runs if _answers_to(run, reference)]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NotFoundError(f"{reference}: there is no such run: mnist-tui runs lists them")
    paths = "\n".join(str(run.path) for run in matches)
    raise NotFoundError(f"{reference}: is the id of several runs, give a path:\n{paths}")


def started(run: Run) -> float:
    """When a run was first started, in seconds since 1970: by its id, else by its files."""
    with contextlib.suppress(ValueError, OverflowError):
        return time.mktime(time.strptime(run.id[:15], "%Y%m%d_%H%M%S"))
    if (began := template_log.read(run.path).began) is not None:
        return began
    with contextlib.suppress(OSError):
        return run.config_path.stat().st_mtime
    return 0.0


def _age(run: Run) -> tuple[float, int, str]:
    # Of those that were started in one second the later ones have a number, _2 before _10.
    return started(run), len(run.id), run.id


def _scan(save_dir: Path, looked_into: dict[str, int]) -> list[Run]:
    found = [Run(path) for path in _walk(str(save_dir.absolute()), MAX_DEPTH, looked_into)]
    return sorted(found, key=_age, reverse=True)


def _walk(folder: str, depth: int, looked_into: dict[str, int]) -> Iterable[Path]:
    looked_into[folder] = changed_at(folder)
    try:
        with os.scandir(folder) as entries:
            folders_in_it = sorted(entry.path for entry in entries if _is_folder(entry))
    except (OSError, ValueError):  # ValueError: no path can be like that
        return
    for path in folders_in_it:
        if _is_run(path):
            yield Path(path)
        elif depth > 1:
            yield from _walk(path, depth - 1, looked_into)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.name != TRASH and entry.is_dir(follow_symlinks=False)
    return False


def _is_run(path: str | Path) -> bool:
    # Without pathlib, which takes three times as long: there may be a thousand.
    if not os.path.isfile(os.path.join(path, "config.json")):  # noqa: PTH113, PTH118
        return False
    if os.path.exists(os.path.join(path, "events.jsonl")):  # noqa: PTH110, PTH118
        return True
    with contextlib.suppress(OSError):  # a folder that may not be entered
        return any(checkpoints_in(Path(path)))
    return False


def _answers_to(run: Run, reference: str) -> bool:
    reference = reference.rstrip("/")
    return run.id == reference or str(run.path).endswith(f"/{reference}")
