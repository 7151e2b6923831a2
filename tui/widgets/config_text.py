"""The text of the config's file: beside the form or in its place, and in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.config.draft import Draft
    from tui.widgets.config_form import ConfigForm


class ConfigText:
    """Shows it in the pane of `form`, the place of the cursor marked."""

    def __init__(self, draft: Draft, form: ConfigForm) -> None:
        self._draft, self._form = draft, form
        self.shown = False
        """Whether it is wanted; it is in view while the pane is meant."""

    def toggle(self) -> None:
        """Show the text, or no more."""
        from tui.widgets.json_view import JsonView

        screen = self._form.screen
        if not screen.query(JsonView):
            screen.query_one("#config-body").mount(JsonView())
        self.shown = not self.shown

    def show(self) -> None:
        """Show it as it is now, where it is in view."""
        screen = self._form.screen
        if not self.shown:
            return
        from tui.widgets.json_view import JsonView

        entry = self._form.entry
        block = entry.section.block if entry else ""
        path = entry.field.path if entry and entry.field else (block,)
        for view in screen.query(JsonView):
            view.show(self._draft.text, self._draft.saved, path)
            if not self._form.display and screen.focused is self._form:
                screen.set_focus(view)

    def edit(
        self, keep: Callable[[str], None], text: str | None, done: Callable[[bool | None], None]
    ) -> None:
        """Edit it, or `text` in its place; `keep` hears of what is typed."""
        from tui.screens.editor import Editor
        from tui.widgets.json_view import line_of

        field = self._form.field
        line = line_of(self._draft.text, field.path) if field else 0
        self._form.app.push_screen(Editor(self._draft, keep, text, line), done)
