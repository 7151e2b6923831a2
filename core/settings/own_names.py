"""Names of one's own code in a config: `model.py:Net`, or `parts.small:Net` in parts/small.py."""

from __future__ import annotations

import keyword
from typing import NamedTuple, TypeGuard

from core.errors import MistakeError
from core.settings.jsontext import shown

MAX_LENGTH = 200
"""Characters of a name; no project needs more, and a sentence has to show it."""
RESERVED = {
    "loss", "epoch", "lr", "seconds", "num_samples", "confusion", "mistakes"
}  # fmt: skip
"""What stands beside the metrics in a log or a result, so that no metric can be called that."""


LOADER_ARGS = frozenset(
    {"data_dir", "batch_size", "shuffle", "validation_split", "num_workers", "training", "train"}
)
"""What the program knows of a data set of one's own, which is given those of them that it takes."""


class OwnCodeError(MistakeError):
    """Code of one's own cannot be used; the message is the end of a sentence about its name."""


class OwnName(NamedTuple):
    """Where a name leads."""

    files: tuple[str, ...]
    """The files it may be in, relative to the config, with slashes; the first there is counts."""
    name: str
    """The class or function."""


def is_own(name: object) -> TypeGuard[str]:
    """Whether a name in a config means code of one's own."""
    return isinstance(name, str) and ":" in name


def label(name: str) -> str:
    """What is said of a class or function for short: `Net` of `model.py:Net`."""
    return name.rpartition(":")[2]


def split(name: str) -> OwnName:
    """What `name` means, if it stays below the config. Raises OwnCodeError."""
    where, _, wanted = name.rpartition(":")
    if len(name) > MAX_LENGTH:
        raise OwnCodeError(f"is longer than {MAX_LENGTH} characters: give file.py:Name")
    if where.startswith("/") or "\\" in where or set(where.split("/")) & {"", ".", ".."}:
        raise OwnCodeError(
            f"{shown(name)} leads out of the folder of the config: give file.py:Name, with the "
            "file beside it"
        )
    steps = where.removesuffix(".py").split("/")
    if not where.endswith(".py"):
        steps = where.split(".")
    for part in (*steps, wanted):
        if not part.isidentifier() or keyword.iskeyword(part) or part.startswith("_"):
            raise OwnCodeError(
                f"{shown(name)} is no name of a class or function: give file.py:Name, in letters, "
                "digits and inner underscores"
            )
    path = "/".join(steps)
    files = (f"{path}.py",) if where.endswith(".py") else (f"{path}.py", f"{path}/__init__.py")
    return OwnName(files, wanted)
