"""What is asked of a run: seen once, by the run that was live when it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core import requests
from core.requests import Inbox, Request, ask

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


def test_a_request_is_read_once(path: Path) -> None:
    inbox = Inbox(path)
    assert inbox.read() == []
    identity = ask(path, "pause")
    assert inbox.read() == [Request(identity, "pause")]
    assert inbox.read() == []


def test_an_old_stop_does_not_end_the_next_run(path: Path) -> None:
    ask(path, "stop")
    inbox = Inbox(path)
    assert inbox.read() == []
    identity = ask(path, "save")
    assert inbox.read() == [Request(identity, "save")]


def test_a_stop_comes_before_everything_else(path: Path) -> None:
    inbox = Inbox(path)
    pause, save, stop = ask(path, "pause"), ask(path, "save"), ask(path, "stop")
    assert inbox.read() == [Request(stop, "stop"), Request(pause, "pause"), Request(save, "save")]


def test_a_request_says_who_asks(path: Path) -> None:
    identity = ask(path, "continue")
    line = json.loads(path.read_text())
    assert set(line) == {"id", "time", "pid", "host", "kind"}
    assert (line["id"], line["kind"]) == (identity, "continue")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b'{"id": "1"}',
        b'{"kind": "stop"}',
        b'{"id": "1", "kind": "explode"}',
        b'{"id": "1", "kind": ["stop"]}',
        b'["stop"]',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_request_is_skipped(path: Path, line: bytes) -> None:
    inbox = Inbox(path)
    with path.open("ab") as file:
        file.write(line + b"\n")
    identity = ask(path, "stop")
    assert inbox.read() == [Request(identity, "stop")]


def test_a_torn_line_waits_for_its_rest(path: Path) -> None:
    inbox = Inbox(path)
    whole = b'{"id": "1", "kind": "stop"}\n'
    for cut in range(len(whole)):
        path.write_bytes(path.read_bytes() + whole[:cut] if path.exists() else whole[:cut])
        assert inbox.read() == []
        with path.open("ab") as file:
            file.write(whole[cut:])
        assert inbox.read() == [Request("1", "stop")]


def test_whoever_asks_after_a_torn_line_is_heard(path: Path) -> None:
    inbox = Inbox(path)
    path.write_bytes(b'{"id": "1", "ki')
    identity = ask(path, "stop")
    assert inbox.read() == [Request(identity, "stop")]


def test_every_kind_can_be_asked(path: Path) -> None:
    inbox = Inbox(path)
    assert requests.KINDS == ("stop", "pause", "continue", "save", "set")
    for kind in ("stop", "pause", "continue", "save"):
        ask(path, kind)
    assert [request.kind for request in inbox.read()] == ["stop", "pause", "continue", "save"]
