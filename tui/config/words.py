"""What the Config pane says of the place where the cursor is, and of the config as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.config import field_help, fields
from tui.config.differences import differences
from tui.config.facts import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.config.draft import Draft
    from tui.config.facts import LiveRun
    from tui.config.fields import Field
    from tui.config.form import Entry, Marks

_HINT = "✗ {} problems: n goes to the next"


@dataclass(frozen=True)
class About:
    """What stands below the form, not yet cleaned."""

    title: str = ""
    """Of what: the file, and how much of it is changed."""
    help: str = ""
    facts: str = ""
    """The default, the range."""
    ways: str = ""
    """What a key does at this very field."""
    problems: str = ""
    """How many there are and the key that leads to them; those of no field in full."""
    notes: Sequence[str] = ()
    """What is read otherwise than it is written."""
    call: Callable[[int], list[str]] = lambda _: []
    """The call that the block becomes, in lines of so many columns."""


def help_of(entry: Entry | None) -> str:
    """What a field, or a section, is for."""
    if entry is None:
        return ""
    if entry.field is None:
        return field_help.SECTIONS.get(entry.section.title, "")
    more = "; enter lists what there is" if entry.field.choices else ""
    return f"{entry.field.label}: {entry.field.help}{more}"


def facts_of(field: Field, marks: Marks) -> str:
    """What the file says and the default, where the value is another one; what it comes to."""
    default = field.default
    differs = field.given and default is not fields.MISSING and default != field.value
    parts = [f"was {marks.was[field.dotted]}"] if marks.was.get(field.dotted) else []
    parts += [f"default {fields.show(default)}"] if differs else []
    parts += filter(None, (field.unit, marks.facts.get(field.dotted)))
    return "   ".join(parts)


def ways_of(field: Field | None, live: LiveRun | None) -> str:
    """What `a` does at a field, if it does anything."""
    if field is None or live is None or not live.live or field.dotted not in SETTINGS:
        return ""
    return f"a gives {field.shown} to the live run, which has {live.values.get(field.dotted)}"


def problems_of(marks: Marks) -> str:
    """How many problems there are; those that no field shows in full."""
    placed = sum(len(sentences) for path, sentences in marks.problems.items() if path)
    lines = [f"✗ {sentence}" for sentence in marks.problems.get("", ())]
    if placed:
        lines.append("✗ 1 problem: n goes there" if placed == 1 else _HINT.format(placed))
    return "\n".join(lines)


def file_of(draft: Draft, marks: Marks) -> str:
    """The file and how much of it is changed: `config.json ─ 3 changes`."""
    if not draft.changed:
        return draft.path.name
    number = max(len(marks.was), len(differences(draft.value, draft.saved.value)))
    words = {0: "changed", 1: "1 change"}.get(number, f"{number} changes")
    return f"{draft.path.name} ─ {words}"


def line_of(draft: Draft, marks: Marks) -> str:
    """The same where the pane has no border: the weights that are taken, and the file."""
    return f"{_weights(draft)}{file_of(draft, marks)}"


def title_of(draft: Draft, marks: Marks) -> str:
    """Over the pane: whose config it is."""
    return f"1 Config ─ {_weights(draft) or 'next: '}{file_of(draft, marks)}"


def _weights(draft: Draft) -> str:
    return f"fine-tunes {draft.parent.name} ─ " if draft.parent else ""
