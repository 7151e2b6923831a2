"""A run's journal: one writer that holds a lock, any number of readers."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from typing import TYPE_CHECKING, Self

from core.errors import MistakeError
from core.event_lines import from_lines, to_line
from core.files import append_line
from core.record import journal_end, other_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from core.events import Event

LOCK_PATIENCE_SECONDS = 1.0
"""A reader's glance at the lock lasts microseconds; whoever holds it longer is a writer."""

OTHER_HOST_POLL_SECONDS = 0.5


class AlreadyLiveError(MistakeError):
    """Another process is training this run."""


class Journal:
    """The writer's end: holds the lock from opening to closing.

    The kernel frees the lock with the process, even on SIGKILL, so it never lies. Nobody may fork
    while holding it: the child would hold it too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            self._file = os.open(path, flags, 0o666)
        except FileNotFoundError:
            raise MistakeError(f"{path.parent}: is gone") from None
        try:
            _lock(self._file, path)
            self._refuse_moved()
            self._outwait_other_hosts()
        except BaseException:
            os.close(self._file)
            raise

    def append(self, event: Event) -> None:
        """Write one event. On OSError it is lost, and the next one is whole all the same."""
        append_line(self._file, to_line(event))

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _refuse_moved(self) -> None:
        """The run may have been deleted while its lock was waited for."""
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(self._file), self.path.stat()):
                return
        raise MistakeError(f"{self.path.parent}: was deleted a moment ago")

    def _outwait_other_hosts(self) -> None:
        """A writer where our locks do not reach shows that it lives, or was killed there."""
        first = writer = other_hosts.writer(self.path)
        while first is not None and writer is not None:
            if writer.num_bytes != first.num_bytes:
                raise AlreadyLiveError(_who_holds(self.path))
            time.sleep(OTHER_HOST_POLL_SECONDS)
            writer = other_hosts.writer(self.path)


class LineReader:
    """Reads a growing text file: the whole lines added since it looked last."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset

    def read(self) -> list[bytes]:
        """The new whole lines, without their ends; a torn last line waits for its rest."""
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self.offset)
                new = file.readall()
        except OSError:  # not there yet, or no longer
            return []
        end = new.rfind(b"\n") + 1
        self.offset += end
        return new[:end].splitlines()


class Follower:
    """Reads the events that are added to a journal."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._lines = LineReader(path, offset)

    def read(self) -> list[Event]:
        """The events since the last call; lines that are no event are skipped."""
        return from_lines(self._lines.read())


@contextlib.contextmanager
def kept_from_writers(path: Path) -> Iterator[None]:
    """While nobody can begin to write a journal. Raises AlreadyLiveError, OSError.

    A run without one cannot be kept so: it is another program's, or nothing was trained in it.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        _lock(file, path)
        if other_hosts.writer(path) is not None:
            raise AlreadyLiveError(_who_holds(path))
        yield
    finally:
        os.close(file)


def is_live(path: Path) -> bool:
    """Whether some process is writing this journal: its lock is held, or another host writes."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks: nobody can train there
        return False
    else:
        fcntl.flock(file, fcntl.LOCK_UN)  # what follows may take longer than a writer waits
        return other_hosts.writer(path) is not None
    finally:
        os.close(file)


def _lock(file: int, path: Path) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise AlreadyLiveError(_who_holds(path)) from None
            time.sleep(0.02)
        else:
            return


def _who_holds(path: Path) -> str:
    start = journal_end.last_start(path)
    pid = start.pid if start else "another process"
    host = start.host if start else socket.gethostname()
    return f"{path.parent}: is already being trained by pid {pid} on {host}"
