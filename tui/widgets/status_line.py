"""The top line: what runs, how far it is, on what."""

from __future__ import annotations

from core.state import RunState
from tui import format as fmt
from tui.clean import clean
from tui.widgets.cells import CellWidget, Row, cells

NAME = " mnist-tui   "


class StatusLine(CellWidget, roles=("strong", "dim", "text", "good", "bad")):
    """One line that is right at a glance."""

    state: RunState = RunState()
    live = False
    device = ""
    """What a new run would be trained on."""

    def show(self, state: RunState, *, live: bool) -> None:
        """Draw a newer state."""
        self.state, self.live = state, live
        self.update()

    def show_device(self, device: str) -> None:
        """Name the device of the next run."""
        self.device = device
        self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """Left what happens, right where."""
        left = [*cells(NAME, "strong"), *self._what()]
        right = cells(f"{self._where()} ", "dim")
        gap = width - len(left) - len(right)
        return [[*left, *cells(" " * gap), *right] if gap > 1 else left]

    def _what(self) -> Row:
        state = self.state
        if state.started is None and not self.live and not state.time:
            return cells("nothing is running", "dim")
        status = state.status(live=self.live)
        role = {"failed": "bad", "interrupted": "bad"}.get(status, "good")
        row = cells(fmt.status(status), role)
        if state.started is None:
            return row + cells(f"   {clean(state.phase)}", "text")
        words = f"   epoch {min(state.epoch + self.live, state.started.epochs)}"
        row += cells(f"{words} of {state.started.epochs}", "text")
        if state.history:
            metrics = state.history[-1].metrics
            name = "val_accuracy" if "val_accuracy" in metrics else next(reversed(metrics))
            value = fmt.number(metrics[name])
            row += cells(f"   {clean(name)} {value} after epoch {state.epoch}", "text")
        return row

    def _where(self) -> str:
        started = self.state.started
        if started is None:
            return clean(self.device)
        threads = f", {started.threads} threads" if started.device == "cpu" else ""
        return clean(f"{started.device}{threads}")
