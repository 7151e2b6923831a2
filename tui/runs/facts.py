"""What tells a run from others of its name: how it learns, and what its test gave."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

from core.requests import LR
from core.saved import results, trash

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from core.state import RunState

ACCURACY = "accuracy"
"""Of a test, if it was measured: else its loss, which always is."""


def learning(config: dict[str, Any], state: RunState) -> dict[str, Any]:
    """`optimizer`, `lr`, the rate as it was changed last, and `loss` with its arguments.

    None where the config has none.
    """
    block = config.get("optimizer")
    optimizer = block if isinstance(block, dict) else {}
    kind, args = optimizer.get("type"), optimizer.get("args")
    lr = args.get("lr") if isinstance(args, dict) else None
    if state.started is not None:
        lr = state.started.changes.get(LR, lr)
    lr = next((change.after for change in reversed(state.changes) if change.path == LR), lr)
    optimizer_name = kind if kind and isinstance(kind, str) else None
    return {"optimizer": optimizer_name, "lr": _number(lr), "loss": _told(config.get("loss"))}


def files(run: Run) -> tuple[int, bool]:
    """The bytes of all that is in its folder, and whether some checkpoint was tested."""
    num_bytes, is_tested = 0, False
    try:
        with os.scandir(run.path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):  # its own code, or TensorBoard's files
                    num_bytes += trash.amount([run.path / entry.name]).num_bytes
                else:
                    num_bytes += entry.stat(follow_symlinks=False).st_size
                is_tested = is_tested or entry.name.endswith(results.SUFFIX)
    except OSError:  # gone meanwhile
        pass
    return num_bytes, is_tested


def tested(checkpoint: Path | None) -> dict[str, Any] | None:
    """The `metric` and its `value` on the test images; None where it was not tested."""
    found = results.read(checkpoint) if checkpoint is not None else None
    if found is None:
        return None
    metric = ACCURACY if ACCURACY in found else "loss"
    return {"metric": metric, "value": _number(found.get(metric))}


def _told(loss: object) -> str | None:
    """A loss in a way that two of them can be compared; its name alone means no arguments."""
    if isinstance(loss, str):
        loss = {"type": loss}
    if not isinstance(loss, dict):
        return None
    return json.dumps([loss.get("type"), loss.get("args") or {}], sort_keys=True, default=str)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)  # a config may have it as text
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
