"""What the Live pane shows of a run: made, and imported, when there is one to show."""

from __future__ import annotations

from typing import NamedTuple

from tui.widgets.epoch_table import EpochTable
from tui.widgets.log_pane import LogPane
from tui.widgets.loss_chart import LossChart
from tui.widgets.progress import Progress


class RunParts(NamedTuple):
    """From the top down; the log stands in the place of the epochs."""

    progress: Progress
    chart: LossChart
    epochs: EpochTable
    log: LogPane


def make() -> RunParts:
    """New parts, not yet in any pane."""
    return RunParts(
        Progress(id="progress"), LossChart(id="chart"), EpochTable(id="epochs"), LogPane(id="log")
    )
