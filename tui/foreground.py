"""`mnist-tui train`: told line by line, and trained on if the terminal goes away."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from typing import TYPE_CHECKING, Any

from core.exit_codes import FAILED, OK, SIGNALLED
from core.processes import importing, several
from tui import console, say
from tui.link import headless

if TYPE_CHECKING:
    from core.runs import Run


class HungUpError(Exception):
    """The terminal is gone, and training is to go on without it."""


class Foreground:
    """A training of this process, or of its children, whose terminal may go away."""

    def __init__(
        self, run: Run, changes: dict[str, Any], *, on_hangup: str, num_processes: int = 1
    ) -> None:
        """`on_hangup`: `continue`, or `save-exit`."""
        self.worker = several.worker_in(run, changes, num_processes)
        self._outlives = on_hangup == "continue"
        self._received: list[int] = []

    def train(self, *, plain: bool) -> int:
        """Train to the end; returns the exit code. Raises MistakeError if it cannot begin."""
        self._listen()
        run = self.worker.run
        past = run.journal_path.stat().st_size if run.journal_path.exists() else 0
        self.worker.start()
        try:
            self._tell(run, past, plain=plain)
        except HungUpError:
            return headless.after_hangup(self.worker)
        return self._ended()

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, self._handle)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._handle)

    def _handle(self, number: int, _frame: object) -> None:
        if number == signal.SIGHUP and self._outlives:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            raise HungUpError
        if self._received:  # asked twice: out now; the journal's lock goes with the process
            self.worker.kill()
            os._exit(SIGNALLED + number)
        self._received.append(number)
        self.worker.stop(signal.Signals(number).name)

    def _tell(self, run: Run, past: int, *, plain: bool) -> None:
        try:
            console.follow(run, lambda: self.worker.alive, offset=past, plain=plain)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            # The terminal is gone, whether or not somebody sent a signal to say so.
            if not self._received:
                self._handle(signal.SIGHUP, None)
            self.worker.join()

    def _ended(self) -> int:
        if self.worker.error is not None:
            raise self.worker.error
        if self._received:
            with contextlib.suppress(OSError):
                run = self.worker.run
                say.complain(f"stopped; go on with: mnist-tui train -r {run.path}")
            return importing.exit_code(SIGNALLED + self._received[0])
        ended = self.worker.ended
        if ended is None:  # what trained it was killed
            run = self.worker.run
            say.complain(f"the training was killed: see {run.log_path}")
            say.complain(f"go on with: mnist-tui train -r {run.path}")
        return OK if ended is not None and ended.outcome != "failed" else FAILED
