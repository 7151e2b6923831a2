"""Starting the training of a run: in a thread of this process, or in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.machine import host as machine
from core.processes import child, worker

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

    def kill(self) -> None:
        """Leave nothing behind that trains on when this process ends."""

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
    return _started([sys.executable, *_CORE, *_arguments(run, changes)], run, {})


def in_torchrun(
    run: Run, num_processes: int, changes: dict[str, Any] | None = None
) -> subprocess.Popen[bytes]:
    """Train `run` in several processes of this machine, which outlive this one."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost"]
    # A dead rank ends the run: what it drew and counted is gone, and only a checkpoint is exact.
    once = ["--max-restarts", "0", "--nproc-per-node", str(num_processes)]
    command = [sys.executable, *torchrun, *once, *_CORE, *_arguments(run, changes)]
    return _started(command, run, for_torchrun(num_processes))


_CORE = ("-m", "core")


def _arguments(run: Run, changes: dict[str, Any] | None) -> list[str]:
    return [str(run.path), *(["--changes", json.dumps(changes)] if changes else [])]


def for_torchrun(num_processes: int) -> dict[str, str]:
    """Variables for the processes of one machine, where nobody set them."""
    values = {
        # Else torchrun sets 1 and warns of it; the trainer asks torch for as many.
        "OMP_NUM_THREADS": str(max(1, machine.usable_cpus() // num_processes)),
        # Among others than its own: a batch system's sign of preemption.
        "TORCHELASTIC_SIGNALS_TO_HANDLE": "SIGTERM,SIGINT,SIGHUP,SIGQUIT,SIGUSR1",
        # A machine's name may lead to an address that its own firewall shuts.
        "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo",
    }
    return {name: value for name, value in values.items() if name not in os.environ}


def _started(command: list[str], run: Run, more: dict[str, str]) -> subprocess.Popen[bytes]:
    with run.log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=child.environment() | more,
        )
