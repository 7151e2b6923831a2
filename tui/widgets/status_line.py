"""The top line: what runs, how far it is, on what."""

from __future__ import annotations

from core.state import RunState
from tui import format as fmt
from tui.cells import Row, cells
from tui.clean import clean
from tui.live import outcome, words
from tui.live.countdown import Countdown
from tui.live.speed import images_per_second
from tui.widgets.cells import CellWidget

NAME = " mnist-tui  "
ROOMY = 100
"""Columns from which there is room for more than the bare state."""
LEAST_BAR = 6


class StatusLine(CellWidget, roles=("strong", "dim", "text", "good", "bad", "accent", "frame")):
    """One line that is right at a glance."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id)
        self.state, self.live = RunState(), False
        self.device = ""
        """What a new run would be trained on."""
        self.num_others = 0
        """Runs that are being trained beside the one that is shown."""
        self._countdown = Countdown()

    def show(self, state: RunState, *, live: bool) -> None:
        """Draw a newer state."""
        self._countdown.update(state, anew=state.started is not self.state.started)
        self.state = state
        self.live = live and state.ended is None  # its writer is there a moment longer
        self.update()

    def show_device(self, device: str) -> None:
        """Name the device of the next run."""
        self.device = device
        self.update()

    def show_others(self, number: int) -> None:
        """Say that so many runs are trained beside the one that is shown."""
        if number != self.num_others:
            self.num_others = number
            self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """Left what happens, right where, or how long still."""
        roomy = width >= ROOMY
        if not self.live and not self.state.time:
            left = cells(
                self._others() or "nothing is running", "text" if self.num_others else "dim"
            )
            return [_apart(cells(NAME, "strong") + cells(" ") + left, clean(self.device), width)]
        left = cells(NAME if roomy else "", "strong") + cells(" ") + self._status()
        if not self.live:
            return [self._end(left, width)]
        if self.state.started is None:
            return [left + cells(f"   {words.phase(self.state)} …", "text")]
        left += cells(f"   {self._epoch()}", "text")
        if roomy:
            right = f"{self._where()}   {self._left():>14}"
            return [_apart(left + cells(self._newest(), "text"), right, width)]
        return [self._bar(left, width)]

    def _status(self) -> Row:
        status = self.state.status(live=self.live)
        return cells(fmt.status(status), "bad" if status in ("failed", "interrupted") else "good")

    def _epoch(self) -> str:
        started = self.state.started
        assert started is not None
        return f"epoch {min(self.state.epoch + 1, started.epochs)} of {started.epochs}"

    def _newest(self) -> str:
        if not self.state.history:
            return ""
        metrics = self.state.history[-1].metrics
        name = "val_accuracy" if "val_accuracy" in metrics else next(reversed(metrics))
        return f"   {clean(name)} {fmt.number(metrics[name])} after epoch {self.state.epoch}"

    def _result(self) -> str:
        seconds = outcome.seconds(self.state)
        took = f" in {fmt.duration(seconds)}" if seconds else ""
        best = words.best(self.state)
        return f"   {outcome.extent(self.state)}{took}" + (f"   {best}" if best else "")

    def _end(self, left: Row, width: int) -> Row:
        """The result; that others are trained is more than where this one was, or its best."""
        row = left + cells(self._result(), "text")
        if not self.num_others:
            return _apart(row, self._where(), width)
        others = self._others()
        if len(row) + len(others) + 2 > width:
            row = left + cells(f"   {outcome.extent(self.state)}", "text")
        return _apart(row, others, width)

    def _others(self) -> str:
        """`2 runs are being trained: 4 lists them`; empty where there is none."""
        number = self.num_others
        if number < 2:
            return "a run is being trained: 4 lists it" if number else ""
        return f"{number} runs are being trained: 4 lists them"

    def _left(self) -> str:
        return words.time_left(self._countdown.seconds())

    def _bar(self, left: Row, width: int) -> Row:
        started = self.state.started
        assert started is not None
        speed = None if self.state.paused else images_per_second(self.state)
        rate = fmt.rate(speed) if speed is not None else ""
        rate = f"   {rate:>15}"
        remaining = f"  {self._left():>15}"
        for right in (f"{remaining}{rate}", remaining):
            room = width - len(left) - len(right) - 3
            if room >= LEAST_BAR:
                share = self.state.step / max(1, started.epochs * started.num_steps)
                filled = max(0, min(room, int(share * room)))
                return [
                    *left,
                    *cells("  " + "━" * filled, "accent"),
                    *cells("─" * (room - filled), "frame"),
                    *cells(right, "text"),
                ]
        return _apart(left, self._left(), width)

    def _where(self) -> str:
        started = self.state.started
        if started is None:
            return clean(self.device)
        threads = f", {fmt.threads_of(started)}" if started.device == "cpu" else ""
        return clean(f"{started.device}{threads}")


def _apart(left: Row, right: str, width: int) -> Row:
    """Both at their ends of the line; only the left one where there is no room."""
    row = cells(f"{right} ", "dim")
    gap = width - len(left) - len(row)
    return [*left, *cells(" " * gap), *row] if gap > 1 else left
