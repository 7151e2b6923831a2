"""The lists that a field of the config is chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.images.data_sets import LOADERS
from core.settings import signatures
from core.settings.own_names import label

if TYPE_CHECKING:
    from core.settings.signatures import Parameter

_FIXED = {"data_loader.type": tuple(LOADERS), "trainer.verbosity": ("0", "1", "2")}


def of(dotted: str, value: object, config: dict[str, Any]) -> tuple[str, ...]:
    """What a field can be; empty where it is typed. Its value is always among them."""
    if dotted == "trainer.monitor":
        offered = monitors(config)
        return (*offered, value) if isinstance(value, str) and value not in offered else offered
    if dotted == "loss" and isinstance(value, str):
        return tuple(signatures.names("loss"))
    return _FIXED.get(dotted, ())


def of_argument(parameter: Parameter) -> tuple[str, ...]:
    """What an argument of a class can be; empty where it is typed."""
    if parameter.kinds() == ["bool", "null"]:
        return ("null", "true", "false")
    return parameter.choices()


def monitors(config: dict[str, Any]) -> tuple[str, ...]:
    """What the best can be chosen by: the loss and each metric, on validation images if any."""
    metrics = config.get("metrics")
    items = metrics if isinstance(metrics, list) else []
    names = [item.get("type") if isinstance(item, dict) else item for item in items]
    found = ["min loss", *(f"max {name}" for name in _labels(names))]
    loader = config.get("data_loader")
    args = loader.get("args") if isinstance(loader, dict) else None
    if isinstance(args, dict) and args.get("validation_split"):
        found = [item.replace(" ", " val_", 1) for item in found] + found
    return ("off", *found)


def _labels(names: list[Any]) -> list[str]:
    return [label(name) for name in names if isinstance(name, str)]
