"""The source files of one's own code: found beside a config, read and parsed, never run.

Files are looked up there alone, never among the modules that are installed.
"""

from __future__ import annotations

import ast
import os
import stat
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from core.settings.own_names import OwnCodeError, OwnName, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Definition = ast.ClassDef | ast.FunctionDef

MAX_BYTES = 1_000_000
"""Of one file: more is no source that somebody wrote."""


def find(folder: Path | None, name: str) -> tuple[str, Definition]:
    """The file that has what `name` means, and its definition there. Raises OwnCodeError.

    The file that was named may have imported it from another one of the folder.
    """
    wanted, file = split(name), file_of(folder, name)
    seen: set[tuple[str, str]] = set()
    while wanted.name not in (definitions := definitions_in(folder, file)):
        origin = _origins(folder, file).get(wanted.name) if folder is not None else None
        if origin is None or (file, wanted.name) in seen:
            known = ", ".join(item for item in definitions if not item.startswith("_"))
            hint = f"it has {known}" if known else "it defines nothing that could be named"
            where = folder / file if folder is not None else file
            raise OwnCodeError(f"there is no {wanted.name} in {where}: {hint}")
        seen.add((file, wanted.name))
        file, wanted = origin
    return file, definitions[wanted.name]


def file_of(folder: Path | None, name: str) -> str:
    """The file that `name` is looked up in. Raises OwnCodeError."""
    files = split(name).files
    if folder is None:
        raise OwnCodeError(f"{name} is looked up beside a config file, and this is none: save it")
    file = next((item for item in files if is_there(folder, item)), None)
    if file is None:
        raise OwnCodeError(
            f"there is no {files[0]} in {folder}: own code is looked up beside the config, "
            "never among installed modules"
        )
    return file


def names_in(folder: Path, file: str) -> list[str]:
    """What a file defines, or imports from others of the folder. Raises OwnCodeError."""
    return [*definitions_in(folder, file), *_origins(folder, file)]


def is_there(folder: Path, file: str) -> bool:
    """Whether a folder has this file."""
    return os.path.isfile(folder / file)  # noqa: PTH113 -- of names that no file can have it is False


def _path(folder: Path, file: str) -> Path:
    """The regular file; a link may not lead out of the folder. Raises OwnCodeError."""
    path = folder / file
    try:
        real = path.resolve(strict=True)
        facts = real.stat()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise OwnCodeError(f"{path} cannot be read: put the file there") from error
    if not real.is_relative_to(folder.resolve()):
        raise OwnCodeError(f"{path} is a link out of the folder: put the file itself there")
    if not stat.S_ISREG(facts.st_mode):
        raise OwnCodeError(f"{path} is no file: give one")
    if facts.st_size > MAX_BYTES:
        raise OwnCodeError(f"{path} is over {MAX_BYTES:,} bytes: give Python source")
    return real


def read(folder: Path, file: str) -> bytes:
    """The bytes of a file. Raises OwnCodeError."""
    path = _path(folder, file)
    try:
        return path.read_bytes()
    except OSError as error:
        raise OwnCodeError(f"{path} cannot be read ({error.strerror}): make it readable") from error


def definitions_in(folder: Path | None, file: str) -> dict[str, Definition]:
    """The classes and functions of a file, by name. Raises OwnCodeError."""
    if folder is None:
        return {}
    return {node.name: node for node in _tree(folder, file).body if isinstance(node, Definition)}


@lru_cache(maxsize=64)  # a config is checked at every key in its form
def _parsed(folder: Path, file: str, _mtime_ns: int, _size: int) -> ast.Module:
    content = read(folder, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes, which would reach the terminal
            return ast.parse(content)
    except SyntaxError as error:
        where = f"{folder / file} line {error.lineno}"
        raise OwnCodeError(f"{where} cannot be understood: {error.msg}: put it right") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OwnCodeError(f"{folder / file} is no Python source: give another file") from error


def imported(folder: Path, file: str) -> Iterator[str]:
    """The files of the folder that a file imports, wherever in it."""
    for node in ast.walk(_tree(folder, file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files_of(folder, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom) and (steps := _steps(file, node)) is not None:
            yield from _files_of(folder, steps)
            for alias in node.names:
                yield from _files_of(folder, [*steps, alias.name])


def _origins(folder: Path, file: str) -> dict[str, tuple[str, OwnName]]:
    """Where the names come from that a file imports from others of the folder, by `from`."""
    found: dict[str, tuple[str, OwnName]] = {}
    for node in _tree(folder, file).body:
        steps = _steps(file, node) if isinstance(node, ast.ImportFrom) else None
        files = [item for item in _files_of(folder, steps or []) if item != file]
        if steps is None or not files or not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if alias.name != "*":
                origin = files[-1], OwnName((files[-1],), alias.name)
                found[alias.asname or alias.name] = origin
                continue
            for name in definitions_in(folder, files[-1]):
                found[name] = files[-1], OwnName((files[-1],), name)
    return found


def _steps(file: str, node: ast.ImportFrom) -> list[str] | None:
    """The module that is imported from, below the folder; None where that leads out of it."""
    package = file.split("/")[:-1]
    up = len(package) - (node.level - 1) if node.level else 0
    if up < 0:
        return None
    return [step for step in (*package[:up], *(node.module or "").split(".")) if step]


def _tree(folder: Path, file: str) -> ast.Module:
    facts = _path(folder, file).stat()
    return _parsed(folder, file, facts.st_mtime_ns, facts.st_size)


def _files_of(folder: Path, steps: list[str]) -> Iterator[str]:
    """The file of a module and those of the packages it is in, as far as the folder has them."""
    for length in range(1, len(steps) + 1):
        path = "/".join(steps[:length])
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if is_there(folder, file):
                yield file
                break
