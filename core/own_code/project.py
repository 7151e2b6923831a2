"""A project laid out as pytorch-template lays it out: its own names mean its own files.

There `MnistModel` is what model/model.py has under that name, not ours; in a config that is checked
or started it reads `model/model.py:MnistModel` from then on. Nothing of the project is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.own_code import source as own_source
from core.settings.own_names import OwnCodeError, is_own

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings.jsontext import JsonText
    from core.settings.jsontext import Path as KeyPath

PLACES = {
    "arch": "model/model.py",
    "data_loader": "data_loader/data_loaders.py",
    "loss": "model/loss.py",
    "metrics": "model/metric.py",
}
"""The file that each block of a config names something in."""


def is_one(folder: Path | None) -> bool:
    """Whether a folder is such a project."""
    places = (PLACES["arch"], PLACES["data_loader"])
    return folder is not None and all(own_source.is_there(folder, file) for file in places)


def around(path: Path) -> Path | None:
    """The nearest such project that a path is in."""
    return next((folder for folder in path.absolute().parents if is_one(folder)), None)


def meant(folder: Path | None, block: str, name: object) -> object:
    """What a name in `block` of a config in a folder means: `model/model.py:MnistModel`."""
    if not isinstance(name, str) or is_own(name) or block not in PLACES or not is_one(folder):
        return name
    file = PLACES[block]
    if folder is None or not own_source.is_there(folder, file):
        return name
    try:
        theirs = name in own_source.names_in(folder, file)
    except OwnCodeError:  # that it cannot be read is said of it, rather than ours be taken
        theirs = True
    return f"{file}:{name}" if theirs else name


def own_names(folder: Path | None, block: str) -> list[str]:
    """What such a project has for a block of its config; empty for any other folder."""
    if folder is None or block not in PLACES or not is_one(folder):
        return []
    try:
        names = own_source.definitions_in(folder, PLACES[block])
    except OwnCodeError:
        return []
    return [name for name in names if not name.startswith("_")]


def resolved(value: object, folder: Path | None) -> Any:
    """The value of a config in a folder with every such name as it is meant."""
    if not isinstance(value, dict) or not is_one(folder):
        return value
    return {**value, **_changes(value, folder)}


def in_text(text: JsonText, folder: Path | None) -> JsonText:
    """The text of a config in a folder, resolved."""
    for block, item in _changes(text.value, folder).items():
        path: KeyPath = (block,)
        if isinstance(item, dict) and "type" in item:
            path, item = (block, "type"), item["type"]
        text = text.set(path, item)
    return text


def refuse_without(path: Path, value: object) -> None:
    """Say that a run of such a project needs its code. Raises MistakeError.

    Of a checkpoint nothing is run unless somebody says by which config.
    """
    project = around(path)
    if changes := _changes(value, project):
        raise MistakeError(
            f"{path}: was made in {project}, which has code of its own for {', '.join(changes)}: "
            f"give -c {project}/config.json, so that it is used"
        )


def _changes(value: object, folder: Path | None) -> dict[str, Any]:
    """The blocks that read otherwise once they are resolved."""
    if not isinstance(value, dict) or not is_one(folder):
        return {}
    found = {block: _block(folder, block, value[block]) for block in PLACES if block in value}
    return {block: item for block, item in found.items() if item != value[block]}


def _block(folder: Path | None, block: str, item: Any) -> Any:
    if isinstance(item, list):
        return [_block(folder, block, part) for part in item]
    if not isinstance(item, dict):
        return meant(folder, block, item)
    if "type" in item:
        return {**item, "type": meant(folder, block, item["type"])}
    if block == "metrics":  # as an object: the arguments by the name
        return {meant(folder, block, name): args for name, args in item.items()}
    return item
