"""The loss chart of the followed run."""

from __future__ import annotations

from core.state import RunState
from tui.loss_plot import loss_chart
from tui.widgets.cells import CellWidget, Row


class LossChart(CellWidget, roles=("frame", "text", "train", "val", "note")):
    """Train and validation loss, drawn anew with each state, sent where it changed."""

    state: RunState = RunState()

    def show(self, state: RunState) -> None:
        """Draw a newer state."""
        if state is not self.state:
            self.state = state
            self.update()

    def draw(self, width: int, height: int) -> list[Row]:
        """The whole chart."""
        return loss_chart(self.state, width=width, height=height)
