"""JSON as people write it: with comments, commas too many or too few, a byte order mark.

What is certain is turned into what JSON allows; the rest stays, for JSON's own reader to refuse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?\*/)"""
    r"""|(?P<mark>\ufeff)"""
    r"""|(?P<sign>[\[\]{},:])"""
    r"""|(?P<value>"(?:\\.|[^"\\])*"|[^\s\[\]{},:"/\#\ufeff]+)""",
    re.DOTALL | re.VERBOSE,
)


def blanked(text: str) -> str:
    """The text as JSON of the same length, so that lines, columns and places stay as they are."""
    characters = list(text)
    changes = list(_changes(text))
    for start, end in changes:
        for at in range(start, end):
            if characters[at] not in "\r\n":
                characters[at] = " "
    for start, end in changes:
        if start == end:
            characters[_room(characters, start)] = ","
    return "".join(characters)


def tidied(text: str) -> str:
    """The text as JSON to be written: the lines and spaces that only comments needed go too."""
    parts, done = [], 0
    for start, end in _changes(text):
        if start == end:
            parts += [text[done:start], ","]
        else:
            comment = text[start] in "/#"
            first, last = _with_blanks(text, start, end) if comment else (start, end)
            parts.append(text[done : max(first, done)])
            end = last
        done = end
    return "".join([*parts, text[done:]])


def _changes(text: str) -> Iterator[tuple[int, int]]:
    """What is to be taken out, in order; a place of no length is where a comma is missing."""
    before: re.Match[str] | None = None  # the last token that JSON knows
    comma: int | None = None  # where it is one that may have come too early
    waiting: list[tuple[int, int]] = []  # comments since then
    for token in _TOKEN.finditer(text):
        if token.lastgroup in ("comment", "mark"):
            if token.lastgroup == "comment" or token.start() == 0:
                waiting.append(token.span())
            continue
        if comma is not None and token[0] in ("}", "]"):
            yield comma, comma + 1
        elif before is not None and _comma_missing(text, before, token):
            yield before.end(), before.end()
        yield from waiting
        waiting = []
        follows_value = before is not None and before[0] not in ("{", "[", ",", ":")
        comma = token.start() if token[0] == "," and follows_value else None
        before = token
    yield from waiting


def _comma_missing(text: str, before: re.Match[str], token: re.Match[str]) -> bool:
    """Whether a value ends before a new line on which a key or a value begins."""
    ends = before.lastgroup == "value" or before[0] in ("}", "]")
    begins = token.lastgroup == "value" or token[0] in ("{", "[")
    return ends and begins and "\n" in text[before.end() : token.start()]


def _room(characters: list[str], start: int) -> int:
    """Where a comma moves nothing: at a blank before the next value, else at the line's end."""
    end = start
    while characters[end].isspace():
        if characters[end] not in "\r\n":
            return end
        end += 1
    return start


def _with_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """A comment with the blanks, or the whole line, that would be left of it."""
    first = len(text[:start].rstrip(" \t\ufeff"))
    rest = text[end:].lstrip(" \t\r")
    if rest and rest[0] != "\n":
        return start, len(text) - len(rest)  # in front of something
    if first == 0:
        return 0, len(text) - len(rest) + 1
    if text[first - 1] == "\n":
        return first - (2 if text[:first].endswith("\r\n") else 1), end
    return first, end
