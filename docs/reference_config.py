"""The page of every key of config.json, from its schema and the help of the form."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_words import WRITTEN, prose, shown, table

from core import config
from core.images import data_sets
from core.settings import signatures
from core.settings.file import PRESETS
from tui.config import field_help
from tui.config import fields as form

if TYPE_CHECKING:
    from collections.abc import Iterator


CORE = Path(config.__file__).parent


def page() -> Iterator[str]:
    """Every key of a config."""
    yield "# Every key of config.json\n"
    yield WRITTEN
    yield prose(
        "*Shipped* is the value of `configs/config.json`. Keys not named here are kept and not "
        "read. The form of the window (`1`) has the same rows, with every argument of the class "
        "that is chosen, and says below a row what is wrong with its value."
    )
    shipped = json.loads((PRESETS / "config.json").read_text(encoding="utf-8"))
    rows = [_config_row(dotted, schema, shipped) for dotted, schema in _leaves()]
    yield from table(("key", "what it may be", "without it", "shipped", "what it means"), rows)
    yield "\n## What the names can be\n"
    for block, title in _BLOCKS.items():
        yield f"**`{title}`**\n"
        yield from table(("name", "what it is", "arguments"), _classes(block))
        yield ""
    yield prose(
        "The arguments of torch's classes are those of the torch that is installed, their "
        "defaults too; the form shows both. A name with a colon, `model.py:Net`, is code of your "
        "own."
    )
    yield "## What arguments of torch's classes mean\n"
    ours = {item.name for block in ("arch", "loss", "metrics") for item in _arguments(block)}
    others = sorted(field_help.ARGUMENTS.keys() - ours)
    named = [(f"`{name}`", field_help.ARGUMENTS[name]) for name in others]
    named += [(f"`{name}` of {kind}", text) for (kind, name), text in field_help.OF_CLASS.items()]
    yield from table(("argument", "what it means"), sorted(named))
    yield ""


_BLOCKS = {
    "data_loader": "data_loader.type",
    "arch": "arch.type",
    "optimizer": "optimizer.type",
    "lr_scheduler": "lr_scheduler.type",
    "loss": "loss",
    "metrics": "metrics",
}
_INSIDE = {"data_loader": config.Loader, "data_loader.args": config.LoaderArgs,
           "data_loader.augment": config.Augment, "arch": config.Component,
           "optimizer": config.Component, "lr_scheduler": config.Scheduler,
           "trainer": config.TrainerArgs}  # fmt: skip
_SPOKEN = {
    "loss": "a name, or an object of type and args",
    "metrics": "a list of such",
    "trainer.monitor": '"off", or min or max and a metric',
    "data_loader.args.validation_split": "from 0 to below 1, or a whole number",
}
_HELP = {
    "data_loader.type": "the data set",
    "metrics": "what else is counted",
    "data_loader.args.training": "false trains on the test images, as in pytorch-template",
    "arch.type": field_help.FIELDS["arch"].partition(":")[0],
    "optimizer.type": field_help.FIELDS["optimizer"].partition(":")[0],
    "lr_scheduler.type": field_help.FIELDS["lr_scheduler"].partition(";")[0],
}


def _leaves(prefix: str = "", model: type[Any] = config.Config) -> Iterator[tuple[str, Any]]:
    schema = model.model_json_schema()
    for name, value in schema["properties"].items():
        dotted = f"{prefix}{name}"
        if dotted in _INSIDE:
            yield from _leaves(f"{dotted}.", _INSIDE[dotted])
        else:
            yield dotted, {**value, "required": name in schema.get("required", ())}


def _config_row(dotted: str, schema: Any, shipped: Any) -> tuple[str, ...]:
    for key in dotted.split("."):
        shipped = shipped.get(key) if isinstance(shipped, dict) else None
    if dotted.endswith(".args"):
        words = "arguments, by name: see below"
    else:
        words = _HELP.get(dotted) or field_help.FIELDS[dotted]
    if unit := field_help.UNITS.get(dotted):
        words = f"{words} ({unit})"
    default = schema.get("default")
    absent = "needed" if schema["required"] else shown(default)
    if not schema["required"] and default is None:
        absent = form._ABSENT.get(dotted, "")
    if dotted.startswith("lr_scheduler.") and schema["required"]:
        absent = "no schedule"
    kind = _SPOKEN.get(dotted) or _kind(schema)
    return f"`{dotted}`", kind, absent, "" if shipped is None else shown(shipped), words


def _kind(schema: Any) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(item) for item in schema["anyOf"] if item.get("type") != "null")
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    words = {"integer": "whole number", "number": "number", "boolean": "true or false",
             "string": "text", "object": "object"}[schema["type"]]  # fmt: skip
    if schema.get("format") == "path":
        words = "folder"
    low = schema.get("ge", schema.get("minimum"))
    return words if low is None else f"{words} from {low:g}"


def _classes(block: str) -> Iterator[tuple[str, ...]]:
    if block == "data_loader":
        for name, known in data_sets.LOADERS.items():
            yield f"`{name}`", f"{known.title}, {len(known.classes)} classes", "as above"
        return
    if block in ("optimizer", "lr_scheduler"):
        offered = signatures.names(block)
        for name in [name for name in field_help.CLASSES if name in offered]:
            yield f"`{name}`", field_help.CLASSES[name], "those of torch"
        return
    for name, signature in signatures.offered(block).items():
        about = inspect.cleandoc(_docstring(block, name)).partition("\n")[0].rstrip(".")
        arguments = "; ".join(
            f"`{item.name}` {shown(item.default)}: {field_help.of_argument(item.name, name)}"
            for item in signature.parameters
        )
        yield f"`{name}`", about, arguments


def _arguments(block: str) -> Iterator[signatures.Parameter]:
    for signature in signatures.offered(block).values():
        yield from signature.parameters


def _docstring(block: str, name: str) -> str:
    module = {"arch": "models", "loss": "losses"}.get(block, block)
    tree = ast.parse((CORE / f"{module}.py").read_text(encoding="utf-8"))
    named = {node.name: node for node in tree.body
             if isinstance(node, ast.ClassDef | ast.FunctionDef)}  # fmt: skip
    return ast.get_docstring(named[name]) or ""
