"""The loss chart, to be looked at closely by keys or mouse."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from core.runs import Run
from tui import format as fmt
from tui.base_app import BaseApp, in_ascii
from tui.chart import other_runs
from tui.chart.beside import RunsBeside
from tui.chart.loss_plot import NUM_OTHERS, metrics_of
from tui.clean import clean
from tui.help import key_name
from tui.messages import RunUpdated
from tui.plot import EVERY_GLYPHS
from tui.screens.prompt import Prompt
from tui.widgets.chart_canvas import ChartCanvas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual import events

_KEY_ZOOM, _WHEEL_ZOOM = 2.0, 1.25
_PAN_SHARE = 0.25


class LossChart(ChartCanvas):
    """A metric of training and validation; whatever the mouse does here a key does too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "next_metric(1)", "chart: the next metric", show=False),
        Binding("M", "next_metric(-1)", "chart: the metric before", show=False),
        Binding("c", "choose_metric", "chart: choose a metric", show=False),
        Binding("o", "choose_run", "chart: another run beside this one", show=False),
        Binding("h", "next_x", "chart: by steps, epochs or time", show=False),
        Binding("v", "log_y", "chart: logarithmic or linear", show=False),
        Binding("a", "next_average", "chart: running average", show=False),
        Binding("g", "next_glyphs", "chart: braille, blocks or ASCII", show=False),
        Binding("left", "read(-1)", "chart: read the values further left", show=False),
        Binding("right", "read(1)", "chart: read the values further right", show=False),
        Binding("home", "read_end(0)", "chart: read the first values", show=False),
        Binding("end", "read_end(1)", "chart: read the last values", show=False),
        Binding("plus,equals_sign", "zoom(1)", "chart: closer", show=False),
        Binding("minus", "zoom(-1)", "chart: further away", show=False),
        Binding("shift+left", "pan(-1)", "chart: to the left when it is close", show=False),
        Binding("shift+right", "pan(1)", "chart: to the right when it is close", show=False),
        Binding("0", "whole", "chart: all of it", show=False),
        Binding("escape", "back", "chart: stop reading, then all of it", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes=classes)
        self._dragged_from: int | None = None
        self._was_dragged = False
        self._beside = RunsBeside(self.post_message, self._seconds_an_update)
        self.others = self._beside.drawn
        self._hovers = False
        """The crosshair is where the mouse is, rather than where somebody put it."""

    def commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """What its keys do, for the palette: a name, the key, the action."""
        named = {binding.action: binding for binding in Binding.make_bindings(self.BINDINGS)}
        for action, binding in named.items():
            place, _, what = binding.description.partition(": ")
            keys = f"{key_name(binding.key)} in the chart"
            yield f"{place.capitalize()}: {what}", keys, partial(self._act, action)

    def _act(self, action: str) -> None:
        self.call_later(self.run_action, action)

    # What is drawn

    def action_next_metric(self, step: int) -> None:
        """Draw the next or the previous metric."""
        names = metrics_of(self.state)
        at = names.index(self.view.metric) if self.view.metric in names else 0
        self.look(replace(self.view, metric=names[(at + step) % len(names)]))

    def action_next_x(self) -> None:
        """Steps, epochs, time, or what suits the run."""
        self.look(self.view.next_x())
        self.notify(f"by {self.axis().label}", timeout=2)

    def action_log_y(self) -> None:
        """A logarithmic y axis, or a linear one."""
        self.look(replace(self.view, log_y=not self.view.log_y))

    def action_next_average(self) -> None:
        """A running average over the faint line, or the line alone."""
        self.look(self.view.next_average())

    def action_next_glyphs(self) -> None:
        """Other characters, for a font that lacks some."""
        if in_ascii(self.app):
            self.notify("this window was started with --ascii", timeout=3)
            return
        self.glyphs = EVERY_GLYPHS[(EVERY_GLYPHS.index(self.glyphs) + 1) % len(EVERY_GLYPHS)]
        if isinstance(self.app, BaseApp):
            self.app.remember("chart", self.glyphs.name)
        self.update()

    def action_choose_metric(self) -> None:
        """Choose a metric from a list."""
        names = {clean(name): name for name in metrics_of(self.state)}

        def chosen(name: str | None) -> None:
            if name is not None:
                self.look(replace(self.view, metric=names[name]))

        value = clean(self.view.metric)
        self.app.push_screen(Prompt("Draw which metric?", value=value, choices=[*names]), chosen)

    def action_choose_run(self) -> None:
        """Draw another run beside this one, or take it away again."""
        run = self.run
        if run is None:
            return

        async def choose() -> None:
            known = await asyncio.to_thread(other_runs.by_label, run)
            if not known:
                self.notify("there is no other run yet: 4 lists them", timeout=4)
                return
            drawn = dict.fromkeys(self._beside.labels, "drawn: choose it to take it away")
            prompt = Prompt("Draw which run beside this one?", choices=[*known], hints=drawn)
            label = await self.app.push_screen_wait(prompt)
            if label is not None:
                self._add_or_remove(label, known[label])

        self.run_worker(choose())

    def draw_beside(self, run: Run) -> None:
        """Draw a run beside this one, if it is not drawn already."""
        label = fmt.run_name(run)
        if label not in self._beside.labels:
            self._add_or_remove(label, run)

    def run_deleted(self, path: Path) -> None:
        """What was at `path` is in the trash: a run there is drawn no more."""
        if self._beside.run_deleted(path):
            self.update()

    def taken_back(self, path: Path) -> None:
        """What was at `path` is back: a run there is drawn again if it was."""
        label = self._beside.taken_back(path)
        if label is not None and label not in self._beside.labels:
            self._add_or_remove(label, Run(path))

    def _add_or_remove(self, label: str, run: Run) -> None:
        if label in self._beside.labels:
            self._beside.remove(label)
            self.update()
        elif len(self._beside.labels) == NUM_OTHERS:
            words = f"{NUM_OTHERS} other runs are drawn: choose one of them to take it away"
            self.notify(words, timeout=5)
        else:
            self._beside.add(label, run, self.run)

    @on(RunUpdated)
    def _draw_other(self, event: RunUpdated) -> None:
        """A run beside this one was read, or has newer values."""
        if self._beside.update(event):
            self.update()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._beside.stop()

    def _seconds_an_update(self) -> float:
        return 1 / self.app.pace.rate if isinstance(self.app, BaseApp) else 0.0

    # How close

    def action_zoom(self, direction: int) -> None:
        """Closer or further away, around the crosshair or else the newest values."""
        self.zoom(_KEY_ZOOM**direction, self._focus_point())

    def action_pan(self, direction: int) -> None:
        """To the left or to the right, where not all of it is shown."""
        self.pan(direction * _PAN_SHARE)

    def action_whole(self) -> None:
        """All of it."""
        self.look(replace(self.view, window=None))

    # Reading values

    def action_read(self, step: int) -> None:
        """Move the crosshair by a column; it begins at the newest values."""
        axis = self.axis()
        if self.view.crosshair is None:
            self.read(axis.reached)
            return
        low, high = self.view.window or (0.0, axis.limit)
        layout = self.parts()
        self.read(self.view.crosshair + step * (high - low) / max(1, layout.columns))

    def action_read_end(self, end: int) -> None:
        """The crosshair at the first or the newest values."""
        self.read(self.axis().reached * end)

    def action_back(self) -> None:
        """Stop reading, then show all of it, then whatever else the key does."""
        if self.view.crosshair is not None:
            self.look(replace(self.view, crosshair=None))
        elif self.view.window is not None:
            self.action_whole()
        else:
            raise SkipAction

    def _focus_point(self) -> float:
        if self.view.crosshair is not None:
            return self.view.crosshair
        axis = self.axis()
        return min(axis.reached, (self.view.window or (0.0, axis.limit))[1])

    # The mouse

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read the values below the mouse; while a button is down, move along."""
        if self._dragged_from is None:
            self._hover(event.x)
            return
        moved = self._dragged_from - event.x
        columns = self.parts().columns
        if moved and columns > 0:
            self._dragged_from, self._was_dragged = event.x, True
            self.pan(moved / columns)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A press may begin to drag."""
        self._dragged_from, self._was_dragged = event.x, False
        self.capture_mouse()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """A press that did not drag keeps the crosshair where it is."""
        self.release_mouse()
        if self._dragged_from is not None and not self._was_dragged:
            self._hovers = True
            self._hover(event.x)
            self._hovers = False
        self._dragged_from = None

    def on_leave(self) -> None:
        """Without the mouse nothing is read, unless somebody put the crosshair there."""
        if self._hovers:
            self._hovers = False
            self.look(replace(self.view, crosshair=None))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Closer to what is below the mouse."""
        event.stop()
        self._wheel(event.x, _WHEEL_ZOOM)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Further away."""
        event.stop()
        self._wheel(event.x, 1 / _WHEEL_ZOOM)

    def _wheel(self, column: int, factor: float) -> None:
        self.zoom(factor, self.parts().x_of(column))

    def _hover(self, column: int) -> None:
        layout = self.parts()
        if self.run is None or not layout.gutter <= column < layout.width:
            return
        if self.view.crosshair is None:
            self._hovers = True
        if self._hovers:
            self.read(layout.x_of(column))
