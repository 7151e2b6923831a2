"""What goes on while a network learns: four pages in words, with the numbers of the run at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Static

from tui.base_app import in_ascii
from tui.chart.words import about_chart
from tui.learn.becoming import becoming
from tui.learn.network import table
from tui.learn.step import taken_apart
from tui.messages import NetworkAsked, PartShown, RunUpdated
from tui.plot import ASCII, BRAILLE
from tui.widgets.picture_view import PictureView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Click

    from core.runs import Run
    from core.state import RunState
    from tui.config.draft import Draft

PAGES = {
    "network": "The network",
    "step": "A training step",
    "config": "What the config becomes",
    "chart": "The chart",
}
ASKING = "importing torch to look at the network …"
_GAP = 3


class LearnPane(Vertical):
    """One page at a time; the arrows turn them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "the page before"),
        Binding("right", "turn(1)", "the next page"),
        Binding("n", "picture", "another picture through the network, on its page"),
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__(id="learn-pane", classes="pane")
        self._draft = draft
        self.page = "network"
        self._index = 0
        self._asking = False
        """Whether another picture is on its way."""
        self._network: Text | None = None
        self._ink = b""
        """Of the picture that goes through it."""
        self._run: Run | None = None
        self._state: RunState | None = None

    def compose(self) -> ComposeResult:
        """The names of the pages, and the one that is open."""
        yield Static("", id="learn-pages", markup=False)
        with VerticalScroll(), Container(id="learn-body"):
            yield Static("", id="learn-page", markup=False)
            yield PictureView(id="learn-picture")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "6 Learn"

    def on_resize(self) -> None:
        """Lines break elsewhere, or the pane is in view again."""
        self._show()

    def open(self, run: Run | None, state: RunState) -> None:
        """The pane is in view; `state` is that of `run`, which is shown."""
        self._run, self._state = run, state
        if self._network is None:
            self.post_message(NetworkAsked(self._index))
        self._show()

    @on(RunUpdated)
    def _follow(self, event: RunUpdated) -> None:
        before = self._state.measured if self._state is not None else ()
        self._run, self._state = event.run, event.state
        if self.page == "step" and event.state.measured is not before:
            self._show()

    def show_network(self, answer: dict[str, Any], labels: Sequence[str]) -> None:
        """What `core.anatomy` found."""
        self._asking = False
        self._network, self._ink = table(answer, labels), bytes(answer["ink"] or ())
        self._show()

    def fail(self, why: str) -> None:
        """Say why the network cannot be shown."""
        self._asking = False
        self._network, self._ink = Text(why), b""
        self._show()

    def forget_network(self) -> None:
        """Another run is shown: its network is another one."""
        self._network, self._ink = None, b""

    def action_turn(self, by: int) -> None:
        """Turn the page."""
        names = list(PAGES)
        self.page = names[(names.index(self.page) + by) % len(names)]
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_picture(self) -> None:
        """Send the next test image through the network, on the page that shows one."""
        if self.page != "network":
            return
        self._index += 1
        self._asking = True
        self.post_message(NetworkAsked(self._index, by_key=True))
        self._show()

    def on_click(self, event: Click) -> None:
        """Open the page whose name is under the pointer."""
        if event.widget is None or event.widget.id != "learn-pages":
            return
        end = 0
        for name, title in PAGES.items():
            end += len(title) + _GAP
            if event.x < end:
                self.page = name
                self._show()
                return

    def _show(self) -> None:
        if not self.size:
            return  # out of view there is no width to write for
        names = Text()
        for name, title in PAGES.items():
            names.append(title, "bold reverse" if name == self.page else "")
            names.append(" " * _GAP)
        if self._asking and self.page == "network":
            names.append(" reading the next picture …", "dim italic")
        self.query_one("#learn-pages", Static).update(names)
        self.query_one("#learn-page", Static).update(self._text())
        self.query_one(PictureView).show(self._ink if self.page == "network" else b"")
        self.post_message(PartShown("learn-network" if self.page == "network" else "learn"))

    def _text(self) -> Text:
        if self.page == "network":
            return self._network or Text(ASKING, "dim")
        if self.page == "step":
            measured = self._state.measured if self._state is not None else ()
            room = self.size.width - 4
            return taken_apart(measured, self._loss(), room, ascii_only=in_ascii(self.app))
        if self.page == "config":
            return becoming(self._draft, self.size.width - 4, beside_run=self._run is not None)
        return Text(about_chart(ASCII if in_ascii(self.app) else BRAILLE))

    def _loss(self) -> str:
        """Of the run that is shown: the config may be another one by now."""
        config = self._run.config() if self._run is not None else self._draft.meant
        loss = config.get("loss", "loss")
        return str(loss.get("type", "loss")) if isinstance(loss, dict) else str(loss)
