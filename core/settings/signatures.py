"""What a class or function takes, read from its source without importing it.

Importing torch costs seconds; a form, a list and a wrong name in a config should not. The source
on the disk says the same as `inspect.signature` would, for the very torch that is installed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.settings.jsontext import shown

# Those need a closure, sparse gradients, or only train matrices: the template cannot step them
# either (`step()` without arguments on this network).
UNUSABLE_OPTIMIZERS = {"LBFGS", "SparseAdam", "Muon", "Optimizer"}
# Those need Python objects that JSON does not have.
UNUSABLE_SCHEDULERS = {
    "LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler", "LRScheduler",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument that a config may give."""

    name: str
    annotation: str
    """As written in the source; empty where there is none."""
    required: bool
    default: object = None
    """Its default where that is a literal, else None."""

    def choices(self) -> tuple[str, ...]:
        """The texts that it may be given where only some may; empty otherwise."""
        found = re.findall(r"Literal\[(.*?)\]", self.annotation)
        try:
            allowed = ast.literal_eval(f"[{found[0]}]") if found else []
        except (ValueError, SyntaxError):  # names of a file of somebody's own
            return ()
        return tuple(allowed) if all(isinstance(item, str) for item in allowed) else ()

    def problem(self, value: object) -> str | None:
        """What is wrong with `value`, as the end of a sentence, or None."""
        allowed = self.choices()
        if allowed and isinstance(value, str):
            names = ", ".join(allowed)
            return None if value in allowed else f"must be one of {names}, not {shown(value)}"
        kinds = self.kinds()
        if kinds and not any(_is(kind, value) for kind in kinds):
            return f"must be {' or '.join(_WORDS[kind] for kind in kinds)}, not {shown(value)}"
        # Written so that nan is none; nor is a whole number that no float can hold.
        if isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
            return "must be a finite number"
        return self._problem_inside(value) if isinstance(value, list) else None

    def _problem_inside(self, values: list[object]) -> str | None:
        """What is wrong with the items of a list: `tuple[float, float]` says how many and which."""
        for node in ast.walk(ast.parse(self.annotation)):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) in _ANNOTATIONS["list"]:
                inner = node.slice
                kinds = inner.elts if isinstance(inner, ast.Tuple) else [inner] * len(values)
                if len(kinds) != len(values):
                    return f"must have {len(kinds)} items, not {len(values)}"
                items = [Parameter(self.name, ast.unparse(kind), required=True) for kind in kinds]
                problems = map(Parameter.problem, items, values)
                return next((f"item {i}: {text}" for i, text in enumerate(problems) if text), None)
        return None

    def kinds(self) -> list[str]:
        """What it may be given, of bool, integer, number, text, list, null; empty if unknown."""
        outer = re.sub(r"\b(Optional|Union)\[(.*)\]", r"\1, \2", self.annotation)
        while "[" in outer and (inner := re.sub(r"\[[^\[\]]*\]", "", outer)) != outer:
            outer = inner  # the items of a list do not say what the whole is
        words = set(re.findall(r"\w+", outer))
        kinds = [kind for kind, names in _ANNOTATIONS.items() if words & names]
        if not kinds and self.default is not None:
            kinds = [kind for kind in _ANNOTATIONS if _is(kind, self.default)][-1:]
        # What JSON cannot give, a function, may still be left out by null.
        if (kinds or "Callable" in words) and words & {"None", "Optional"}:
            kinds.append("null")
        return kinds


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of one class or function, without those the program itself gives."""

    name: str
    parameters: tuple[Parameter, ...]
    takes_more: bool = False
    """Whether it may take others too: it has `**kwargs`, or its source does not tell."""

    def get(self, name: str) -> Parameter | None:
        """The parameter of that name, if it has one."""
        return next((item for item in self.parameters if item.name == name), None)


@cache
def in_file(path: Path, *, skip: int) -> dict[str, Signature]:
    """Every public class and function of a source file; `skip` arguments come from the program."""
    found: dict[str, Signature] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            inits = [
                item
                for item in node.body
                if isinstance(item, ast.FunctionDef) and item.name == "__init__"
            ]
            if inits:
                found[node.name] = Signature(node.name, parameters_of(inits[-1], skip + 1))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found[node.name] = Signature(node.name, parameters_of(node, skip))
    return found


@cache
def optimizers() -> dict[str, Path]:
    """The usable classes of torch.optim, each with the file that defines it."""
    folder = _torch() / "optim"
    found = {}
    for node in ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                if alias.name[0].isupper() and alias.name not in UNUSABLE_OPTIMIZERS:
                    found[alias.name] = folder / f"{node.module.rpartition('.')[2]}.py"
    return dict(sorted(found.items()))


def optimizer(name: str) -> Signature:
    """The arguments of a torch.optim class, without `params`."""
    return in_file(optimizers()[name], skip=1)[name]


@cache
def schedulers() -> dict[str, Signature]:
    """The usable classes of torch.optim.lr_scheduler, without `optimizer`."""
    found = in_file(_torch() / "optim" / "lr_scheduler.py", skip=1)
    return {
        name: signature
        for name, signature in sorted(found.items())
        if name.endswith(("LR", "Restarts", "Plateau")) and name not in UNUSABLE_SCHEDULERS
    }


def ours(module: str, *, skip: int) -> dict[str, Signature]:
    """What `core/<module>.py` offers to a config."""
    return in_file(Path(__file__).parents[1] / f"{module}.py", skip=skip)


@cache
def offered(block: str) -> dict[str, Signature]:
    """What `optimizer`, `lr_scheduler`, `arch`, `loss` or `metrics` of a config can name."""
    if block == "optimizer":
        return {name: optimizer(name) for name in optimizers()}
    if block == "lr_scheduler":
        return schedulers()
    if block == "arch":
        return ours("models", skip=0)
    return ours({"loss": "losses"}.get(block, block), skip=2)


def names(block: str) -> list[str]:
    """What a block of a config can name."""
    return list(optimizers() if block == "optimizer" else offered(block))


def of(block: str, name: object) -> Signature | None:
    """What the class or function that a block of a config names takes; None if it is unknown."""
    if not isinstance(name, str) or name not in names(block):
        return None
    # Of the optimizers each has a file of its own: the others need not be read for one.
    return optimizer(name) if block == "optimizer" else offered(block)[name]


def _torch() -> Path:
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torch is not installed: python -m pip install torch")
    return Path(spec.origin).parent


def parameters_of(function: ast.FunctionDef, skip: int) -> tuple[Parameter, ...]:
    """The arguments of a function without the first `skip` of them."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = list(zip(positional, [*missing, *arguments.defaults], strict=True))[skip:]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return tuple(
        Parameter(
            name=argument.arg,
            annotation=ast.unparse(argument.annotation) if argument.annotation else "",
            required=default is None,
            default=_literal(default),
        )
        for argument, default in pairs
    )


def _literal(node: ast.expr | None) -> object:
    try:
        value = ast.literal_eval(node) if node is not None else None
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None  # nothing that a config could say
    return value


_ANNOTATIONS = {
    "bool": {"bool"},
    "integer": {"int"},
    "number": {"float"},
    "text": {"str"},
    "list": {"tuple", "Tuple", "list", "List", "Iterable", "Sequence"},
}
_WORDS = {
    "bool": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "text": "a text",
    "list": "a list",
    "null": "null",
}


def _is(kind: str, value: object) -> bool:
    if kind == "null":
        return value is None
    if kind in ("integer", "number") and isinstance(value, bool):
        return False
    types = {"bool": bool, "integer": int, "number": (int, float), "text": str}
    wanted: Any = types.get(kind, (list, tuple))  # a type, or several
    return isinstance(value, wanted)
