"""The newest run, where it was left before its end: the first screen offers to go on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.saved import finding, summary
from tui import format as fmt

if TYPE_CHECKING:
    from pathlib import Path

_LEFT = ("stopped", "interrupted")
"""What ended so was not meant to be the end; why another one failed is to be read first."""


class Unfinished(NamedTuple):
    """A run that can go on."""

    path: Path
    words: str
    """`tiny/20261124_105103, stopped in epoch 2 of 15`."""


def newest(save_dir: Path) -> Unfinished | None:
    """The newest of all known runs, if it was stopped or killed; reads that one alone."""
    run = next(iter(finding.known(save_dir)), None)
    if run is None or not (run.ours() or run.checkpoints()):
        return None
    row = summary.line(run)
    if row["status"] not in _LEFT or row["epoch"] >= row["epochs"]:
        return None
    status = fmt.STATUS_WORDS.get(row["status"], row["status"])
    where = f"epoch {row['epoch'] + 1} of {row['epochs']}"
    return Unfinished(run.path, f"{fmt.run_name(run)}, {status} in {where}")
