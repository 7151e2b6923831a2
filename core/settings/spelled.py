"""Arguments and numbers as people spell them, turned into what is meant, in place.

Each function changes the config and gives a sentence for each thing that it read otherwise.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from core.settings import signatures
from core.settings.jsontext import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings.signatures import Signature

_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = (
    "n_gpu", "seed", "threads", "trainer.epochs", "trainer.save_period", "trainer.verbosity",
    "trainer.keep_checkpoints", "trainer.len_epoch", "data_loader.args.batch_size",
    "data_loader.args.num_workers",
)  # fmt: skip
_NUMBERS = ("trainer.early_stop", "data_loader.args.validation_split")


def arguments(config: dict[str, Any]) -> Iterator[str]:
    """Left out arguments are none, and texts of numbers are numbers where those are wanted."""
    for name in ("arch", "data_loader", "optimizer", "lr_scheduler", "loss"):
        block = config.get(name)
        if isinstance(block, dict) and "type" in block:
            if "args" not in block and isinstance(block.get("kwargs"), dict):
                block["args"] = block.pop("kwargs")
                yield f"{name}.kwargs: is read as {name}.args"
            block["args"] = {} if block.get("args") is None else block["args"]
            if name != "data_loader":
                signature = signatures.of(name, block["type"])
                yield from _typed(f"{name}.args", block["args"], signature)


def _typed(path: str, args: object, signature: Signature | None) -> Iterator[str]:
    if signature is None or not isinstance(args, dict):
        return
    for name, value in list(args.items()):
        parameter = signature.get(name)
        if parameter is not None and isinstance(value, str | float):
            kinds = set(parameter.kinds())
            if kinds & {"integer", "number"} and "text" not in kinds:
                yield from _number(args, name, path, whole="number" not in kinds)


def numbers(config: dict[str, Any]) -> Iterator[str]:
    """Settings that are numbers, written as texts or with a point that says nothing."""
    for dotted in (*_WHOLE, *_NUMBERS):
        *parents, name = dotted.split(".")
        block: Any = config
        for parent in parents:
            block = block.get(parent) if isinstance(block, dict) else None
        if isinstance(block, dict) and name in block:
            yield from _number(block, name, ".".join(parents), whole=dotted in _WHOLE)


def _number(block: dict[str, Any], name: str, path: str, *, whole: bool) -> Iterator[str]:
    """Turn `block[name]` into the number it spells, where nothing is lost."""
    value = block[name]
    number = _spelled(value)
    if whole and isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        number = int(number)
    if number is None or (whole and isinstance(number, float)) or type(number) is type(value):
        return
    block[name] = number
    yield f"{path}.{name}: {shown(value)} is read as {shown(number)}".removeprefix(".")


def _spelled(value: object) -> int | float | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return None
    number = float(value) if set(value) & set(".eE") else int(value)
    return number if math.isfinite(number) else None
