"""What a checkpoint gets wrong: its confusion matrix, and the pictures behind each number."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui import format as fmt
from tui import testing
from tui.messages import (
    CheckpointsAsked,
    CheckpointTested,
    DetailLeft,
    DrawingAsked,
    PaneShown,
    PartShown,
    RunUpdated,
)
from tui.screens.prompt import Prompt
from tui.widgets.gallery import Gallery
from tui.widgets.matrix_view import MatrixView

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from tui.digits.exhibits import Exhibits
    from tui.digits.shown import Shown

NONE_YET = (
    "Nothing was trained yet.\n\n"
    "Here you will see what a network gets wrong, and draw a digit for it.  s starts a training."
)
NONE_SAVED = (
    "The run that is trained has no checkpoint yet.\n\n"
    "One is saved when an epoch ends, and is shown here then.  k saves one now."
)
UNTESTED = (
    "{name} was not tested yet.\n\nt   test it on the {count:,} test images\nd   draw a digit"
)
_READING = "a row: what the images are   a column: what they were taken for"


class DigitsPane(Vertical):
    """The matrix, and beside it or in its place the pictures."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "test", "test the checkpoint on the test images"),
        Binding("d", "draw", "draw a digit, and see what it is taken for"),
        Binding("b", "browse", "all the test images, or the mistakes again"),
        Binding("g", "go_to", "a test image by its number"),
        Binding("m", "all_mistakes", "all the mistakes, the most certain first"),
        Binding("c", "choose", "another checkpoint"),
    ]

    exhibits: Exhibits | None = None
    _awaits = False
    """Whether the run that is shown is trained, and has saved nothing yet."""

    def __init__(self) -> None:
        super().__init__(id="digits-pane", classes="pane empty")

    def compose(self) -> ComposeResult:
        """What is tested, then its results."""
        yield Static("", id="digits-head", markup=False)
        yield Static("", id="digits-none", markup=False)
        with Horizontal(id="digits-body"):
            yield MatrixView(id="matrix")
            yield Gallery(id="gallery")

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "5 Digits"

    @property
    def checkpoint(self) -> Path | None:
        """The one that is looked at."""
        return self.exhibits.checkpoint if self.exhibits is not None else None

    def show_none(self, *, training: bool) -> None:
        """There is no checkpoint to look at; `training`: not yet."""
        self.exhibits = None
        self._awaits = training
        self.border_title = "5 Digits"
        self.add_class("empty")
        self.query_one("#digits-none", Static).update(NONE_SAVED if training else NONE_YET)
        self.remove_class("in-detail")
        self.post_message(PartShown("digits"))

    @on(RunUpdated)
    def _follow(self, event: RunUpdated) -> None:
        """Show the first checkpoint of the run that is trained, once there is one."""
        if self._awaits and event.state.checkpoints:
            self._awaits = False
            self.post_message(PaneShown("digits"))

    def show(self, exhibits: Exhibits, *, focus: bool) -> None:
        """Look at a checkpoint; with `focus` the keys are for what is new of it."""
        if exhibits.same_as(self.exhibits):
            return
        self.exhibits, self._awaits = exhibits, False
        path = exhibits.checkpoint
        name = fmt.checkpoint(path)
        self.border_title = Content(f"5 Digits ─ {name}")
        results = exhibits.results
        self.set_class(results is None, "empty")
        self._leave_detail()
        if results is None:
            text = UNTESTED.format(name=name, count=len(exhibits.pictures))
            self.query_one("#digits-none", Static).update(text)
            return
        right = f"{name}: {testing.brief(results)}, {len(results['mistakes']):,} wrong"
        self.query_one("#digits-head", Static).update(f"{right}\n{_READING}")
        matrix = self.query_one(MatrixView)
        matrix.show(exhibits.matrix)
        if focus:
            self.screen.set_focus(matrix)

    def action_test(self) -> None:
        """Test it, or test it again."""
        if self.checkpoint is not None:
            self.post_message(CheckpointTested(self.checkpoint))

    def action_draw(self) -> None:
        """Draw for it."""
        if self.checkpoint is not None:
            self.post_message(DrawingAsked(self.checkpoint))

    def action_choose(self) -> None:
        """Look at another one."""
        self.post_message(CheckpointsAsked())

    def action_browse(self) -> None:
        """Show all the test images; again, what the matrix says."""
        if self.exhibits is None:
            return
        everything = self.exhibits.everything()
        if self._gallery.shown.title != everything.title:
            self._hang(everything)
        elif self.exhibits.results is not None:
            self._hang(self.exhibits.behind(*self.query_one(MatrixView).cursor))

    def action_go_to(self) -> None:
        """Show the test image whose number somebody types."""
        if self.exhibits is None:
            return
        everything = self.exhibits.everything()
        last = len(everything.indices) - 1
        help_ = f"a whole number from 0 to {last:,}"

        def check(text: str) -> str:
            return "" if text.isdecimal() and int(text) <= last else f"give {help_}"

        def answered(text: str | None) -> None:
            if text is not None:
                self._hang(everything, int(text))

        self.app.push_screen(Prompt("Which test image?", help=help_, check=check), answered)

    def action_all_mistakes(self) -> None:
        """Show every mistake."""
        if self.exhibits is not None and self.exhibits.results is not None:
            self._hang(self.exhibits.all_mistakes())

    @on(DetailLeft)
    def _leave_pictures(self) -> None:
        self._leave_detail()
        if self.exhibits is not None and self.exhibits.results is not None:
            self.screen.set_focus(self.query_one(MatrixView))

    @on(MatrixView.Moved)
    def _look_behind(self, event: MatrixView.Moved) -> None:
        if self.exhibits is not None and self.exhibits.results is not None:
            self._gallery.show(self.exhibits.behind(event.target, event.guess))

    @on(MatrixView.Opened)
    def _open(self) -> None:
        if self.exhibits is not None and self.exhibits.results is not None:
            self._look()

    def _look(self) -> None:
        """Have the keys in the pictures."""
        self.add_class("in-detail")
        self.screen.set_focus(self._gallery)
        self.post_message(PartShown("digits-pictures"))

    def _leave_detail(self) -> None:
        """Have the table in view, or what is said in its place."""
        self.remove_class("in-detail")
        tested = self.exhibits is not None and self.exhibits.results is not None
        self.post_message(PartShown(f"digits-{'table' if tested else 'untested'}"))

    @property
    def _gallery(self) -> Gallery:
        return self.query_one(Gallery)

    def _hang(self, shown: Shown, place: int | None = None) -> None:
        self._gallery.show(shown, place)
        self._look()
