"""The one function that every text which is not ours goes through before it is shown."""

from __future__ import annotations

import unicodedata

# Control and format characters, lone surrogates, line and paragraph separators: all can move the
# cursor, turn the writing direction, or break the terminal's idea of where a line ends.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
BOX = "▯"


def clean(text: object) -> str:
    r"""`text` with every control character made visible: an escape becomes `\x1b`."""
    return "".join(
        character if _is_visible(character) else character.encode("unicode_escape").decode()
        for character in str(text)
    )


def boxed(text: str) -> str:
    """`text` for an editor: as long as it is, a box for each character that has no look."""
    return "".join(sign if sign == "\t" or _is_visible(sign) else BOX for sign in text)


def ascii_only(text: object) -> str:
    """`text` for a terminal that knows ASCII alone, in the same columns."""
    return clean(text).translate(ASCII)


def _is_visible(character: str) -> bool:
    return " " <= character <= "~" or unicodedata.category(character) not in _HIDDEN


class _Ascii(dict[int, str]):
    """For `str.translate`: our own signs by look, everything else as `?` in each of its columns."""

    def __missing__(self, code: int) -> str:
        from rich.cells import cell_len

        character = chr(code)
        braille = 0x2801 <= code <= 0x28FF
        shown = character if code < 128 else "*" if braille else "?" * cell_len(character)
        self[code] = shown
        return shown


def _signs(table: dict[str, str]) -> dict[int, str]:
    return {ord(sign): ascii_ for signs, ascii_ in table.items() for sign in signs}


ASCII = _Ascii(
    _signs(
        {
            "●•": "*",
            "◆◌○": "o",
            "✓": "+",
            "✗×": "x",
            "‖": "=",
            "■█▓": "#",
            "▸▶→≥": ">",
            "◂◀←≤": "<",
            "▾▼↓": "v",
            "▴▲↑": "^",
            "…": "~",
            "·░": ".",
            "▒": ":",
            "─╌╴╶–—▔▃▄▀": "-",
            "┄┈": ".",  # a dashed curve and a solid one have to stay apart
            "━╸═╾╼▅▆▇": "=",
            "▁▂": "_",
            "│┃┆┊║╵╷▌▐▏▎▍▋▊▉▕": "|",
            "┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝┏┓┗┛▖▗▘▝▙▛▜▟▚▞": "+",
            "‘’": "'",
            "“”": '"',
            "\u00a0\u2800": " ",
            "🔎": "> ",  # before the palette's input, two columns wide
        }
    )
)
"""From a character to the ASCII ones that stand in its columns."""
