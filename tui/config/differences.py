"""Two configs side by side: what they say differently, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from core.settings.normalize import normalize
from tui.clean import clean
from tui.config.fields import MISSING, mean_the_same, show

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT = "not there"


class Difference(NamedTuple):
    """One value that two configs do not share."""

    path: str
    ours: str
    theirs: str


def differences(ours: object, theirs: object) -> list[Difference]:
    """Where two configs do not mean the same, in the order of ours."""
    left, right = (dict(_leaves(normalize(value).value)) for value in (ours, theirs))
    for values, others in ((left, right), (right, left)):
        if "loss.type" in others and "loss" in values:  # its name alone is the shorter spelling
            values["loss.type"] = values.pop("loss")
    return [
        Difference(path, _shown(left, path), _shown(right, path))
        for path in {**left, **right}
        if not mean_the_same(path, _shown(left, path), _shown(right, path))
    ]


def table(found: list[Difference], theirs: str, ours: str = "here the next run") -> Text:
    """The differences as a page: `~` another value, `+` only here, `-` only there."""
    if not found:
        return Text(f"No field differs from {clean(theirs)}.")
    rows = [("field", "here", "there"), *((clean(a), clean(b), clean(c)) for a, b, c in found)]
    widths = [max(Text(row[column]).cell_len for row in rows) for column in (0, 1)]
    page = Text(f"{clean(ours)}, there {clean(theirs)}\n\n")
    for index, row in enumerate(rows):
        sign = " " if index == 0 else _sign(found[index - 1])
        first, second = (_padded(row[column], widths[column]) for column in (0, 1))
        style = {"~": "", "+": "bold", "-": "dim"}.get(sign, "bold")
        page.append(f"{sign} {first}  {second}  {row[2]}\n", style)
    page.append("\n~ another value   + only here   - only there", "dim")
    return page


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif value != {}:  # a block with nothing in it says nothing
        yield path, value


def _shown(values: dict[str, object], path: str) -> str:
    value = values.get(path, MISSING)
    return ABSENT if value is MISSING else show(value)


def _sign(item: Difference) -> str:
    return "-" if item.ours == ABSENT else "+" if item.theirs == ABSENT else "~"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - Text(text).cell_len)
