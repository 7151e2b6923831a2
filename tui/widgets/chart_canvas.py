"""A chart of the followed run: what of it is shown, drawn anew with each state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.state import RunState
from tui.base_app import BaseApp
from tui.chart.axis import x_axis
from tui.chart.loss_plot import Other, plot_of
from tui.chart.view import ChartView
from tui.plot import ASCII, BRAILLE, EVERY_GLYPHS, Glyphs, chart
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from core.runs import Run
    from tui.cells import Row
    from tui.chart.axis import XAxis
    from tui.plot.layout import Layout

_ROLES = (
    "frame", "text", "train", "val", "note", "accent",
    "train-faint", "val-faint", "other1", "other2", "other3",
)  # fmt: skip


def liked_glyphs(app: BaseApp) -> Glyphs:
    """What charts are drawn with in this window."""
    named = {glyphs.name: glyphs for glyphs in EVERY_GLYPHS}
    return ASCII if app.ascii else named.get(str(app.preferences.get("chart")), BRAILLE)


class ChartCanvas(CellWidget, roles=_ROLES):
    """Draws what was chosen to be seen of a run, and beside it other runs."""

    DEFAULT_CSS = """
    ChartCanvas {
        & > .cells--train-faint { color: $primary 50%; }
        & > .cells--val-faint { color: $warning 50%; }
        & > .cells--other1 { color: $secondary; }
        & > .cells--other2 { color: $success; }
        & > .cells--other3 { color: $foreground 85%; }

        &:ansi > .cells--train-faint { color: ansi_default; text-style: dim; }
        &:ansi > .cells--val-faint { color: ansi_default; text-style: dim; }
        &:ansi > .cells--other3 { color: ansi_default; }
    }
    """

    glyphs: Glyphs = BRAILLE

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes=classes)
        self.run: Run | None = None
        self.state = RunState()
        self.view = ChartView()
        self.others: dict[str, Other] = {}
        """By the words that they are listed under."""
        self._axis_label = ""
        self._parts: Layout | None = None

    def on_mount(self) -> None:
        """Draw as this terminal can and this person likes."""
        if isinstance(self.app, BaseApp):
            self.glyphs = liked_glyphs(self.app)

    def show(self, run: Run, state: RunState) -> None:
        """Draw a newer state of a run."""
        if self.run is None or run.path != self.run.path:
            self.run, self._axis_label = run, ""
            self.can_focus = True
            self.call_after_refresh(self._take_focus)
        elif state is self.state:
            return
        self.state = state
        self._keep(self.view)
        self.update()

    def look(self, view: ChartView) -> None:
        """Show what was chosen."""
        if view != self.view:
            self._keep(view)
            self.update()

    def _keep(self, view: ChartView) -> None:
        """Places on an axis that is no longer drawn are forgotten."""
        label = self._axis_of(view).label
        if label != self._axis_label:
            view = replace(view, window=None, crosshair=None)
        self.view, self._axis_label = view, label
        if isinstance(self.app, BaseApp):
            self.app.metric = view.metric

    def draw(self, width: int, height: int) -> list[Row]:
        """The whole chart."""
        plot = plot_of(self.state, self.view, self._others(), glyphs=self.glyphs)
        picture = chart(plot, width=width, height=height, glyphs=self.glyphs)
        self._parts = picture.layout
        return picture.rows

    def parts(self) -> Layout:
        """Where the parts of the chart are, as it was drawn last: the mouse asks often."""
        width, height = self.size
        if self._parts is None or (self._parts.width, self._parts.height) != (width, height):
            self.draw(width, height)
        assert self._parts is not None
        return self._parts

    def axis(self) -> XAxis:
        """The x axis as it is drawn now."""
        return self._axis_of(self.view)

    def zoom(self, factor: float, around: float) -> None:
        """Closer by `factor`, a place staying where it is."""
        self.look(self.view.zoomed(factor, around, self.axis().limit))

    def pan(self, share: float) -> None:
        """Move by a share of what is shown."""
        self.look(self.view.panned(share, self.axis().limit))

    def read(self, x: float) -> None:
        """Put the crosshair at a place; what is shown moves along."""
        self.look(self.view.reading(x, self.axis().limit))

    def _axis_of(self, view: ChartView) -> XAxis:
        return x_axis(self.state, view.x, [other.state for other in self._others()])

    def _others(self) -> list[Other]:
        shown = self.run.path if self.run is not None else None
        return [other for other in self.others.values() if other.path != shown]

    def _take_focus(self) -> None:
        """So that its keys work at once, unless somebody is busy elsewhere."""
        if self.screen.focused is None and self.region.area and self.screen.is_current:
            self.screen.set_focus(self, scroll_visible=False)
