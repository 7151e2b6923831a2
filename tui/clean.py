"""The one function that every text which is not ours goes through before it is shown."""

from __future__ import annotations

import unicodedata

# Control and format characters, lone surrogates, line and paragraph separators: all can move the
# cursor, turn the writing direction, or break the terminal's idea of where a line ends.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(text: object) -> str:
    r"""`text` with every control character made visible: an escape becomes `\x1b`."""
    return "".join(
        character if _is_visible(character) else character.encode("unicode_escape").decode()
        for character in str(text)
    )


def ascii_only(text: object) -> str:
    """`text` for a terminal that knows ASCII alone: everything else becomes `?`."""
    return clean(text).encode("ascii", "replace").decode()


def _is_visible(character: str) -> bool:
    return " " <= character <= "~" or unicodedata.category(character) not in _HIDDEN
