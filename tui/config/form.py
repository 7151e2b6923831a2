"""The rows of the config's form as cells: pure functions, no screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.cells import Row, cells, fit, wrap
from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from core.settings.file import Problem
    from tui.config.fields import Field, Section

LEAST_LABEL, MOST_LABEL = 12, 24
LEAST_VALUE = 8


@dataclass(frozen=True, slots=True)
class Marks:
    """What is said of fields beside their values, by their dotted paths."""

    was: Mapping[str, str] = field(default_factory=dict)
    """The value in the file, where it is another one; empty where there is none."""
    live: Mapping[str, str] = field(default_factory=dict)
    """The value of the live run, where it is another one."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the value comes to: `54,000 + 6,000`."""
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is wrong, sentence by sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the cursor can stand on: the title of a section, or one of its fields."""

    key: str
    section: Section
    field: Field | None = None
    folded: bool = False


def title_key(section: Section) -> str:
    """The key of a section's title; no path of a field has a space in front."""
    return f" {section.title}"


def entries(sections: Sequence[Section], folded: Collection[str], wanted: str) -> list[Entry]:
    """The form from top to bottom; with `wanted`, what holds that text, folded or not."""
    found: list[Entry] = []
    for section in sections:
        fields = [item for item in section.fields if _holds(section, item, wanted)]
        if not fields:
            continue
        is_folded = section.title in folded and not wanted
        found.append(Entry(title_key(section), section, folded=is_folded))
        if not is_folded:
            found += [Entry(item.dotted, section, item) for item in fields]
    return found


def place(problem: Problem, sections: Sequence[Section]) -> str:
    """The dotted path of the field that a problem is shown at; empty if there is none."""
    paths = [item.dotted for section in sections for item in section.fields]
    above = [path for path in paths if f"{problem.path}.".startswith(f"{path}.")]
    below = [path for path in paths if problem.path and path.startswith(f"{problem.path}.")]
    return max(above, key=len, default="") or next(iter(below), "")


def label_width(sections: Sequence[Section], width: int) -> int:
    """Columns for the labels: the same for all rows, so that nothing jumps."""
    longest = max((cell_len(item.label) for part in sections for item in part.fields), default=0)
    return max(LEAST_LABEL, min(longest + 1, MOST_LABEL, width * 2 // 5))


def rows(entry: Entry, marks: Marks, width: int, labels: int) -> list[Row]:
    """An entry's own row, then what is wrong with it."""
    item = entry.field
    if item is None:
        return [_title(entry, marks)]
    wrong = [
        line
        for sentence in marks.problems.get(item.dotted, ())
        for line in wrap(cells(f"    ✗ {clean(sentence)}", "bad"), width, indent=6)
    ]
    return [_field(item, marks, width, labels), *wrong]


def _holds(section: Section, item: Field, wanted: str) -> bool:
    return wanted in item.dotted.lower() or wanted in section.title.lower()


def _title(entry: Entry, marks: Marks) -> Row:
    row = cells(f"{'▸' if entry.folded else '▾'} {clean(entry.section.title)}", "strong")
    if not entry.folded:
        return row
    fields = entry.section.fields
    changed = sum(item.dotted in marks.was for item in fields)
    wrong = sum(item.dotted in marks.problems for item in fields)
    text = f"  {len(fields)} {'field' if len(fields) == 1 else 'fields'}"
    row += cells(text + (f", ● {changed} changed" if changed else ""), "dim")
    return row + cells(f", ✗ {wrong} wrong", "bad") if wrong else row


def _field(item: Field, marks: Marks, width: int, labels: int) -> Row:
    wrong, changed = item.dotted in marks.problems, item.dotted in marks.was
    look = "text" if item.given else "dim"
    mark = "✗" if wrong else "●" if changed else " "
    row = cells(f"{mark} ", "bad" if wrong else "accent")
    row += fit(cells(clean(item.label), look), labels - 1) + cells(" ")
    value = cells(clean(item.in_row), "strong" if changed else look)
    if item.choices:
        value += cells(" ▾", "dim")
    room = width - len(row)
    note, weighs = _note(item, marks, room - 2 - min(len(value), LEAST_VALUE))
    if len(value) + 2 + len(note) > room and note:
        # What a value was is worth more than the end of a long one; a unit is worth less.
        value = fit(value, max(room - len(note) - 2, LEAST_VALUE)) if weighs else value
        note = note if weighs else ""
    gap = max(0, min(_value_width(room), room - 2 - len(note)) - len(value))
    return [*row, *value, *cells(" " * gap + "  "), *cells(note, "dim")] if note else row + value


def _value_width(room: int) -> int:
    """Columns for the values: notes begin below each other where values are short."""
    return max(LEAST_VALUE, min(room // 2 - 2, 26))


def _note(item: Field, marks: Marks, room: int) -> tuple[str, bool]:
    """What stands beside a value, and whether it weighs more than the value's end."""
    was, live = marks.was.get(item.dotted), marks.live.get(item.dotted)
    if was is None and live is None:
        return clean(marks.facts.get(item.dotted) or item.unit), False
    before = f"was {was}" if was else "not in the file"
    if live is None:
        both = clean(f"{before}, {marks.facts.get(item.dotted, '')}").removesuffix(", ")
        return both if cell_len(both) <= room else clean(before), True
    if was is None:
        return clean(f"live {live}"), True
    if was == live:
        return clean(f"live still {live}" if live else before), True
    both = f"{before}, live {live}"
    return clean(both if cell_len(clean(both)) <= room else f"live {live}"), True
