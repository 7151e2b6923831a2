"""How far the run is: epoch, step, speed, time left, patience; or how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.state import RunState
from tui import format as fmt
from tui.clean import clean
from tui.widgets.cells import CellWidget, Row, cells

if TYPE_CHECKING:
    from core.runs import Run

LEAST_BAR = 8


class Progress(CellWidget, roles=("strong", "accent", "frame", "text", "good", "bad", "dim")):
    """Three lines: two bars with their counts, then the numbers of now."""

    state: RunState = RunState()
    run: Run | None = None
    live: bool = False

    def show(self, run: Run, state: RunState, *, live: bool) -> None:
        """Draw a newer state."""
        self.run, self.state, self.live = run, state, live
        self.update()

    def draw(self, width: int, _height: int) -> list[Row]:
        """The lines."""
        state = self.state
        if state.ended is not None and not self.live:
            return self._ended()
        if not self.live:
            return self._interrupted()
        if state.started is None:
            return [cells(f"{clean(state.phase) or 'starting'} …", "strong")]
        return [self._epochs(width), self._steps(width), self._numbers()]

    def _epochs(self, width: int) -> Row:
        started = self.state.started
        assert started is not None
        epoch = min(self.state.epoch + 1, started.epochs)
        total = max(1, started.epochs * started.num_steps)
        left = f"epoch {epoch} of {started.epochs}"
        right = fmt.duration(self.state.seconds_left()) + " left"
        return _bar(left, right, self.state.step / total, width)

    def _steps(self, width: int) -> Row:
        started = self.state.started
        assert started is not None
        done = self.state.step_in_epoch
        right = f"step {done} of {started.num_steps}"
        left = "paused" if self.state.paused else clean(self.state.phase)
        return _bar(left, right, done / max(1, started.num_steps), width)

    def _numbers(self) -> Row:
        started, last = self.state.started, self.state.last_step
        assert started is not None
        words = []
        if last is not None:
            words += [fmt.rate(last.images_per_second), f"lr {last.lr:.3g}"]
        if self.state.history and started.early_stop is not None:
            bad = self.state.history[-1].num_bad_epochs
            words.append(f"no better for {bad} of {started.early_stop:g} epochs")
        row = cells("   ".join(words), "text")
        if self.state.trouble:
            row += cells("   " + clean(self.state.trouble), "bad")
        return row

    def _ended(self) -> list[Row]:
        ended, best = self.state.ended, self.state.best
        assert ended is not None
        role = "bad" if ended.outcome == "failed" else "good"
        head = f"{fmt.status(ended.outcome)}   {self._extent()} in {fmt.duration(ended.seconds)}"
        if best is not None and self.state.monitor is not None:
            metric = self.state.monitor[1]
            value = fmt.number(best.metrics.get(metric))
            head += f"   best {metric} {value} at epoch {best.epoch}"
        why = clean(ended.reason.partition("\n")[0])
        place = clean(self.run.path) if self.run else ""
        return [
            cells(head, role),
            cells(why, "bad" if ended.outcome == "failed" else "dim"),
            cells(f"saved in {place}", "dim"),
        ]

    def _interrupted(self) -> list[Row]:
        since = fmt.duration(max(0.0, time.time() - self.state.time)) if self.state.time else "?"
        return [
            cells(f"{fmt.status('interrupted')}   {self._extent()}", "bad"),
            cells(f"its trainer is gone since {since}; what it saved is whole", "dim"),
        ]

    def _extent(self) -> str:
        epoch = self.state.epoch
        total = self.state.started.epochs if self.state.started else 0
        return (
            f"{epoch} epoch"
            + ("s" if epoch != 1 else "")
            + (f" of {total}" if total != epoch else "")
        )


def _bar(left: str, right: str, share: float, width: int) -> Row:
    """`left ━━━━━━───── right`, the words of a fixed width so that nothing jumps."""
    left, right = f"{left:<15} ", f" {right:>18}"
    room = width - len(left) - len(right)
    if room < LEAST_BAR:
        return cells(f"{left.rstrip()}  {right.strip()}", "strong")
    filled = max(0, min(room, int(share * room)))
    return [
        *cells(left, "strong"),
        *cells("━" * filled, "accent"),
        *cells("─" * (room - filled), "frame"),
        *cells(right, "text"),
    ]
