"""What pydantic finds wrong with the shape of a config, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.settings.file import Problem
from core.settings.jsontext import shown

if TYPE_CHECKING:
    from pydantic import ValidationError

TAGS = ("(own)", "(ours)")
"""Parts of pydantic's paths that name no part of the config: whose data loader it is."""


def problems(error: ValidationError) -> list[Problem]:
    """Each of its findings once, with the path of its field."""
    found = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"] if part not in TAGS)
        found.append(Problem(path=path, message=_sentence(path, dict(item))))
    return list(dict.fromkeys(found))


def _sentence(path: str, item: dict[str, Any]) -> str:
    """pydantic's finding in plain words."""
    kind, context, value = item["type"], item.get("ctx", {}), item["input"]
    if kind == "missing":
        return "is missing: add it"
    if kind == "extra_forbidden":
        return f"{_OWNERS.get(path.rpartition('.')[0], 'it')} has no such argument: remove it"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"must be {context['expected'].replace(chr(39), chr(34))}, not {shown(value)}"
    if kind.startswith("model") and path in _COMPONENTS:
        return f'must be an object with "type" and "args", not {shown(value)}'
    for part, words in _KINDS.items():
        if kind.startswith(part):
            return f"must be {words.format_map(context)}, not {shown(value)}"
    return str(item["msg"])


_COMPONENTS = ("arch", "data_loader", "optimizer", "lr_scheduler")
_OWNERS = {"data_loader.args": "the data loader", "data_loader.augment": "augment"}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "a text",
    "path": "a path",
    "list": "a list",
    "dict": "an object",
    "model": "an object",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "less_than": "less than {lt}",
}
