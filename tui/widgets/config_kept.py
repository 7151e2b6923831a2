"""What is unsaved in the config: kept while it is edited, offered by the next window."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.settings.jsontext import JsonText, JsonTextError
from tui.clean import clean
from tui.config import drafts
from tui.config.differences import differences
from tui.screens.ask import Answer, Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from tui.config.draft import Draft

MOST_TOLD = 5
"""Fields that differ, so that the question fits a small screen."""


class KeptEdits:
    """Between the draft and the folder of drafts; asks over the window of `pane`."""

    def __init__(self, draft: Draft, pane: Widget, changed: Callable[[], None]) -> None:
        """`changed` is called when there is something else to say or to show."""
        self._draft, self._pane, self._changed = draft, pane, changed
        self._keeper = drafts.Keeper(draft)
        self._kept: drafts.Kept | None = None

    def keep(self, text: str | None = None) -> None:
        """Keep what is unsaved for the next start; `text` while somebody edits it as text."""
        self._keeper.keep(text)

    def finish(self) -> None:
        """The window closes."""
        self._keeper.finish()

    def offer(self) -> None:
        """Say so if another window left changes of this file unsaved."""
        self._kept = drafts.find(self._draft.path)
        if self._kept is None:
            return
        if self._kept.text == self._draft.text.text:
            self._kept.drop()
            self._kept = None
            return
        self._say(self.note)
        self._changed()

    @property
    def note(self) -> str:
        """What another window left, as long as nobody took or dropped it; else empty."""
        if self._kept is None:
            return ""
        when = time.strftime("%H:%M on %d %b", time.localtime(self._kept.time))
        return (
            f"unsaved changes of {self._draft.path.name} from {when} are kept: "
            "y in Config takes or drops them"
        )

    def ask(self, edit: Callable[[str], None]) -> None:
        """Take or drop what another window left; `edit` gets a text that is no JSON yet."""
        kept = self._kept
        if kept is None:
            self._say("nothing was left unsaved")
            return
        answers = [
            Answer("t", "take them; ctrl+z brings back what is shown now"),
            Answer("d", "drop them"),
            Answer("l", "later"),
        ]

        def answered(key: str | None) -> None:
            if key not in ("t", "d"):
                return
            self._kept = None
            if key == "t":
                self._take(kept, edit)
            else:
                self._changed()
            kept.drop()

        question = f"Unsaved changes of {self._draft.path.name} were kept:\n\n{self._told(kept)}\n"
        self._pane.app.push_screen(Ask(question, answers), answered)

    def _told(self, kept: drafts.Kept) -> str:
        """What they are, in a few lines."""
        try:
            found = differences(JsonText(kept.text).value, self._draft.current.value)
        except JsonTextError:
            return "a text in the middle of a word, which opens as text"
        if not found:
            return "the same values, written in another way"
        lines = [f"{path}  {there}, here {here}" for path, there, here in found[:MOST_TOLD]]
        more = len(found) - len(lines)
        return "\n".join([*lines, *([f"and {more} more"] if more else [])])

    def _take(self, kept: drafts.Kept, edit: Callable[[str], None]) -> None:
        text = JsonText(kept.text)
        try:
            whole = isinstance(text.value, dict)
        except JsonTextError:
            whole = False
        if not whole:
            edit(kept.text)
            return
        self._draft.replace(text, kept.parent)
        self._changed()

    def _say(self, sentence: str) -> None:
        self._pane.notify(clean(sentence), markup=False)
