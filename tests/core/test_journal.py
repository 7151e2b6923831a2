"""One writer that holds a lock, readers that see whole events only."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from core import journal
from core.event_lines import to_line
from core.events import Heartbeat, NoticeGiven, PhaseChanged, RunStarted
from core.journal import AlreadyLiveError, Follower, Journal, is_live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.events import Event

HOLD = """
import sys
from pathlib import Path
from core.journal import Journal
journal = Journal(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""

EVENTS: list[Event] = [
    PhaseChanged(time=1.0, phase="importing torch"),
    NoticeGiven(time=2.5, message="größer: 数字 \n\x1b[2J"),
    Heartbeat(time=3.0),
    NoticeGiven(time=4.0, message="the last"),
]


def started() -> RunStarted:
    return RunStarted(
        pid=4711, host=socket.gethostname(), device="cpu", threads=2, world_size=1, seed=123,
        versions={}, save_dir="/s", data_dir="/d", epoch=0, step=0, epochs=3, num_steps=10,
        num_train=100, num_validation=10, num_parameters=1, monitor="off", early_stop=None,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the journal."""
    with Journal(path) as writer:
        writer.append(started())
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_reader_follows_what_a_writer_appends(path: Path) -> None:
    follower = Follower(path)
    assert follower.read() == []
    with Journal(path) as writer:
        for event in EVENTS:
            writer.append(event)
            assert follower.read() == [event]
            assert follower.read() == []
    assert Follower(path).read() == EVENTS


def test_a_journal_cut_at_any_byte_gives_whole_events_and_later_the_rest(path: Path) -> None:
    lines = [to_line(event) for event in EVENTS]
    whole = b"".join(lines)
    ends = [sum(map(len, lines[: count + 1])) for count in range(len(lines))]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        follower = Follower(path)
        first = follower.read()
        assert first == EVENTS[: sum(end <= cut for end in ends)]
        assert follower.read() == []
        with path.open("ab") as file:
            file.write(whole[cut:])
        assert first + follower.read() == EVENTS


def test_a_writer_that_goes_on_loses_the_torn_line_alone(path: Path) -> None:
    lines = [to_line(event) for event in EVENTS[:2]]
    for cut in range(len(lines[1]) + 1):
        path.write_bytes(lines[0] + lines[1][:cut])
        with Journal(path) as writer:
            writer.append(EVENTS[2])
        torn = 0 < cut < len(lines[1]) - 1  # with all but its end the line is whole once mended
        expected = [EVENTS[0], *([] if torn or cut == 0 else [EVENTS[1]]), EVENTS[2]]
        assert Follower(path).read() == expected


def test_a_follower_meets_a_torn_line_and_its_mending(path: Path) -> None:
    path.write_bytes(to_line(EVENTS[0])[:-5])
    follower = Follower(path)
    assert follower.read() == []
    with Journal(path) as writer:
        writer.append(EVENTS[1])
    assert follower.read() == [EVENTS[1]]


def test_a_follower_can_begin_where_another_stopped(path: Path) -> None:
    with Journal(path) as writer:
        writer.append(EVENTS[0])
        offset = path.stat().st_size
        writer.append(EVENTS[1])
    assert Follower(path, offset).read() == [EVENTS[1]]


def test_a_disk_that_fills_up_costs_the_event_that_did_not_fit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    room = 20

    def write_to_a_full_disk(descriptor: int, content: bytes) -> int:
        nonlocal room
        if room == 0:
            raise OSError("No space left on device")
        written = write(descriptor, bytes(content)[:room])
        room -= written
        return written

    with Journal(path) as writer:
        writer.append(EVENTS[0])
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_to_a_full_disk)
            with pytest.raises(OSError, match="No space left"):
                writer.append(EVENTS[1])
        writer.append(EVENTS[2])
    assert Follower(path).read() == [EVENTS[0], EVENTS[2]]


def test_a_write_that_is_done_in_parts_is_one_event(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with Journal(path) as writer:
        monkeypatch.setattr(os, "write", lambda file, content: write(file, bytes(content)[:7]))
        writer.append(EVENTS[1])
    assert Follower(path).read() == [EVENTS[1]]


def test_a_second_writer_is_refused_with_a_sentence(
    path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LOCK_PATIENCE_SECONDS", 0.1)
    before = path.read_bytes()
    with pytest.raises(AlreadyLiveError) as caught:
        Journal(path)
    holds = f"pid 4711 on {socket.gethostname()}"
    assert str(caught.value) == f"{path.parent}: is already being trained by {holds}"
    assert path.read_bytes() == before
    assert holder.poll() is None


def test_two_writers_of_one_process_are_two(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LOCK_PATIENCE_SECONDS", 0.05)
    with Journal(path):
        with pytest.raises(AlreadyLiveError, match="is already being trained by pid"):
            Journal(path)
        assert is_live(path)
    assert not is_live(path)
    Journal(path).close()


def test_a_run_is_live_until_its_writer_is_gone_even_by_sigkill(
    path: Path, holder: subprocess.Popen[str]
) -> None:
    assert is_live(path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_live(path)
    with Journal(path) as writer:
        writer.append(EVENTS[0])
    assert Follower(path).read()[-1] == EVENTS[0]


def test_looking_at_the_lock_leaves_no_trace(path: Path) -> None:
    assert not is_live(path)
    assert not path.exists()
    path.touch()
    assert not is_live(path)
    assert path.stat().st_size == 0


def test_a_journal_without_locks_is_not_live(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError("No locks available")

    path.touch()
    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert not is_live(path)


def test_the_glance_of_readers_never_makes_a_writer_fail(path: Path) -> None:
    path.touch()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            is_live(path)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        deadline = time.monotonic() + 1.5
        for number in range(300):
            with Journal(path) as writer:
                writer.append(NoticeGiven(time=0.0, message=str(number)))
            if time.monotonic() > deadline and number >= 20:
                break
    finally:
        done.set()
        for reader in readers:
            reader.join()
    messages = [event.message for event in Follower(path).read() if isinstance(event, NoticeGiven)]
    assert messages == [str(count) for count in range(len(messages))]
    assert len(messages) > 20


def test_a_child_process_does_not_keep_the_lock(path: Path) -> None:
    with Journal(path):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        assert not is_live(path)
    finally:
        child.kill()
        child.wait()
