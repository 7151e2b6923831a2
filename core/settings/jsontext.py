"""JSON text that is edited in place: what is not touched keeps its spaces, order and line.

Comments, commas too many or too few and a byte order mark are read over; an edit, and whoever
writes the text, takes them out (`plain`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import MistakeError
from core.settings import lenient

Path = tuple[str | int, ...]
INDENT = 4

_SPACE = " \t\r\n"
_decode = json.JSONDecoder().raw_decode


class JsonTextError(MistakeError):
    """The text is not JSON, with line, column and a remedy; or an edit of it cannot be."""


@dataclass(frozen=True)
class JsonText:
    """A JSON text and where each value of it stands."""

    text: str

    @cached_property
    def value(self) -> Any:
        """The text, read. Raises JsonTextError."""
        return self._read[1]

    @property
    def is_plain(self) -> bool:
        """Whether the text is JSON without any leniency. Raises JsonTextError."""
        return self._read[0] == self.text

    @property
    def plain(self) -> JsonText:
        """The same values as JSON that every program can read. Raises JsonTextError."""
        return self if self.is_plain else JsonText(lenient.tidied(self.text))

    @cached_property
    def spans(self) -> dict[Path, tuple[int, int]]:
        """Start and end of every value, by its path. Raises JsonTextError."""
        found: dict[Path, tuple[int, int]] = {}
        text = self._read[0]  # only a text that is JSON can be scanned
        try:
            _scan(text, _skip(text, 0), (), found)
        except RecursionError as error:
            raise JsonTextError(_TOO_DEEP) from error
        return found

    def line(self, path: Path) -> int:
        """The line, from 1, on which the value at `path` starts."""
        return self.text.count("\n", 0, self.spans[path][0]) + 1

    def set(self, path: Path, value: object) -> JsonText:
        """The text with `value` at `path`; missing keys are added at the end of their objects.

        Raises JsonTextError for a place that a list does not have and a number that JSON does not.
        """
        path = self._resolve(path)
        if self._has(path, value):
            return self
        if not self.is_plain:
            return self.plain.set(path, value)
        if path in self.spans:
            return self._replace(*self.spans[path], _dump(value, path))
        if len(path) > 1 and path[:-1] not in self.spans:
            return self.set(path[:-1], {}).set(path, value)
        member = f"{json.dumps(path[-1], ensure_ascii=False)}: {_dump(value, path)}"
        siblings = self._children(path[:-1])
        if siblings:
            end = self.spans[siblings[-1]][1]
            return self._replace(end, end, f",\n{' ' * INDENT * len(path)}{member}")
        start, end = self.spans[path[:-1]]
        inner, outer = "\n" + " " * INDENT * len(path), "\n" + " " * INDENT * (len(path) - 1)
        return self._replace(start, end, f"{{{inner}{member}{outer}}}")

    def remove(self, path: Path) -> JsonText:
        """The text without the key at `path`, and without its comma."""
        rest = self.plain._without(path)
        return rest.remove(path) if path in rest.spans else rest  # the key may come twice

    def _has(self, path: Path, value: object) -> bool:
        if path not in self.spans:
            return False
        start, end = self.spans[path]
        return json.dumps(json.loads(self._read[0][start:end])) == json.dumps(value)

    @cached_property
    def _read(self) -> tuple[str, Any]:
        """The text as JSON reads it, its places those of `text`, and the value."""
        try:
            return self.text, self._loads(self.text)
        except json.JSONDecodeError:
            text = lenient.blanked(self.text)
        try:
            return text, self._loads(text)
        except json.JSONDecodeError as error:
            from core.settings import json_mistakes  # most texts are JSON

            raise JsonTextError(json_mistakes.explain(self.text, error)) from error

    def _loads(self, text: str) -> Any:
        """Raises JsonTextError, or JSONDecodeError where the text is not JSON."""
        try:
            return json.loads(text, parse_constant=self._refuse)
        except (json.JSONDecodeError, JsonTextError):
            raise
        except ValueError as error:
            raise JsonTextError(str(error)) from error
        except RecursionError as error:
            raise JsonTextError(_TOO_DEEP) from error

    def _without(self, path: Path) -> JsonText:
        siblings = self._children(path[:-1])
        place = siblings.index(path)
        if place > 0:
            return self._replace(self.spans[siblings[place - 1]][1], self.spans[path][1], "")
        start = self.spans[path[:-1]][0] + 1
        if len(siblings) == 1:
            return self._replace(start, self.spans[path[:-1]][1] - 1, "")
        comma = self.text.index(",", self.spans[path][1])
        return self._replace(start, comma + 1, "")

    def _resolve(self, path: Path) -> Path:
        """`path` with its places in lists as numbers: in `metrics.0` the 0 is no key."""
        here, steps = self.value, list(path)
        for at, step in enumerate(path):
            if isinstance(here, list):
                if not str(step).isdecimal() or int(step) >= len(here):
                    message = f"has no item {step}: it has {len(here)}, from 0"
                    raise JsonTextError(f"{_dotted(path[:at])}: {message}")
                steps[at] = int(step)
                here = here[int(step)]
            else:
                here = here.get(step) if isinstance(here, dict) else None
        return tuple(steps)

    def _children(self, path: Path) -> list[Path]:
        depth = len(path) + 1
        children = [item for item in self.spans if len(item) == depth and item[:-1] == path]
        return sorted(children, key=lambda item: self.spans[item])

    def _refuse(self, constant: str) -> object:
        matches = _TEXT_OR_CONSTANT.finditer(lenient.blanked(self.text))
        start = next((match.start() for match in matches if match[1] == constant), 0)
        line = self.text.count("\n", 0, start) + 1
        column = start - self.text.rfind("\n", 0, start)
        where = f"line {line}, column {column}"
        raise JsonTextError(f"{where}: {constant} is not JSON: give a number")

    def _replace(self, start: int, end: int, text: str) -> JsonText:
        return JsonText(self.text[:start] + text + self.text[end:])


def shown(value: object) -> str:
    """A value as it stands in a JSON file, cut to fit into a sentence."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode(errors="backslashreplace").decode()  # half a character cannot be printed
    return text if len(text) <= 60 else text[:57] + "…"


_TOO_DEEP = "is nested too deeply: a config has a few levels"
_TEXT_OR_CONSTANT = re.compile(r'"(?:\\.|[^"\\])*"|(NaN|-?Infinity)')


def _dump(value: object, path: Path) -> str:
    flat = isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    try:
        text = json.dumps(
            value, indent=None if flat else INDENT, ensure_ascii=False, allow_nan=False
        )
    except ValueError as error:
        raise JsonTextError(f"{_dotted(path)}: must be finite to be JSON: give a number") from error
    if any("\ud800" <= sign <= "\udfff" for sign in text):  # half a character: no file can hold it
        text = json.dumps(value, indent=None if flat else INDENT)
    return text.replace("\n", "\n" + " " * INDENT * len(path))


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _scan(text: str, start: int, path: Path, found: dict[Path, tuple[int, int]]) -> int:
    """Note the span of the value at `start` and of all in it; returns its end."""
    if text[start] not in "{[":
        end = _decode(text, start)[1]
    elif text[_skip(text, start + 1)] in "}]":
        end = _skip(text, start + 1) + 1
    else:
        at, index = start, 0
        while text[at] not in "}]":
            at = _skip(text, at + 1)
            key: str | int = index
            if text[start] == "{":
                key, at = _decode(text, at)
                at = _skip(text, _skip(text, at) + 1)
                _forget(found, (*path, key))  # of a key that comes twice the last one counts
            at = _skip(text, _scan(text, at, (*path, key), found))
            index += 1
        end = at + 1
    found[path] = (start, end)
    return end


def _forget(found: dict[Path, tuple[int, int]], path: Path) -> None:
    if path in found:
        for old in [item for item in found if item[: len(path)] == path]:
            del found[old]
