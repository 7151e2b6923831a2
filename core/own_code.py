"""Code of one's own that a config names: its files and what they take, read but never run.

Files are looked up beside the config alone, never among the modules that are installed. What runs
them is `core.own_import`, when a run is started or somebody asks for a checkpoint of one.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import stat
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files import write_atomic, write_json
from core.normalize import normalize
from core.own_names import OwnCodeError, is_own, split
from core.signatures import Signature, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.runs import Run

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


MAX_BYTES = 1_000_000
"""Of one file: more is no source that somebody wrote."""
MAX_FILES = 100
"""That one config may need."""
MAX_LISTED = 20
"""Files of a folder that are looked into for what a form can offer."""
MODULE_BASES = ("Module", "Sequential")
"""Names of torch's classes that a network may be made from without an `__init__` of its own."""


def names_in(config: object) -> list[str]:
    """The names of one's own code in a config as it was read or parsed; nothing is checked."""
    blocks = config if isinstance(config, dict) else getattr(config, "__dict__", {})
    if isinstance(config, dict) and isinstance(meant := normalize(config).value, dict):
        blocks = meant
    metrics = blocks.get("metrics")
    items = [
        blocks.get("arch"),
        blocks.get("loss"),
        *(metrics if isinstance(metrics, list) else ()),
    ]
    names = [_type_of(item) for item in items]
    return [name for name in names if isinstance(name, str) and is_own(name)]


def folder_of(config_path: Path) -> Path:
    """Where names in a config file are looked up: beside it, or in the copies of a run."""
    folder = config_path.absolute().parent
    return folder / "code" if is_of_run(config_path) else folder


def is_of_run(path: Path) -> bool:
    """Whether a file lies in a run directory that holds copies of code."""
    folder = path.absolute().parent
    return (folder / "code.json").is_file() and (folder / "code").is_dir()


def signature(folder: Path | None, name: str, kind: str) -> Signature:
    """What the `model`, `loss` or `metric` that `name` means takes. Raises OwnCodeError."""
    file, node = _find(folder, name)
    if isinstance(node, ast.ClassDef):
        if kind != "model":
            raise OwnCodeError(f"{name} is a class: give a function of output and target")
        if _is_no_module(node, _definitions_in(folder, file)):
            raise OwnCodeError(f"{name} is no nn.Module: let it inherit from torch.nn.Module")
        return _of_class(name, node, _definitions_in(folder, file))
    skip = 0 if kind == "model" else 2
    arguments = node.args
    if not arguments.vararg and len(arguments.posonlyargs) + len(arguments.args) < skip:
        raise OwnCodeError(
            f"{name} has to take output and target: write def {node.name}(output, target)"
        )
    return Signature(name, parameters_of(node, skip), takes_more=arguments.kwarg is not None)


def offered(folder: Path, kind: str) -> list[str]:
    """What the files right in a folder offer as a `model`: `model.py:Net`, for a list."""
    found = []
    try:
        files = sorted(path.name for path in folder.glob("*.py"))
    except OSError:
        return []
    for file in [name for name in files if not name.startswith(("_", "test_"))][:MAX_LISTED]:
        try:
            definitions = _definitions_in(folder, file)
        except OwnCodeError:
            continue
        for name, node in definitions.items():
            is_model = isinstance(node, ast.ClassDef) and _ends_in_module(node, definitions)
            if is_model and kind == "model" and not name.startswith("_"):
                found.append(f"{file}:{name}")
    return found


def gather(folder: Path | None, names: Iterable[str]) -> Files:
    """The files that `names` need: their own, and those of the folder that these import.

    Raises OwnCodeError.
    """
    found: Files = {}
    waiting = [_find(folder, name)[0] for name in names]
    while waiting:
        file = waiting.pop()
        if folder is None or file in found:
            continue
        found[file] = _read(folder, file)
        if len(found) > MAX_FILES:
            raise OwnCodeError(
                f"{file} and what it imports are over {MAX_FILES} files: import less"
            )
        waiting += _imported(folder, file)
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
        return all(_read(folder, file) == content for file, content in code.files.items())
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
    try:
        record = json.loads(run.code_record_path.read_text(encoding="utf-8"))
        folder, before = Path(record["folder"]), dict(record["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    changed = []
    for name, digest_then in before.items():
        try:
            now = hashlib.sha256(_read(folder, str(name))).hexdigest()
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


# Finding and reading


def _type_of(item: object) -> object:
    if isinstance(item, dict):
        return item.get("type")
    return item if isinstance(item, str) else getattr(item, "type", None)


def _find(folder: Path | None, name: str) -> tuple[str, ast.ClassDef | ast.FunctionDef]:
    """The file that `name` is in, and its definition there."""
    wanted = split(name)
    if folder is None:
        raise OwnCodeError(f"{name} is looked up beside a config file, and this is none: save it")
    file = next((item for item in wanted.files if _is_there(folder, item)), None)
    if file is None:
        raise OwnCodeError(
            f"there is no {wanted.files[0]} in {folder}: own code is looked up beside the config, "
            "never among installed modules"
        )
    definitions = _definitions_in(folder, file)
    if wanted.name not in definitions:
        known = ", ".join(item for item in definitions if not item.startswith("_"))
        hint = f"it has {known}" if known else "it defines nothing that could be named"
        raise OwnCodeError(f"there is no {wanted.name} in {folder / file}: {hint}")
    return file, definitions[wanted.name]


def _is_there(folder: Path, file: str) -> bool:
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


def _read(folder: Path, file: str) -> bytes:
    path = _path(folder, file)
    try:
        return path.read_bytes()
    except OSError as error:
        raise OwnCodeError(f"{path} cannot be read ({error.strerror}): make it readable") from error


def _definitions_in(folder: Path | None, file: str) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    if folder is None:
        return {}
    facts = _path(folder, file).stat()
    tree = _parsed(folder, file, facts.st_mtime_ns, facts.st_size)
    kinds = (ast.ClassDef, ast.FunctionDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)}


@lru_cache(maxsize=64)  # a config is checked at every key in its form
def _parsed(folder: Path, file: str, _mtime_ns: int, _size: int) -> ast.Module:
    content = _read(folder, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes, which would reach the terminal
            return ast.parse(content)
    except SyntaxError as error:
        where = f"{folder / file} line {error.lineno}"
        raise OwnCodeError(f"{where} cannot be understood: {error.msg}: put it right") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OwnCodeError(f"{folder / file} is no Python source: give another file") from error


def _imported(folder: Path, file: str) -> Iterator[str]:
    """The files of the folder that a file imports, wherever in it."""
    facts = _path(folder, file).stat()
    package = file.split("/")[:-1]
    for node in ast.walk(_parsed(folder, file, facts.st_mtime_ns, facts.st_size)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files_of(folder, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            up = len(package) - (node.level - 1) if node.level else 0
            if up < 0:
                continue
            module = [*package[:up], *(node.module or "").split(".")]
            steps = [step for step in module if step]
            yield from _files_of(folder, steps)
            for alias in node.names:
                yield from _files_of(folder, [*steps, alias.name])


def _files_of(folder: Path, steps: list[str]) -> Iterator[str]:
    """The file of a module and those of the packages it is in, as far as the folder has them."""
    for length in range(1, len(steps) + 1):
        path = "/".join(steps[:length])
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if _is_there(folder, file):
                yield file
                break


# What a class takes


def _of_class(name: str, node: ast.ClassDef, known: dict[str, Any]) -> Signature:
    for item in reversed(node.body):
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            more = item.args.kwarg is not None or item.args.vararg is not None
            return Signature(name, parameters_of(item, 1), takes_more=more)
    if not node.decorator_list and len(node.bases) == 1:
        base = ast.unparse(node.bases[0])
        if isinstance(known.get(base), ast.ClassDef) and base != node.name:
            return _of_class(name, known[base], {**known, base: None})
        if base.rpartition(".")[2] == "Module":
            return Signature(name, ())
    return Signature(name, (), takes_more=True)  # what torch or another file says is not read


def _is_no_module(node: ast.ClassDef, known: dict[str, Any]) -> bool:
    """Whether a class surely is none: it has no bases but such classes of the same file."""
    without = {**known, node.name: None}
    for base in node.bases:
        other = known.get(ast.unparse(base))
        if not isinstance(other, ast.ClassDef) or not _is_no_module(other, without):
            return False
    return True


def _ends_in_module(node: ast.ClassDef, known: dict[str, Any]) -> bool:
    """Whether a class looks like a network: torch's classes are among its bases, by their names."""
    for base in map(ast.unparse, node.bases):
        if base.rpartition(".")[2] in MODULE_BASES:
            return True
        other = known.get(base)
        without = {**known, node.name: None}
        if isinstance(other, ast.ClassDef) and _ends_in_module(other, without):
            return True
    return False
