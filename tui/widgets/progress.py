"""How far the run is: epoch, step, speed, time left, patience; or how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.widget import Widget

from core.settings import schedules
from core.state import RunState
from tui import format as fmt
from tui.cells import Row, cells
from tui.clean import clean
from tui.live import outcome, words
from tui.live.countdown import Countdown
from tui.live.speed import images_per_second
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.timer import Timer

    from core.runs import Run

NUM_ROWS = 3
"""While it is live, from the first moment, so that nothing below it moves."""
LEAST_BAR = 8
LEFT, RIGHT = 16, len("59 min 59 s to epoch 100")
ROOMY = 60
"""Columns from which there is room for such words beside a bar."""
LEAST_FOR_KEYS = 14
"""Rows of the pane from which the end names its keys; the bottom line has them too."""


class Progress(CellWidget, roles=("strong", "accent", "frame", "text", "good", "bad", "dim")):
    """Two bars with their counts, then the numbers of now; at the end the result."""

    DEFAULT_CSS = "Progress { height: auto; }"

    state: RunState = RunState()
    run: Run | None = None
    live: bool = False
    _ended: outcome.Ended | None = None
    _heard = 0.0
    """When the run last said something, by our own clock: the writer's may differ."""
    _timer: Timer | None = None
    _num_rows = NUM_ROWS

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id)
        self._countdown = Countdown()

    def show(self, run: Run, state: RunState, *, live: bool) -> None:
        """Draw a newer state."""
        another = self.run is None or run.path != self.run.path
        if another or state.time != self.state.time:
            self._heard = time.monotonic() - (_age(state) if another else 0.0)
        self._countdown.update(state, anew=another)
        self.run, self.state, self.live = run, state, live
        self._ended = None if live else _ended(run, state)
        self._listen()
        self._redraw()

    def run_moved(self) -> None:
        """The run that is shown may be in the trash now, or back."""
        if self.run is not None and not self.live:
            self._ended = _ended(self.run, self.state)
            self._redraw()

    @property
    def ended(self) -> outcome.Ended | None:
        """How the run ended; None while it is live."""
        return self._ended

    def get_content_height(self, container: Size, _viewport: Size, width: int) -> int:
        """As many rows as there are to say."""
        self._num_rows = len(self._lines(width, container.height))
        return self._num_rows

    def draw(self, width: int, _height: int) -> list[Row]:
        """The lines."""
        return self._lines(width, self._room())

    def _redraw(self) -> None:
        width = self.size.width
        if width and len(self._lines(width, self._room())) != self._num_rows:
            self.refresh(layout=True)
        self.update()

    def _room(self) -> int:
        parent = self.parent
        return parent.size.height if isinstance(parent, Widget) else 0

    def _lines(self, width: int, room: int) -> list[Row]:
        if self._ended is not None:
            return outcome.rows(self._ended, width, brief=room < LEAST_FOR_KEYS)
        if self.state.started is None:
            return [cells(f"{words.phase(self.state)} …", "strong"), self._start(), []]
        return [self._epochs(width), self._steps(width), self._numbers(width)]

    def _start(self) -> Row:
        silence = words.silence(self.state, self._silent_seconds())
        return cells("   ".join(filter(None, [words.meaning(self.state), silence])), "dim")

    def _epochs(self, width: int) -> Row:
        started = self.state.started
        assert started is not None
        epoch = min(self.state.epoch + 1, started.epochs)
        total = max(1, started.epochs * started.num_steps)
        right = "" if self.state.paused else words.time_left(self._countdown.seconds())
        if right and width >= ROOMY and words.may_end_early(self.state):
            right = f"{right.removesuffix(' left')} to epoch {started.epochs}"
        return self._bar(
            f"epoch {epoch} of {started.epochs}", right, self.state.step / total, width
        )

    def _steps(self, width: int) -> Row:
        started = self.state.started
        assert started is not None
        done = self.state.step_in_epoch
        right = f"step {done} of {started.num_steps}"
        return self._bar(
            words.brief_phase(self.state), right, done / max(1, started.num_steps), width
        )

    def _bar(self, left: str, right: str, share: float, width: int) -> Row:
        """`left ━━━━━━───── right`, the words of a fixed width so that nothing jumps."""
        started = self.state.started
        assert started is not None
        most = max(
            RIGHT if width >= ROOMY else LEFT,
            len(f"step {started.num_steps} of {started.num_steps}"),
        )
        room = width - LEFT - most - 2
        if room < LEAST_BAR:
            return cells(f"{left:<{LEFT - 2}}", "strong") + cells(right, "text")
        filled = max(0, min(room, int(share * room)))
        return [
            *cells(f"{left:<{LEFT}} ", "strong"),
            *cells("━" * filled, "accent"),
            *cells("─" * (room - filled), "frame"),
            *cells(f" {right:>{most}}", "text"),
        ]

    def _numbers(self, width: int) -> Row:
        if self.state.trouble:
            return cells(clean(self.state.trouble), "bad")
        if silence := words.silence(self.state, self._silent_seconds()):
            return cells(silence if len(silence) <= width else silence.partition(":")[0], "bad")
        state, last = self.state, self.state.last_step
        speed = None if state.paused else images_per_second(state)
        rate = fmt.rate(speed) if speed is not None else ""
        rate = f"{rate:<16}"
        lr = f"{f'lr {last.lr:.3g}':<11}" if last else ""
        patience = words.patience(state)
        for parts in (
            (rate, lr, words.best(state), patience),
            (rate, lr, words.best(state, named=False), patience.removesuffix(" epochs")),
            (rate, words.best(state, named=False), patience.removesuffix(" epochs")),
            (rate, words.best(state, named=False)),
        ):
            line = "  ".join(filter(None, parts))
            if len(line) <= width:
                return cells(line, "text")
        return cells(rate if rate.strip() else words.best(state, named=False), "text")

    # Saying so when the run says nothing

    def _silent_seconds(self) -> float:
        return time.monotonic() - self._heard

    def _listen(self) -> None:
        """Come back when the run has been quiet for too long, and not before."""
        if not self.live:
            if self._timer is not None:
                self._timer.stop()
                self._timer = None
        elif self._timer is None:
            self._await_silence()

    def _await_silence(self) -> None:
        fresh = words.quiet_limit(self.state) - self._silent_seconds()
        self._timer = self.set_timer(max(1.0, fresh), self._look)

    def _look(self) -> None:
        if self.live:
            self._redraw()
            self._await_silence()


def _ended(run: Run, state: RunState) -> outcome.Ended:
    can_go_on = schedules.can_go_on(run.config())
    is_there = run.path.exists()
    can_begin_again = run.ours() and is_there
    checkpoints = bool(run.checkpoints())
    return outcome.Ended(run.path, state, checkpoints, can_go_on, can_begin_again, is_there)


def _age(state: RunState) -> float:
    return max(0.0, time.time() - state.time) if state.time else 0.0
