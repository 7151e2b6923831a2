"""Code of one's own that a config names: the files it needs, read but never run.

What runs them is `core.own_code.modules`, when a run is started or somebody asks for a checkpoint
of one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import read_json, write_atomic, write_json
from core.own_code.source import file_of, imported, read
from core.runs import Run
from core.settings.normalize import normalize
from core.settings.own_names import OwnCodeError, is_own

if TYPE_CHECKING:
    from collections.abc import Iterable

Files = dict[str, bytes]
"""Sources by their path relative to the folder, with slashes."""


@dataclass(frozen=True, slots=True)
class Code:
    """The files that a config needs, and the folder they are in."""

    folder: Path
    files: Files

    def keep(self, copies: Path, record: Path) -> None:
        """Put copies of the files into a folder, and into a file where they are from."""
        for name, content in self.files.items():
            path = copies / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, content)
        facts = {"folder": str(self.folder.resolve()), "files": sums(self.files)}
        write_json(record, facts)


MAX_FILES = 100
"""That one config may need."""


def names_in(config: object) -> list[str]:
    """The names of one's own code in a config as it was read or parsed; nothing is checked."""
    blocks = config if isinstance(config, dict) else getattr(config, "__dict__", {})
    if isinstance(config, dict) and isinstance(meant := normalize(config).value, dict):
        blocks = meant
    metrics = blocks.get("metrics")
    items = [
        blocks.get("arch"),
        blocks.get("data_loader"),
        blocks.get("loss"),
        *(metrics if isinstance(metrics, list) else ()),
    ]
    names = [_type_of(item) for item in items]
    return [name for name in names if isinstance(name, str) and is_own(name)]


def folder_of(config_path: Path) -> Path:
    """Where names in a config file are looked up: beside it, or in the copies of a run."""
    folder = config_path.absolute().parent
    return Run(folder).code_path if is_of_run(config_path) else folder


def is_of_run(path: Path) -> bool:
    """Whether a file lies in a run directory that holds copies of code."""
    run = Run(path.absolute().parent)
    return run.code_record_path.is_file() and run.code_path.is_dir()


def gather(folder: Path | None, names: Iterable[str]) -> Files:
    """The files that `names` need: their own, and those of the folder that these import.

    Raises OwnCodeError.
    """
    found: Files = {}
    waiting = [file_of(folder, name) for name in names]
    while waiting:
        file = waiting.pop()
        if folder is None or file in found:
            continue
        found[file] = read(folder, file)
        if len(found) > MAX_FILES:
            raise OwnCodeError(
                f"{file} and what it imports are over {MAX_FILES} files: import less"
            )
        waiting += imported(folder, file)
    return dict(sorted(found.items()))


def of(folder: Path, config: object) -> Code | None:
    """The code that a config needs, looked up in a folder; None if it names none.

    Raises OwnCodeError.
    """
    names = names_in(config)
    return Code(folder, gather(folder, names)) if names else None


def same(code: Code, folder: Path) -> bool:
    """Whether the files of another folder are those."""
    try:
        return all(read(folder, file) == content for file, content in code.files.items())
    except OwnCodeError:
        return False


def sums(files: Files) -> dict[str, str]:
    """The sha256 of each file."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def digest(files: Files) -> str:
    """One sha256 for these very files under these very names."""
    text = json.dumps(sums(files), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def changes_since(run: Run) -> list[str]:
    """A sentence if the files that a run was started from are others now; it keeps its copies."""
    record = read_json(run.code_record_path)
    try:
        folder, before = Path(record["folder"]), dict(record["files"])
    except (ValueError, KeyError, TypeError):
        return []
    changed = []
    for name, digest_then in before.items():
        try:
            now = hashlib.sha256(read(folder, str(name))).hexdigest()
        except OwnCodeError:  # moved away: nothing to compare with
            continue
        if now != digest_then:
            changed.append(str(name))
    if not changed:
        return []
    verb = "has" if len(changed) == 1 else "have"
    return [
        f"{', '.join(changed)} in {folder} {verb} changed since: this run has its copy in "
        f"{run.code_path}, which counts"
    ]


def _type_of(item: object) -> object:
    if isinstance(item, dict):
        return item.get("type")
    return item if isinstance(item, str) else getattr(item, "type", None)
