"""Plain streams whose encoding lacks our signs."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from tui import say, streams

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], bytes]]:
    """Both streams in an encoding; what it returns says what was written."""

    def make(encoding: str) -> Callable[[], bytes]:
        buffer = io.BytesIO()
        stream = io.TextIOWrapper(buffer, encoding=encoding, errors="backslashreplace")
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        return buffer.getvalue

    return make


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("ascii", b"* finished x ~ ? *\n"), ("latin-1", b"* finished \xd7 ~ ? *\n")],
)
def test_a_sign_that_is_lacking_is_written_as_one_that_looks_alike(
    encoding: str, expected: bytes, written: Callable[[str], Callable[[], bytes]]
) -> None:
    output = written(encoding)
    assert not streams.knows_every_sign()
    streams.write_what_can_be_written()
    say.out("● finished × … \u0416 ⠿")
    say.complain("saving the run …")
    assert output() == expected + b"mnist-tui: saving the run ~\n"


def test_utf8_streams_are_left_alone(written: Callable[[str], Callable[[], bytes]]) -> None:
    written("UTF-8")
    assert streams.knows_every_sign()


def test_a_stream_of_somebody_elses_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    assert not streams.knows_every_sign()
    streams.write_what_can_be_written()
    say.out("●")
