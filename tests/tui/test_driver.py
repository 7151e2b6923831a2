"""The way to the terminal: never a wait, an end that is noticed, Textual's names as they were."""

from __future__ import annotations

import fcntl
import inspect
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tui.link.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIPE_BYTES = 4096


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe that is soon full."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    yield reader, writer
    for descriptor in (reader, writer):
        if is_open(descriptor):
            os.close(descriptor)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def test_writing_to_a_terminal_that_takes_nothing_does_not_wait(pipe: tuple[int, int]) -> None:
    outlet = Outlet(pipe[1], lambda: None)
    for _ in range(1000):
        outlet.write(b"x" * 1000)
    assert outlet.num_bytes == 1_000_000
    assert outlet.backlog > 900_000
    outlet.give_up()
    assert outlet.backlog == 0


def test_everything_arrives_in_order_and_then_it_is_said(pipe: tuple[int, int]) -> None:
    outlet, drained = Outlet(pipe[1], lambda: None), threading.Event()
    sent = b"".join(b"%06d" % number for number in range(5000))
    for start in range(0, len(sent), 700):
        outlet.write(sent[start : start + 700])
    outlet.when_drained(drained.set)
    received = b""
    while len(received) < len(sent):
        received += os.read(pipe[0], 65536)
    assert received == sent
    assert drained.wait(5)
    assert outlet.backlog == 0
    outlet.close()


def test_a_terminal_that_is_gone_is_told_once_and_nothing_raises(pipe: tuple[int, int]) -> None:
    lost: list[bool] = []
    outlet = Outlet(pipe[1], lambda: lost.append(True))
    os.close(pipe[0])
    outlet.write(b"x")
    assert soon(lambda: lost == [True])
    outlet.write(b"x" * 10**6)
    assert outlet.backlog == 0
    outlet.close()


def test_the_end_waits_for_a_stalled_terminal_only_so_long(pipe: tuple[int, int]) -> None:
    outlet = Outlet(pipe[1], lambda: None)
    outlet.write(b"x" * 100_000)
    began = time.monotonic()
    outlet.close()
    assert time.monotonic() - began > 0.5


def test_textual_is_as_the_driver_takes_it_to_be() -> None:
    """Every private name that is touched; an upgrade that changes one fails here."""
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert inspect.signature(LinuxDriver.run_input_thread).parameters.keys() == {"self"}
    assert XTermParser(False)._timeout_time is None
    source = inspect.getsource(linux_driver)
    for words in (
        "self._writer_thread = WriterThread(self._file)",
        "self._writer_thread.write(data)",
        "self._writer_thread.stop()",
        "self.exit_event.set()",
        "target=self._run_input_thread",
        "signal.signal(signal.SIGTSTP, self._sigtstp_application)",
        "signal.signal(signal.SIGCONT, self._sigcont_application)",
    ):
        assert words in source, words
    assert "self._driver.write(terminal_sequence)" in inspect.getsource(App._display)
