"""JSON text that is edited in place: what is not touched keeps its spaces, order and line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Path = tuple[str | int, ...]
INDENT = 4

_SPACE = " \t\r\n"
_decode = json.JSONDecoder().raw_decode


class JsonTextError(ValueError):
    """The text is not JSON; the message gives line, column and what was expected."""


@dataclass(frozen=True)
class JsonText:
    """A JSON text and where each value of it stands."""

    text: str

    @cached_property
    def value(self) -> Any:
        """The text, read. Raises JsonTextError."""
        try:
            return json.loads(self.text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise JsonTextError(f"{where}: not valid JSON: {error.msg}") from error
        except ValueError as error:
            raise JsonTextError(str(error)) from error

    @cached_property
    def spans(self) -> dict[Path, tuple[int, int]]:
        """Start and end of every value, by its path."""
        found: dict[Path, tuple[int, int]] = {}
        assert self.value is not None or self.text.strip() == "null"
        _scan(self.text, _skip(self.text, 0), (), found)
        return found

    def line(self, path: Path) -> int:
        """The line, from 1, on which the value at `path` starts."""
        return self.text.count("\n", 0, self.spans[path][0]) + 1

    def set(self, path: Path, value: object) -> JsonText:
        """The text with `value` at `path`; a missing last key is added at the end of its object."""
        if path in self.spans:
            start, end = self.spans[path]
            return self._replace(start, end, _dump(value, len(path)))
        if len(path) > 1 and path[:-1] not in self.spans:
            return self.set(path[:-1], {}).set(path, value)
        member = f"{json.dumps(path[-1])}: {_dump(value, len(path))}"
        siblings = self._children(path[:-1])
        if siblings:
            end = self.spans[siblings[-1]][1]
            return self._replace(end, end, f",\n{' ' * INDENT * len(path)}{member}")
        start, end = self.spans[path[:-1]]
        inner, outer = "\n" + " " * INDENT * len(path), "\n" + " " * INDENT * (len(path) - 1)
        return self._replace(start, end, f"{{{inner}{member}{outer}}}")

    def remove(self, path: Path) -> JsonText:
        """The text without the key at `path`, and without its comma."""
        siblings = self._children(path[:-1])
        place = siblings.index(path)
        if place > 0:
            return self._replace(self.spans[siblings[place - 1]][1], self.spans[path][1], "")
        start = self.spans[path[:-1]][0] + 1
        if len(siblings) == 1:
            return self._replace(start, self.spans[path[:-1]][1] - 1, "")
        comma = self.text.index(",", self.spans[path][1])
        return self._replace(start, comma + 1, "")

    def _children(self, path: Path) -> list[Path]:
        depth = len(path) + 1
        children = [item for item in self.spans if len(item) == depth and item[:-1] == path]
        return sorted(children, key=lambda item: self.spans[item])

    def _replace(self, start: int, end: int, text: str) -> JsonText:
        return JsonText(self.text[:start] + text + self.text[end:])


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON: give a number")


def _dump(value: object, depth: int) -> str:
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return json.dumps(value, ensure_ascii=False)
    text = json.dumps(value, indent=INDENT, ensure_ascii=False)
    return text.replace("\n", "\n" + " " * INDENT * depth)


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
            at = _skip(text, _scan(text, at, (*path, key), found))
            index += 1
        end = at + 1
    found[path] = (start, end)
    return end
