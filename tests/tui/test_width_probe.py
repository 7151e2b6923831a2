"""The question how wide the signs are: every answer, and everything that is none."""

from __future__ import annotations

import os
import pty
import select
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tui.link import width_probe
from tui.link.width_probe import QUESTION, WidthProbe, split, take_typed

if TYPE_CHECKING:
    from collections.abc import Iterator

NARROW, WIDE = b"\x1b[5;1R\x1b[5;3R", b"\x1b[5;1R\x1b[5;4R"
SELECT = select.select


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (NARROW, (2, b"")),
        (WIDE, (3, b"")),
        (b"", (None, b"")),
        (b"s", (None, b"s")),
        (b"\x1b[5;1R", (None, b"")),
        (b"\x1b[5;1R\x1b[5;", (None, b"\x1b[5;")),
        (b"a\x1b[5;1Rb\x1b[5;3Rc", (2, b"abc")),
        (b"\x1b[5;80R\x1b[6;2R", (None, b"")),
        (b"\x1b[A" + NARROW + b"\x1b[1;2R", (2, b"\x1b[A\x1b[1;2R")),
        (b"\xff\x00", (None, b"\xff\x00")),
    ],
)
def test_the_answer_is_told_from_what_was_typed(
    heard: bytes, expected: tuple[int | None, bytes]
) -> None:
    assert split(heard) == expected


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A terminal in the place of stdin and stderr: the end of a person, and that of a program."""
    person, program = pty.openpty()
    monkeypatch.setattr(width_probe, "STDIN", program)
    monkeypatch.setattr(width_probe, "STDERR", program)
    # It is nobody's controlling terminal here.
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    yield person, program
    os.close(person)
    os.close(program)


@pytest.mark.parametrize(("answer", "too_wide"), [(NARROW, False), (WIDE, True)])
def test_a_terminal_that_answers_is_believed_and_is_as_before(
    answer: bytes, too_wide: bool, terminal: tuple[int, int]
) -> None:
    person, program = terminal
    before = termios.tcgetattr(program)
    with WidthProbe() as probe:
        assert os.read(person, 1024) == QUESTION
        os.write(person, answer + b"s\x1b[A")
    assert (probe.answered, probe.too_wide) == (True, too_wide)
    assert termios.tcgetattr(program) == before
    assert take_typed() == b"s\x1b[A"
    assert take_typed() == b""
    os.set_blocking(person, False)
    with pytest.raises(BlockingIOError):  # the answer was not echoed
        os.read(person, 1024)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the program was ready to wait, each time, in seconds."""
    seconds: list[float] = []

    def wait(*watched_and_patience: Any) -> Any:
        seconds.append(watched_and_patience[-1])
        return SELECT(*watched_and_patience)

    monkeypatch.setattr(select, "select", wait)
    return seconds


def test_an_answer_in_pieces_is_waited_for(terminal: tuple[int, int]) -> None:
    person, _ = terminal

    def answer() -> None:
        for piece in (NARROW[:4], NARROW[4:]):
            os.write(person, piece)
            time.sleep(0.02)

    with WidthProbe() as probe:
        thread = threading.Thread(target=answer)
        thread.start()
    thread.join()
    assert probe.answered


def test_a_terminal_that_is_silent_is_waited_for_shortly_and_taken_as_usual(
    terminal: tuple[int, int], waited: list[float]
) -> None:
    before = termios.tcgetattr(terminal[1])
    with WidthProbe() as probe:
        pass
    (patience,) = waited
    assert 0 < patience <= width_probe.PATIENCE_SECONDS
    assert (probe.answered, probe.too_wide) == (False, False)
    assert termios.tcgetattr(terminal[1]) == before


def test_what_takes_its_time_meanwhile_is_not_added(
    terminal: tuple[int, int], waited: list[float]
) -> None:
    with WidthProbe() as probe:
        os.write(terminal[0], NARROW)
        time.sleep(2 * width_probe.PATIENCE_SECONDS)
    assert probe.answered
    assert waited == [0.0]


def test_an_error_meanwhile_leaves_the_terminal_as_before(terminal: tuple[int, int]) -> None:
    before = termios.tcgetattr(terminal[1])
    with pytest.raises(KeyboardInterrupt), WidthProbe():
        assert termios.tcgetattr(terminal[1]) != before
        raise KeyboardInterrupt
    assert termios.tcgetattr(terminal[1]) == before


def test_nothing_is_asked_of_a_pipe_nor_from_the_background_nor_unwanted(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, program = terminal
    os.set_blocking(person, False)
    with WidthProbe(wanted=False):
        pass
    with monkeypatch.context() as patch:
        patch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
        with WidthProbe():
            pass
    reader, writer = os.pipe()
    monkeypatch.setattr(width_probe, "STDIN", reader)
    with WidthProbe() as probe:
        pass
    assert not probe.answered
    with pytest.raises(BlockingIOError):
        os.read(person, 1)
    os.close(reader)
    os.close(writer)
    assert program > 2
