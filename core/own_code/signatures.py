"""What classes and functions of one's own take, read from their source without running it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from core.own_code.source import definitions_in, find
from core.settings.own_names import OwnCodeError
from core.settings.signatures import Signature, parameters_of

if TYPE_CHECKING:
    from pathlib import Path

MAX_LISTED, MAX_LISTED_BYTES = 20, 50_000
"""Files of a folder that are looked into for what a form can offer, and how large one may be: the
window waits for it, and the folder may be anybody's."""
_BASES = {
    "model": ("Module", "Sequential", "BaseModel"),
    "data": ("Dataset", "DataLoader", "BaseDataLoader"),
}
"""The names of classes that those of each kind are known by in a list."""


def signature(folder: Path | None, name: str, kind: str) -> Signature:
    """What the `model`, `data`, `loss` or `metric` that `name` means takes. Raises OwnCodeError."""
    file, node = find(folder, name)
    if isinstance(node, ast.ClassDef):
        known = definitions_in(folder, file)
        if kind not in ("model", "data"):
            raise OwnCodeError(f"{name} is a class: give a function of output and target")
        if kind == "model" and _stands_alone(node, known):
            raise OwnCodeError(f"{name} is no nn.Module: let it inherit from torch.nn.Module")
        if kind == "data" and _stands_alone(node, known) and not _has_items(node, known):
            raise OwnCodeError(
                f"{name} is no data set: give it __len__ and __getitem__, or let it inherit from "
                "torch.utils.data.DataLoader"
            )
        return _of_class(name, node, known)
    skip = 0 if kind in ("model", "data") else 2
    arguments = node.args
    if not arguments.vararg and len(arguments.posonlyargs) + len(arguments.args) < skip:
        raise OwnCodeError(
            f"{name} has to take output and target: write def {node.name}(output, target)"
        )
    return Signature(name, parameters_of(node, skip), takes_more=arguments.kwarg is not None)


def offered(folder: Path, kind: str) -> list[str]:
    """What the files right in a folder offer as `model` or `data`: `model.py:Net`, for a list."""
    found = []
    for file in _listed(folder):
        try:
            definitions = definitions_in(folder, file)
        except OwnCodeError:
            continue
        for name, node in definitions.items():
            is_one = isinstance(node, ast.ClassDef) and _ends_in(_BASES[kind], node, definitions)
            if is_one and not name.startswith("_"):
                found.append(f"{file}:{name}")
    return found


def _listed(folder: Path) -> list[str]:
    try:
        paths = sorted(path for path in folder.glob("*.py") if path.is_file())
        small = [path.name for path in paths if path.stat().st_size <= MAX_LISTED_BYTES]
    except OSError:  # it cannot be read, or a file went at this very moment
        return []
    return [name for name in small if not name.startswith(("_", "test_"))][:MAX_LISTED]


def _of_class(name: str, node: ast.ClassDef, known: dict[str, Any]) -> Signature:
    for item in reversed(node.body):
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            more = item.args.kwarg is not None or item.args.vararg is not None
            return Signature(name, parameters_of(item, 1), takes_more=more)
    if not node.decorator_list and not node.bases:
        return Signature(name, ())
    if not node.decorator_list and len(node.bases) == 1:
        base = ast.unparse(node.bases[0])
        if isinstance(known.get(base), ast.ClassDef) and base != node.name:
            return _of_class(name, known[base], {**known, base: None})
        if base.rpartition(".")[2] in ("Module", "Dataset"):
            return Signature(name, ())
    return Signature(name, (), takes_more=True)  # what torch or another file says is not read


def _stands_alone(node: ast.ClassDef, known: dict[str, Any]) -> bool:
    """Whether a class has no bases but such classes of the same file: so it is no nn.Module."""
    without = {**known, node.name: None}
    for base in node.bases:
        other = known.get(ast.unparse(base))
        if not isinstance(other, ast.ClassDef) or not _stands_alone(other, without):
            return False
    return True


def _has_items(node: ast.ClassDef, known: dict[str, Any]) -> bool:
    """Whether a class that stands alone says how many it has, and gives each."""
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    bases = [known.get(ast.unparse(base)) for base in node.bases]
    without = {**known, node.name: None}
    return {"__len__", "__getitem__"} <= names or any(
        isinstance(base, ast.ClassDef) and _has_items(base, without) for base in bases
    )


def _ends_in(wanted: tuple[str, ...], node: ast.ClassDef, known: dict[str, Any]) -> bool:
    """Whether classes of these names are among the bases of a class, as far as its file tells."""
    for base in map(ast.unparse, node.bases):
        if base.rpartition(".")[2] in wanted:
            return True
        other = known.get(base)
        without = {**known, node.name: None}
        if isinstance(other, ast.ClassDef) and _ends_in(wanted, other, without):
            return True
    return False
