"""What classes and functions of one's own take, read from their source without running it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from core.own_names import OwnCodeError
from core.own_source import definitions_in, find
from core.signatures import Signature, parameters_of

if TYPE_CHECKING:
    from pathlib import Path

MAX_LISTED = 20
"""Files of a folder that are looked into for what a form can offer."""
MODULE_BASES = ("Module", "Sequential")
"""Names of torch's classes that a network may be made from without an `__init__` of its own."""


def signature(folder: Path | None, name: str, kind: str) -> Signature:
    """What the `model`, `loss` or `metric` that `name` means takes. Raises OwnCodeError."""
    file, node = find(folder, name)
    if isinstance(node, ast.ClassDef):
        if kind != "model":
            raise OwnCodeError(f"{name} is a class: give a function of output and target")
        if _is_no_module(node, definitions_in(folder, file)):
            raise OwnCodeError(f"{name} is no nn.Module: let it inherit from torch.nn.Module")
        return _of_class(name, node, definitions_in(folder, file))
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
            definitions = definitions_in(folder, file)
        except OwnCodeError:
            continue
        for name, node in definitions.items():
            is_model = isinstance(node, ast.ClassDef) and _ends_in_module(node, definitions)
            if is_model and kind == "model" and not name.startswith("_"):
                found.append(f"{file}:{name}")
    return found


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
