"""Why a text is not JSON, in plain words and with a remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import json

_WORD = re.compile(r"[^\s\[\]{},:\"']+")
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_NUMBER = re.compile(r"[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?")
_OTHER_NAMES = {
    "true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false",
    "none": "null", "null": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
"""What Python and people write for JSON's own words."""
_TYPESET = "“”„‟«»"
_CLOSES = {"{": "}", "[": "]"}
MOST_SHOWN = 30
"""Of what the text says, so that a sentence stays one."""


def explain(text: str, error: json.JSONDecodeError) -> str:
    """`line 3, column 7: not valid JSON: …`; `error` is of a text in the same places."""
    at = _start_of_text(error) if error.msg.startswith("Invalid control") else error.pos
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return f"line {line}, column {column}: not valid JSON: {_what(at, error)}"


def _what(at: int, error: json.JSONDecodeError) -> str:
    """What is wrong at a place, and what to do."""
    read, message = error.doc, error.msg
    for beginning, sentence in _IN_A_TEXT.items():
        if message.startswith(beginning):
            return sentence
    if message.startswith("Invalid control"):
        return _broken_text(read, error.pos)
    if message.startswith("Extra data"):
        return _extra(read, at)
    if read[at : at + 2] == "/*":
        return "the comment that begins here is not closed: put */ after it"
    if at >= len(read.rstrip()):
        return _unclosed(read, at)
    if read[at] == "'":
        return 'single quotes: JSON has double ones, "like this"'
    return next((say(read, at) for part, say in _EXPECTED.items() if part in message), message)


def _no_value(read: str, at: int) -> str:
    """Where a value has to be and something else is."""
    sign, word = read[at], _word(read, at)
    if sign in ",}]":
        return _nothing(read, at)
    if sign in _TYPESET:
        return f'{sign} is another sign than ": write "'
    if sign == "(":
        return "lists are written with other brackets: [1, 2]"
    if word.lower() in _OTHER_NAMES:
        return f"{word} is not JSON: write {_OTHER_NAMES[word.lower()]}"
    if _NUMBER.fullmatch(word):
        return f"{_cut(word)} is no number in JSON: write {_number(word)}"
    if sign in "+-.":
        return f"{_cut(word)} is no number in JSON"
    if word:
        return f'{_cut(word)} has no quotes: write "{_cut(word)}"'
    return f"{_here(read, at)} is not expected here: a value is missing"


def _nothing(read: str, at: int) -> str:
    """A sign before which a value has to be."""
    before = _before(read, at)
    if before in (",", "["):
        return _comma_too_many(read, at)
    if not before:
        return f"{read[at]} is not expected here: a config begins with {{"
    return f"a value is missing after {'the colon' if before == ':' else before}"


def _no_name(read: str, at: int) -> str:
    """Where the name of a value has to be and something else is."""
    if read[at] in ",}":
        return _comma_too_many(read, at)
    if word := _word(read, at):
        return f'{_cut(word)} has no quotes: names are written "{_cut(word)}"'
    return f'{_here(read, at)} is not expected here: a name in quotes is missing, "like this":'


def _no_colon(read: str, at: int) -> str:
    """Where a colon has to be and something else is."""
    before, sign = _before(read, at), read[at]
    if sign in ",}":
        return f"a colon and a value are missing after {before}"
    if sign == "=":
        return "names and values have a colon between: write : in the place of ="
    if read[at - 1] == '"':
        return f'a quote inside a text is written \\", or one is missing before {_here(read, at)}'
    return f"a colon is missing after {before}: put : before {_here(read, at)}"


def _comma_too_many(read: str, at: int) -> str:
    """A comma next to which nothing stands."""
    if read[at] == "," or _before(read, at) == ",":
        return "a comma too many: take it out"
    return f"{read[at]} is not expected here: take it out"


def _no_comma(read: str, at: int) -> str:
    """Where a comma or the end of what is open has to be and something else is."""
    sign = read[at]
    opened = _open(read, at)
    if sign in "}]" and opened is not None:
        bracket, line = opened
        return f"{sign} does not close the {bracket} of line {line}: put {_CLOSES[bracket]} first"
    before = _before(read, at)
    if sign == ":":
        return f"a colon after {before}: names stand before one, and between {{ and }}"
    if read[at - 1 : at] not in ("", " ", "\t", "\n", "\r", "}", "]", '"') and _word(read, at):
        token = _token(read, at)
        remedy = f"write {_number(token)}" if _NUMBER.fullmatch(token) else "a text has quotes"
        return f"{_cut(token)} is no number in JSON: {remedy}"
    if read[at - 1 : at] == '"' and _word(read, at):
        return f'a quote inside a text is written \\", or a comma is missing after {before}'
    return f"a comma is missing between {before} and {_here(read, at)}"


def _extra(read: str, at: int) -> str:
    """What follows the end of the value that the text is."""
    if read[at] in "}]":
        return f"one {read[at]} too many: take it out"
    if read[at] == ",":
        return "a comma after the end: take it out"
    opener = _CLOSES.get(read.lstrip()[0])
    if opener is None:
        return f"{_here(read, at)} is not expected here: a config begins with {{ and ends with }}"
    return f"{_here(read, at)} comes after the last {opener}: take it out, or move it before"


def _unclosed(read: str, at: int) -> str:
    """The text ends too early."""
    opened = _open(read, at)
    if opened is None:
        return "there is nothing in it: a config begins with { and ends with }"
    bracket, line = opened
    return f"the {bracket} of line {line} is not closed: put {_CLOSES[bracket]} at its end"


def _broken_text(read: str, at: int) -> str:
    if read[at] in "\r\n":
        return 'the text that begins here is not closed: put " at its end, on the same line'
    sign = {"\t": r"a tab in it: write \t"}.get(read[at], "a hidden character in it: take it out")
    return f"the text that begins here has {sign}"


def _start_of_text(error: json.JSONDecodeError) -> int:
    """Where the text begins that has something wrong in it."""
    place = error.pos
    for token in re.finditer(r'"(?:\\.|[^"\\])*("|$)', error.doc):
        if token.start() < error.pos <= token.end():
            place = token.start()
    return place


def _open(read: str, end: int) -> tuple[str, int] | None:
    """The innermost bracket that is open at a place, and its line."""
    found: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(read, 0, end):
        if token[0] in _CLOSES:
            found.append((token[0], read.count("\n", 0, token.start()) + 1))
        elif token[0] in ("}", "]") and found:
            found.pop()
    return found[-1] if found else None


def _before(read: str, at: int) -> str:
    """The last thing before a place, as it stands there."""
    last = ""
    for token in _TOKEN.finditer(read, 0, at):
        last = token[0]
    return _cut(last)


def _here(read: str, at: int) -> str:
    return _cut(_token(read, at))


def _token(read: str, at: int) -> str:
    """The whole of what stands at a place: of a number that goes wrong in it, its beginning too."""
    for token in _TOKEN.finditer(read):
        if token.start() <= at < token.end():
            return token[0]
    return read[at : at + 1]


def _word(read: str, at: int) -> str:
    match = _WORD.match(read, at)
    return match[0] if match else ""


def _number(word: str) -> str:
    """A number as JSON writes it."""
    try:
        value = float(word)
        return repr(int(value)) if re.fullmatch(r"\+?[\d_]+", word) else repr(value)
    except (ValueError, OverflowError):
        return "0.5"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


_IN_A_TEXT = {
    "Unterminated string": 'the text that begins here is not closed: put " after it',
    "Invalid \\": r"a backslash inside a text is written twice: \\",
}
_EXPECTED = {
    "property name": _no_name,
    "':'": _no_colon,
    "','": _no_comma,
    "value": _no_value,
}
"""What is said of a place where Python's reader expects one of these, by its words for them."""
