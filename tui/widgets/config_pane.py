"""The config of the next run: its form, its text, and everything that can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message

from core.requests import LR
from core.settings.jsontext import JsonTextError
from tui.clean import clean
from tui.config import calls, field_help, fields
from tui.config import facts as config_facts
from tui.config import words as config_words
from tui.config.facts import LiveRun
from tui.config.words import About
from tui.messages import ApplyAsked
from tui.screens.prompt import Prompt
from tui.screens.rate_prompt import ask_rate, give_rate
from tui.widgets.config_about import ConfigAbout
from tui.widgets.config_files import ConfigFiles
from tui.widgets.config_form import ConfigForm
from tui.widgets.config_kept import KeptEdits
from tui.widgets.config_text import ConfigText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult
    from textual.events import DescendantFocus

    from core.runs import Run
    from core.state import RunState
    from tui.config.draft import Draft
    from tui.config.fields import Field, Section


class ConfigPane(Vertical):
    """Changes the draft; who shows something else of it hears `Changed`."""

    class Changed(Message):
        """The draft is another one now."""

    class TextShown(Message):
        """The text of the file is shown, or is no more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "reset", "take the value out, back to the default", show=False),
        Binding("n", "next_problem", "next problem", show=False),
        Binding("a", "apply", "give lr or epochs to the live run", show=False),
        Binding("j", "json", "the file's text beside the form", show=False),
        Binding("e", "edit_text", "edit the config as text", show=False),
        Binding("d", "compare", "compare with the file or a run", show=False),
        Binding("o", "open", "read a preset or another file", show=False),
        Binding("w", "save_as", "save to another file", show=False),
        Binding("y", "kept", "unsaved changes of an earlier time", show=False),
    ]

    def __init__(self, draft: Draft, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.draft = draft
        self.kept = KeptEdits(draft, self, self._tell)
        self.files = ConfigFiles(draft, self, self._read)
        self.form = ConfigForm()
        self._text = ConfigText(draft, self.form)
        self._about = ConfigAbout()
        self._live: LiveRun | None = None
        self.sections: Sequence[Section] = ()
        """The fields as they are shown."""
        self._notes: list[str] = []

    def compose(self) -> ComposeResult:
        """The form, with the text beside it once it is asked for; what the field means."""
        with Horizontal(id="config-body"):
            yield self.form
        yield self._about

    def on_mount(self) -> None:
        """Name the pane; its fields come with the first `reload`."""
        self._entitle()
        self.call_after_refresh(self.kept.offer)

    def on_unmount(self) -> None:
        """Leave what is unsaved to the next window."""
        self.kept.finish()

    @property
    def filter(self) -> str:
        """What the fields in view hold; empty for all."""
        return self.form.filter

    def set_filter(self, text: str) -> None:
        """Show only the fields whose path or section holds `text`."""
        self.form.set_filter(text)

    @property
    def shows_text(self) -> bool:
        """Whether the text is wanted, beside the form or in its place."""
        return self._text.shown

    def follow_text(self) -> None:
        """Show the text as it is now, where it is in view."""
        self._text.show()

    def current(self) -> Field | None:
        """The field under the cursor."""
        return self.form.field

    def reload(self) -> None:
        """Show the draft as it is now, the cursor where it was."""
        self.sections = fields.sections(self.draft)
        self._notes = self.draft.notes()
        self.form.show(self.sections, config_facts.marks(self.draft, self.sections, self._live))
        self._entitle()
        self._explain()
        self.kept.keep()

    def follow(self, run: Run, state: RunState, *, live: bool) -> None:
        """Mark what the run that is shown has otherwise, while it lives."""
        if self._live is None or self._live.run != run:
            self._live = LiveRun(run, state, live=live)
        elif not self._live.follow(state, live=live):
            return
        if self.sections:
            self.reload()

    def go_to_change(self, before: Sequence[Section]) -> None:
        """Put the cursor on the first field that is another one than `before`."""
        known = {item.dotted: item.in_row for section in before for item in section.fields}
        changed = (
            item.dotted
            for section in self.sections
            for item in section.fields
            if known.get(item.dotted) != item.in_row
        )
        path = next(changed, None)
        if path is not None:
            self.form.go_to(path)

    def go_to_first_problem(self) -> None:
        """Put the cursor on the first field that is wrong."""
        self._go_to_problem(after=-1)

    def commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """What the keys of this pane do, for the palette: a name, the key, the action."""
        for binding in Binding.make_bindings(self.BINDINGS):
            if binding.key != "backspace":
                title = f"Config: {binding.description}"
                yield title, f"{binding.key} in Config", getattr(self, f"action_{binding.action}")

    # What a key does

    def action_next_problem(self) -> None:
        """Go to the next field that is wrong."""
        paths = list(self._paths())
        field = self.current()
        after = paths.index(field.dotted) if field and field.dotted in paths else -1
        if not self._go_to_problem(after):
            self.notify("there is no problem in the fields", timeout=3)

    def action_reset(self) -> None:
        """Take the field's value out."""
        field = self.current()
        if field is not None:
            # Without its class a schedule is nothing: then the whole block goes.
            whole = field.path == ("lr_scheduler", "type")
            self.draft.remove(field.path[:1] if whole else field.path)
            self._tell()

    def action_apply(self) -> None:
        """Give the live run the value of the field, where it can take it."""
        field, live = self.current(), self._live
        if field is None or field.dotted not in config_facts.SETTINGS:
            self.notify("a live run can be given another lr or epochs: go to one of them in Config")
        elif live is None or not live.live:
            self.notify("no run is live: s starts one with this config")
        elif problem := self.draft.problem_with(field.path, field.in_effect):
            self.notify(clean(problem), severity="error", markup=False)
        elif field.dotted == LR and isinstance(field.in_effect, int | float):
            give_rate(self, live, field.in_effect, str(self.draft.get(("optimizer", "type"))))
        elif isinstance(field.in_effect, int | float):
            self.post_message(ApplyAsked(field.dotted, field.in_effect))

    def action_json(self) -> None:
        """Show the text of the file, or no more."""
        self._text.toggle()
        self.post_message(self.TextShown())

    def action_edit_text(self, text: str | None = None) -> None:
        """Edit the config as text, from `text` or as it is."""
        self._text.edit(self.kept.keep, text, self._edited)

    def action_compare(self) -> None:
        """Show what differs from the file, or from a run."""
        from tui.screens.comparing import compare

        compare(self, self.draft)

    def action_open(self) -> None:
        """Read a preset or another file."""
        self.files.open()

    def action_save_as(self) -> None:
        """Save to another file."""
        self.files.save_as()

    def action_kept(self) -> None:
        """Take or drop what an earlier window left unsaved."""
        self.kept.ask(self.action_edit_text)

    def ask_live_lr(self) -> None:
        """Ask for another learning rate of the live run, and for nothing else."""
        ask_rate(self, self._live)

    # What happens in the form

    @on(ConfigForm.Entered)
    def _edit(self, event: ConfigForm.Entered) -> None:
        event.stop()
        field = event.field
        if isinstance(field.in_effect, bool):
            self._set(field, fields.show(not field.in_effect))
            return
        prompt = Prompt(
            field.dotted,
            value=field.shown,
            help=f"{field.help}\n{config_words.facts_of(field, self.form.marks)}".strip(),
            choices=field.choices,
            hints=field_help.CLASSES,
            check=lambda text: self.draft.problem_with(field.path, field.parse(text)),
        )
        self.app.push_screen(prompt, lambda text: self._set(field, text))

    @on(ConfigForm.Moved)
    def _moved(self, event: ConfigForm.Moved) -> None:
        event.stop()
        self._explain()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        """Somebody is back: was the file changed meanwhile?"""
        self.files.look()

    def _set(self, field: Field, text: str | None) -> None:
        if text is None:
            return
        try:
            dropped = self.draft.set(field.path, field.parse(text))
        except JsonTextError as error:  # what should hold it is no object
            self.notify(clean(error), severity="error", markup=False)
            return
        if dropped:
            names = ", ".join(dropped)
            sentence = f"{text} has no {names}: dropped, ctrl+z brings it back"
            self.notify(clean(sentence), markup=False)
        self._tell()

    def _edited(self, done: bool | None) -> None:
        if done:
            self._tell()
        else:
            self.kept.keep()

    def _read(self, another: bool) -> None:
        """The draft was saved, or its file was read; `another` where it is a new one."""
        self._tell()
        if another:
            self.call_later(self.form.go_to_top)
            self.kept.offer()

    def _tell(self) -> None:
        self.post_message(self.Changed())

    # What is said

    def _paths(self) -> Iterator[str]:
        return (item.dotted for section in self.sections for item in section.fields)

    def _go_to_problem(self, after: int) -> bool:
        paths, wrong = list(self._paths()), self.form.marks.problems
        for path in [*paths[after + 1 :], *paths[: after + 1]]:
            if path in wrong:
                return self.form.go_to(path)
        return False

    def _entitle(self) -> None:
        self.border_title = Content(clean(config_words.title_of(self.draft, self.form.marks)))

    def _explain(self) -> None:
        entry, marks = self.form.entry, self.form.marks
        field, block = self.form.field, entry.section.block if entry else ""
        wide = self.screen.has_class("-wide")
        self._about.show(
            About(
                title="" if wide else config_words.line_of(self.draft, marks),
                help=config_words.help_of(entry),
                facts=config_words.facts_of(field, marks) if field else "",
                ways=config_words.ways_of(field, self._live),
                problems=config_words.problems_of(marks),
                notes=[*filter(None, [self.kept.note]), *self._notes],
                call=lambda width: calls.lines(self.draft, block, width),
            )
        )
        self._text.show()
