"""Starting the training of a run: in a thread of this process, or in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core import child, worker
from core.errors import MistakeError

if TYPE_CHECKING:
    from core.control import Control
    from core.events import RunEnded
    from core.runs import Run


@dataclass
class Worker:
    """A training in a thread of this process."""

    run: Run
    changes: dict[str, Any] = field(default_factory=dict)
    ended: RunEnded | None = None
    error: MistakeError | None = None
    """Why the training could not begin: another process holds the run, or it cannot be written."""
    _control: Control | None = None
    _stop_name: str = ""
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin. A daemon, so that it never keeps a leaving program alive unasked."""
        self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still trains."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def paused(self) -> bool:
        """Whether it waits for somebody to say that it may go on."""
        return self._control is not None and self._control.paused

    def stop(self, signal_name: str) -> None:
        """Ask it to save and stop, as soon as it can."""
        self._stop_name = signal_name
        if self._control is not None:
            self._control.stop_by_signal(signal_name)

    def join(self, timeout_seconds: float | None = None) -> bool:
        """Wait for the end; False if it did not come in time."""
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        return not self.alive

    def _work(self) -> None:
        try:
            self.ended = worker.work(self.run, self.changes, self._take)
        except MistakeError as error:
            self.error = error
        except OSError as error:
            self.error = MistakeError(f"{self.run.path}: cannot be trained in: {error}")

    def _take(self, control: Control) -> None:
        self._control = control
        if self._stop_name:  # asked before there was anybody to ask
            control.stop_by_signal(self._stop_name)


def in_thread(run: Run, changes: dict[str, Any] | None = None) -> Worker:
    """Train `run` in a thread of this process."""
    thread = Worker(run, changes or {})
    thread.start()
    return thread


def in_process(run: Run, changes: dict[str, Any] | None = None) -> subprocess.Popen[bytes]:
    """Train `run` in a process that outlives this one, its output in train.log."""
    command = [sys.executable, "-m", "core", str(run.path)]
    if changes:
        command += ["--changes", json.dumps(changes)]
    with run.log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=child.environment(),
        )
