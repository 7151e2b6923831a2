"""The newest run: the first screen says how it ended, and offers to go on where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.saved import finding, summary
from tui import format as fmt
from tui.runs.order import LIVE

if TYPE_CHECKING:
    from pathlib import Path

_LEFT = ("stopped", "interrupted")
"""What ended so was not meant to be the end; why another one failed is to be read first."""


class Newest(NamedTuple):
    """The run that was begun last, and is not trained any more."""

    path: Path
    words: str
    """`tiny/20261124_105103, stopped in epoch 2 of 15`, `…, finished, val_loss 0.0641`."""
    can_go_on: bool


def find(save_dir: Path) -> Newest | None:
    """The newest of all known runs, unless somebody trains it; reads that one alone."""
    run = next(iter(finding.known(save_dir)), None)
    if run is None or not (run.ours() or run.checkpoints()):
        return None
    row = summary.line(run)
    if row["status"] in LIVE:
        return None
    status = fmt.run_status(row).partition(" ")[2]
    if row["status"] in _LEFT and row["epoch"] < row["epochs"]:
        where = f"in epoch {row['epoch'] + 1} of {row['epochs']}"
        return Newest(run.path, f"{fmt.run_name(run)}, {status} {where}", can_go_on=True)
    best = row["best"]
    reached = f", {best['metric']} {fmt.number(best['value'])}" if best else ""
    return Newest(run.path, f"{fmt.run_name(run)}, {status}{reached}", can_go_on=False)
