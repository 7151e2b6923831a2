"""What the form knows of code of one's own: files beside the config, read and never run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from core.own_code import project as own_project
from core.own_code import signatures as own_signatures
from core.settings.own_names import LOADER_ARGS, OwnCodeError, is_own, label
from core.settings.signatures import Signature

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"arch": "model", "data_loader": "data"}
"""The blocks whose class has fields for its arguments, and what it is."""


def meaning(folder: Path | None, block: str, name: object) -> str:
    """`file.py:Name` where `name` in a block is code of one's own; empty where it is not."""
    meant = own_project.meant(folder, block, name)
    return meant if is_own(meant) else ""


def signature_of(folder: Path | None, block: str, name: object) -> Signature | None:
    """What such a class takes, of a data set without what every loader is given; None if unknown.

    Why it is unknown is said where the config is checked.
    """
    meant = meaning(folder, block, name)
    if not meant or block not in KINDS:
        return None
    with contextlib.suppress(OwnCodeError):
        found = own_signatures.signature(folder, meant, KINDS[block])
        if block != "data_loader":
            return found
        others = tuple(item for item in found.parameters if item.name not in LOADER_ARGS)
        return Signature(found.name, others, found.takes_more)
    return None


def choices(folder: Path | None, block: str) -> list[str]:
    """The names that a block can be given beside ours."""
    if folder is None:
        return []
    found = own_project.own_names(folder, block)
    if block in KINDS:
        found += own_signatures.offered(folder, KINDS[block])
    return found


def words(folder: Path | None, block: str, value: object) -> str:
    """What is said of a value that names code of one's own: which file it is from."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("type") if isinstance(item, dict) else item for item in items]
    found = [meant for name in names if (meant := meaning(folder, block, name))]
    if not found:
        return ""
    parts = [f"{label(item)} of {item.rpartition(':')[0]}" for item in found]
    return f"{', '.join(parts)}: code of your own"
