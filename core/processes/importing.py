"""Importing the trainer, and torch with it, in a thread: a signal need not wait for it.

It takes seconds, on a cold network disk minutes, and can be neither interrupted nor hurried.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import threading
from typing import TYPE_CHECKING

import core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.control import Control

POLL_SECONDS = 0.05
MODULES = ("core.trainer",)

_thread: threading.Thread | None = None


def import_all() -> None:
    """Import what a training needs. Raises whatever the imports raise."""
    with uncollected():
        for module in MODULES:
            importlib.import_module(module)


def import_torch() -> None:
    """Import it for what comes next, which imports it too, and tells why it cannot be."""
    with uncollected(), contextlib.suppress(Exception):
        importlib.import_module("torch")


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from what is imported, now and ever after.

    Nothing of it can be freed, and there is much: looking through it again and again takes a
    seventh of the import, the end of the process half a second, and each later full collection
    0.1 s, in which the window stands still.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def import_trainer(control: Control, captured: set[int]) -> None:
    """Import it, or raise StopTraining; `captured` are the threads whose prints are caught."""
    if hasattr(core, "trainer"):  # set once it is imported as a whole
        return

    def run() -> None:
        captured.add(threading.get_ident())
        with contextlib.suppress(BaseException):  # the caller's own import raises it again
            import_all()

    aside(run, control.heed, name="import torch")


def aside(work: Callable[[], object], poll: Callable[[], None], *, name: str) -> None:
    """Do what heeds no signal in a thread, and `poll` meanwhile. Raises what either raises."""
    global _thread
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    _thread = threading.Thread(target=run, name=name, daemon=True)
    _thread.start()
    while _thread.is_alive():
        poll()
        _thread.join(POLL_SECONDS)
    _thread = None
    if errors:
        raise errors[0]


def exit_code(code: int) -> int:
    """Return `code`; while such work is under way, end the process with it instead.

    The interpreter's own end would meet it halfway, in C++ code that aborts.
    """
    if _thread is not None and _thread.is_alive():
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # the terminal is gone
                stream.flush()
        os._exit(code)
    return code
