"""The drawing pad, and what networks take the drawing for while it is drawn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen

from core.images import classes
from tui import help as help_page
from tui import room
from tui.class_labels import class_labels
from tui.digits import rivals
from tui.digits.pad import Pad
from tui.digits.predicting import Predicting
from tui.screens.page import Page
from tui.widgets.guess_view import GuessView
from tui.widgets.key_bar import Key, KeyBar
from tui.widgets.pad_view import PadView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import ComposeResult

    from tui.digits.predicting import Guess

ABOUT_PAD = (
    "Draw with the mouse, or put the pen down with space and move it with the arrows. What you "
    "draw is put in the middle and scaled as the digits of MNIST were, and the network says while "
    "you draw how sure it is of each. o shows the drawing to another checkpoint of the run too, "
    "O to the best one of another run. "
    "The drawing stays when the pad is closed, until c clears it."
)
NUM_CLASSES = 10
"""Labelled where a checkpoint's classes have no names."""


@dataclass
class Guessed(Message, bubble=False):
    """Somebody looked at the drawing."""

    guess: Guess

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Guessed)


@dataclass
class NothingGuessed(Message, bubble=False):
    """Nobody can look at it."""

    why: str


class Drawing(ModalScreen[None]):
    """For a checkpoint; a second one can be shown the same drawing."""

    CSS_PATH = "drawing.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close"),
        Binding("o", "other", "another checkpoint of the run beside it"),
        Binding("O", "other_run", "the best checkpoint of another run beside it"),
        Binding("question_mark,f1", "help", "this help", show=False),
    ]

    def __init__(self, checkpoint: Path, save_dir: Path, pad: Pad | None = None) -> None:
        """`pad` is drawn on, whatever is on it; without one a clean sheet."""
        super().__init__()
        self.checkpoint, self._save_dir, self._pad = checkpoint, save_dir, pad or Pad()
        self.other: Path | None = None
        """Another checkpoint, of its run or of another one, which is shown the same drawing."""
        self._predicting = self._ask()

    def compose(self) -> ComposeResult:
        """The pad, the guesses, the keys."""
        names = classes.of_checkpoint(self.checkpoint)
        labels = class_labels(names, max(NUM_CLASSES, len(names)))
        with Vertical(id="drawing") as frame:
            frame.border_title = Content("Draw a digit")
            with Horizontal():
                yield PadView(self._pad)
                yield GuessView([self.checkpoint.name], labels, id="guess")
            yield KeyBar(id="drawing-keys")

    def on_mount(self) -> None:
        """Look at each drawing, as long as this is open."""
        self.query_one(PadView).focus()
        self._offer_keys()
        self._show()

    def on_unmount(self) -> None:
        """Nobody draws any more."""
        self._predicting.close()

    def on_resize(self) -> None:
        """A smaller pad where a large one would leave no room."""
        self.set_class(not room.fits(self.app.size, room.LARGE_PAD), "-low")

    @on(PadView.Drawn)
    def _offer_keys(self) -> None:
        view = self.query_one(PadView)
        tool = "eraser" if view.erasing else "soft pen" if view.pad.soft else "fine pen"
        ink = "" if view.pad.soft else f", ink {view.pad.strength / 255:.0%}"
        self.query_one("#drawing").border_subtitle = f"{tool}{ink}"
        self.query_one(KeyBar).show(
            (
                Key("space", "lift the pen" if view.down else "pen down"),
                Key("c", "clear"),
                Key("u", "undo"),
                Key("?", "help", kept=True),
                Key("esc", "close", kept=True),
                Key("o", "compare"),
                Key("O", "other runs"),
                Key("e", "pen" if view.erasing else "eraser"),
                Key("f", "fine pen" if view.pad.soft else "soft pen"),
                *(() if view.pad.soft else (Key("[", "less ink"), Key("]", "more"))),
            )
        )

    def action_help(self) -> None:
        """What the pad is for, and its keys."""
        text = help_page.page(ABOUT_PAD, help_page.bindings_of(self), ())
        self.app.push_screen(Page("Draw a digit: help", text))

    def action_other(self) -> None:
        """Show the drawing to the next checkpoint of the run too; after the last, to none."""
        self._turn(partial(rivals.of_its_run, self.checkpoint), "this run has no other checkpoint")

    def action_other_run(self) -> None:
        """Show it to the best checkpoint of the next run too; after the last, to none."""
        find = partial(rivals.of_other_runs, self.checkpoint, self._save_dir)
        self._turn(find, "no other run has a checkpoint for these classes")

    def _turn(self, find: Callable[[], list[Path]], none: str) -> None:
        """Show it to the next one of those found, in a thread: there may be a thousand runs."""
        guesses = self.query_one(GuessView)  # when they are found it may be gone with the pad

        async def turn() -> None:
            found = await asyncio.to_thread(find)
            if not found:
                self.notify(none, timeout=3)
                return
            self.other = rivals.following(found, self.other)
            self._predicting.close()
            self._predicting = self._ask()
            titles = rivals.titles(self.checkpoint, self.other)
            guesses.await_guess(titles)
            self._show()

        self.run_worker(turn())  # not one in the place of another: each key counts

    def _ask(self) -> Predicting:
        """Begin to ask what it is."""
        shown = [path for path in (self.checkpoint, self.other) if path is not None]
        predicting = Predicting(
            shown,
            lambda guess: self.post_message(Guessed(guess)),
            lambda why: self.post_message(NothingGuessed(why)),
        )
        predicting.start()
        return predicting

    @on(PadView.Drawn)
    def _show(self) -> None:
        self._predicting.show(bytes(self._pad.ink))

    @on(Guessed)
    def _guessed(self, event: Guessed) -> None:
        shown = 1 if self.other is None else 2
        if len(event.guess.probabilities) == shown:  # else of those asked before
            self.query_one(GuessView).show(event.guess)

    @on(NothingGuessed)
    def _failed(self, event: NothingGuessed) -> None:
        self.query_one(GuessView).fail(event.why)
