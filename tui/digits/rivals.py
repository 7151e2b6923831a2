"""The checkpoints that can be shown the drawing that is made for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.images import classes
from core.runs import Run
from core.saved import finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def of_its_run(checkpoint: Path) -> list[Path]:
    """The other checkpoints of its run, by epoch."""
    return [path for path in Run(checkpoint.parent).checkpoints() if path != checkpoint]


def of_other_runs(checkpoint: Path, save_dir: Path) -> list[Path]:
    """The best one of each other run that tells the same classes apart, the newest run first."""
    own, names = checkpoint.parent.resolve(), classes.of_checkpoint(checkpoint)
    others = (run for run in finding.known(save_dir) if run.path.resolve() != own)
    bests = (run.best_checkpoint() for run in others)
    return [path for path in bests if path is not None and classes.of_checkpoint(path) == names]


def following(found: Sequence[Path], path: Path | None) -> Path | None:
    """The one after `path`; the first where it is none of them; None after the last."""
    rest = found[found.index(path) + 1 :] if path in found else found
    return next(iter(rest), None)


def titles(checkpoint: Path, other: Path | None) -> list[str]:
    """What to call them beside each other: by the run too, in a line of its own, if it differs."""
    if other is None:
        return [checkpoint.name]
    if checkpoint.parent == other.parent:
        return [checkpoint.name, other.name]
    return [f"{path.parent.name}\n{path.name}" for path in (checkpoint, other)]
