"""The names of the classes that a checkpoint tells apart, found without opening it: no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.images.data_sets import LOADERS
from core.runs import Run

if TYPE_CHECKING:
    from pathlib import Path


def of_checkpoint(path: Path) -> tuple[str, ...]:
    """As its run's journal has them, else as its config's loader; empty where neither says."""
    run = Run(path.parent)
    start = run.first_start()  # every start of a run has the same data
    told = start.classes if start else ()
    return tuple(told) or _configured(run)


def _configured(run: Run) -> tuple[str, ...]:
    loader = run.config().get("data_loader")
    name = loader.get("type") if isinstance(loader, dict) else None
    return LOADERS[name].classes if isinstance(name, str) and name in LOADERS else ()
