"""Stand-ins for the classes that pytorch-template's checkpoints name.

`torch.load(weights_only=True)` makes an object of a class only where the class is let in by name.
These are let in under the template's names. They keep what a file says and do nothing else, so
that a hostile file gets no further with them than with a dict.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Keeper:
    """Takes the place of a class of the template's: keeps the attributes of its object."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, state: object) -> None:
        # Without __init__ before it: unpickling makes the object bare.
        self.attributes = state if type(state) is dict else {}


class ConfigParser(Keeper):
    """Since April 2019 the config is in one of these, as `_config`."""


class Logger(Keeper):
    """Until April 2019 the history of a run is in one of these, as `entries`."""


class PathParts:
    """Takes the place of a path, of this system or another one."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts


class Dtype:
    """Takes the place of `numpy.dtype`: the kind of a number, and the order of its bytes."""

    def __init__(self, code: object = "", *_flags: object) -> None:
        self.code, self.order = str(code), "<"

    def __setstate__(self, state: object) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] == ">":
            self.order = ">"


def scalar(kind: object, data: object) -> float:
    """Takes the place of numpy's function that makes a scalar. Raises ValueError."""
    letter = _LETTERS.get(kind.code) if isinstance(kind, Dtype) else None
    if letter is None or not isinstance(data, bytes):
        raise ValueError("a number of numpy's is of a kind that is not known")
    assert isinstance(kind, Dtype)
    try:
        return float(struct.unpack(kind.order + letter, data)[0])
    except struct.error as error:
        raise ValueError("a number of numpy's has another size than its kind") from error


_LETTERS = {"f2": "e", "f4": "f", "f8": "d", "i4": "i", "i8": "q", "u4": "I", "u8": "Q"}

STAND_INS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    (ConfigParser, "parse_config.ConfigParser"),
    (Logger, "utils.logger.Logger"),
    (Logger, "logger.logger.Logger"),
    *(
        (PathParts, f"{module}.{name}")
        for module in ("pathlib", "pathlib._local")
        for name in ("PosixPath", "WindowsPath")
    ),
    (Dtype, "numpy.dtype"),
    (scalar, "numpy.core.multiarray.scalar"),
    (scalar, "numpy._core.multiarray.scalar"),
]
"""As `torch.serialization.safe_globals` takes them: what stands in, and for what."""
NAMES = {item[1] for item in STAND_INS if isinstance(item, tuple)}
