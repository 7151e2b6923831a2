"""What tells a run from others of its name: how it learns, and what its test gave."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from core.requests import LR
from core.runs import CHECKPOINT_ENDINGS
from core.saved import results

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from core.state import RunState

ACCURACY = "accuracy"
"""Of a test, if it was measured: else its loss, which always is."""


def learning(config: dict[str, Any], state: RunState) -> dict[str, Any]:
    """`optimizer` and `lr`, the rate as it was changed last; None where the config has none."""
    block = config.get("optimizer")
    optimizer = block if isinstance(block, dict) else {}
    kind, args = optimizer.get("type"), optimizer.get("args")
    lr = args.get("lr") if isinstance(args, dict) else None
    if state.started is not None:
        lr = state.started.changes.get(LR, lr)
    lr = next((change.after for change in reversed(state.changes) if change.path == LR), lr)
    return {"optimizer": kind if kind and isinstance(kind, str) else None, "lr": _number(lr)}


def files(run: Run) -> tuple[int, bool]:
    """The bytes of its checkpoints, and whether some of them was tested."""
    num_bytes, is_tested = 0, False
    try:
        with os.scandir(run.path) as entries:
            for entry in entries:
                if entry.name.endswith(CHECKPOINT_ENDINGS):
                    num_bytes += entry.stat().st_size
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


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)  # a config may have it as text
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
