"""Events as lines of a journal, one line of JSON each.

Readers are often newer or older than writers: kinds and fields that are not known are skipped.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from core.events import Event, RunStarted
from core.files import without_non_finite

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
_FIELDS = {name: {item.name for item in dataclasses.fields(kind)} for name, kind in _KINDS.items()}


def _types_of(hint: Any) -> frozenset[type]:
    """What JSON may have in the place of a type; what lists and objects hold is asked apart."""
    if isinstance(hint, UnionType):
        return frozenset[type]().union(*map(_types_of, get_args(hint)))
    origin = get_origin(hint) or hint
    return frozenset((int, float) if origin is float else (origin,))


_HINTS = {kind: get_type_hints(kind) for kind in _KINDS.values()}
_TYPES = {
    kind: tuple((name, _types_of(hint)) for name, hint in hints.items())
    for kind, hints in _HINTS.items()
}
"""Of each field, so that a line of another program's cannot end a window far from here."""
_INNER_TYPES = {
    kind: tuple(
        (name, _types_of(get_args(hint)[-1]))
        for name, hint in hints.items()
        if get_origin(hint) in (list, dict) and get_args(hint)[-1] is not Any
    )
    for kind, hints in _HINTS.items()
}
"""Of what the lists and objects hold, where that is not anything."""
_NUMBERS = (int, float)
_MOST = sys.float_info.max


def to_line(event: Event) -> bytes:
    """One line of JSON, its newline at the end."""
    # Every field is JSON as it stands, so __dict__ does; asdict would copy each value deeply.
    value = without_non_finite({"kind": type(event).__name__, **event.__dict__})
    # In ASCII, since a path in it may hold bytes that UTF-8 does not know.
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


IS_BEST = b',"best":true'
"""In the line of an epoch that was the best so far."""


def beginnings(*kinds: str) -> tuple[bytes, ...]:
    """How the lines of these kinds begin, for whoever picks lines without parsing them."""
    return tuple(f'{{"kind":"{kind}"'.encode() for kind in kinds)


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""Other writers spell NaN and Infinity, which JSON has not: they are null, as in our own lines."""


MOST_AT_ONCE = 200
"""Lines that are read as one list, which spares a third of reading each by itself."""


def from_lines(lines: Sequence[bytes]) -> list[Event]:
    """The events of lines, without those that are none."""
    events: list[Event | None] = []
    for start in range(0, len(lines), MOST_AT_ONCE):
        some = lines[start : start + MOST_AT_ONCE]
        try:
            values = _DECODER.decode((b"[" + b",".join(some) + b"]").decode())
        except (ValueError, RecursionError):
            values = []
        whole = len(values) == len(some)
        events += map(_from_value, values) if whole else map(from_line, some)
    return [event for event in events if event is not None]


def from_line(line: bytes) -> Event | None:
    """The event of a line; None if it is torn, not ours, lacks a field or has an impossible one."""
    try:
        return _from_value(_DECODER.decode(line.decode()))
    except (ValueError, RecursionError):
        return None


def _from_value(value: Any) -> Event | None:
    try:
        kind = _KINDS[value.pop("kind")]
        known = _FIELDS[kind.__name__]
        if value.keys() == known:  # nearly always; a frozen class's own way takes far longer
            event: Event = object.__new__(kind)
            event.__dict__.update(value)
        else:
            event = kind(**{name: item for name, item in value.items() if name in known})
        return event if _fits(event) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _fits(event: Event) -> bool:
    """Whether its values are such as the fields can have."""
    values = event.__dict__
    for name, types in _TYPES[type(event)]:
        value = values[name]
        kind = type(value)  # of each line of a journal: no function is called for it
        if kind not in types or (kind in _NUMBERS and not -_MOST <= value <= _MOST):
            return False
    for name, types in _INNER_TYPES[type(event)]:
        inner = values[name].values() if type(values[name]) is dict else values[name]
        for value in inner:
            kind = type(value)
            if kind not in types or (kind in _NUMBERS and not -_MOST <= value <= _MOST):
                return False
    if type(event) is RunStarted:
        return event.num_steps > 0 and (event.monitor == "off" or len(event.monitor.split()) == 2)
    return True
