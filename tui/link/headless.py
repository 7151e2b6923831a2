"""Training on without a terminal, in the same process and to the same bits."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from core.exit_codes import FAILED, OK, SIGNALLED
from core.processes import importing
from tui import say
from tui.link import launcher

if TYPE_CHECKING:
    from core.launch import Worker


def in_background(worker: Worker) -> int:
    """Give the shell its prompt back and train on; returns the exit code of the end."""
    say.out(f"training goes on in process {os.getpid()}: mnist-tui shows it again")
    say.out(f"its log: {worker.run.log_path}")
    _leave_terminal(worker)
    if launcher.link is not None:
        launcher.link.send_launcher_away()
    return _to_the_end(worker)


def after_hangup(worker: Worker) -> int:
    """Train on, the terminal being gone; returns the exit code of the end."""
    _leave_terminal(worker)
    return _to_the_end(worker)


def _leave_terminal(worker: Worker) -> None:
    """Be a session of one's own, what is printed going to the run's log."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with contextlib.suppress(OSError):  # a process that leads its group already
        os.setsid()
    _flush()
    null, log = os.open(os.devnull, os.O_RDWR), _open_log(worker)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    _flush()  # what a terminal that is gone did not take is no part of the log
    for descriptor in (1, 2):
        os.dup2(log, descriptor)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def _open_log(worker: Worker) -> int:
    try:
        return os.open(worker.run.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError:  # deleted, or a full disk: training goes on all the same
        return os.open(os.devnull, os.O_WRONLY)


def _to_the_end(worker: Worker) -> int:
    received: list[int] = []

    def handle(number: int, _frame: object) -> None:
        if received:  # asked twice: out now; the journal's lock goes with the process
            worker.kill()
            os._exit(SIGNALLED + number)
        received.append(number)
        worker.stop(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, handle)
    worker.join()
    if received:
        return importing.exit_code(SIGNALLED + received[0])
    return FAILED if worker.ended is None or worker.ended.outcome == "failed" else OK
