"""Plain streams in a locale that knows few signs: what it lacks is written in ASCII.

Python would end a command with an error at the first `●` on such a stdout, and write `\\u25cf` on
such a stderr.
"""

from __future__ import annotations

import codecs
import io
import sys

HANDLER = "mnist_tui_ascii"


def write_what_can_be_written() -> None:
    """Have stdout and stderr replace each sign they cannot encode by one that looks like it."""
    codecs.register_error(HANDLER, _alike)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def knows_every_sign() -> bool:
    """Whether both streams are UTF-8."""
    return all(
        (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"
        for stream in (sys.stdout, sys.stderr)
    )


def can_draw() -> bool:
    """Whether stdout takes signs beyond ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from tui.clean import ascii_only

    return ascii_only(error.object[error.start : error.end]), error.end
