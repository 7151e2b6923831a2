"""What a training prints, and Python's warnings in it, go to its log: never onto a screen."""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Write = Callable[[str], None]

LONGEST_LINE = 10_000
"""A progress bar may never end its line."""


@contextlib.contextmanager
def into(write: Write) -> Iterator[set[int]]:
    """While it lasts, `write` gets each line that this thread prints; other threads print on.

    Yields the threads it is so for, to which others can be added.
    """
    mine, before = {threading.get_ident()}, warnings.showwarning
    out, err = _Lines("stdout", write, mine), _Lines("stderr", write, mine)

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if threading.get_ident() in mine:
            write(f"WARNING {category.__name__}: {message} ({filename}, line {lineno})")
        else:
            before(message, category, filename, lineno, file, line)

    sys.stdout, sys.stderr, warnings.showwarning = cast("TextIO", out), cast("TextIO", err), show
    try:
        yield mine
    finally:
        out.end()
        err.end()
        # A window that came or went meanwhile has set its own.
        if out.in_place():
            sys.stdout = out.other
        if err.in_place():
            sys.stderr = err.other
        if warnings.showwarning is show:
            warnings.showwarning = before


class _Lines:
    """A stream that gives the lines of some threads away, and hands on what others write."""

    def __init__(self, name: str, write: Write, threads: set[int]) -> None:
        """`name` is `stdout` or `stderr`."""
        self.other: TextIO = getattr(sys, name)
        self._name, self._write = name, write
        self._threads = threads
        self._rest = ""

    def write(self, text: str) -> int:
        """Take some text, which may end anywhere in a line."""
        # A progress bar on top of this one shows prints by itself, in whatever thread.
        if threading.get_ident() not in self._threads or not self.in_place():
            return self.other.write(text)
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            self._tell(line)
        if len(self._rest) > LONGEST_LINE:
            self.end()
        return len(text)

    def in_place(self) -> bool:
        """Whether what is printed comes here first."""
        return getattr(sys, self._name) is self

    def end(self) -> None:
        """Tell what has no end of line yet."""
        rest, self._rest = self._rest, ""
        self._tell(rest)

    def isatty(self) -> bool:
        """A log is no terminal."""
        return threading.get_ident() not in self._threads and self.other.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.other, name)

    def _tell(self, line: str) -> None:
        line = line.rstrip("\r").rpartition("\r")[2]  # what a progress bar showed last
        if line.strip():
            self._write(line)
