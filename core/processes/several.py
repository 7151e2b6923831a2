"""How many processes a run is trained in, and a training in several of them as if in a thread."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import devices, journal, launch, runs
from core.errors import MistakeError
from core.events import RunEnded, RunStarted
from core.settings import file as config_file

if TYPE_CHECKING:
    import subprocess

    import psutil

    from core.config import Config
    from core.runs import Run


_CPU = (None, "auto", "cpu")
"""What a config says of the device where the CPU may be meant."""


def num_processes(settings: Config, asked: int | None = None) -> int:
    """As many as `asked` for on the CPU, else one for each device. Raises MistakeError."""
    if asked is not None:
        if settings.device not in _CPU:
            raise MistakeError(
                f"--nproc: is for the CPU, and the device is {settings.device}: give -d cpu, or "
                "name the devices alone, as in -d 0,1"
            )
        return asked
    named = settings.device
    if settings.n_gpu < 2 if named is None else "," not in named:
        return 1  # without asking torch, which takes seconds
    return len(devices.choose(named, settings.n_gpu)[0].split(","))


def of_run(run: Run, changes: dict[str, Any], asked: int | None = None) -> int:
    """The same of a run directory, with what changes in it, as `to_go_on` has it."""
    from core.config import Config  # pydantic: no other command needs it

    text = config_file.with_values(config_file.read_text(run.config_path), changes)
    return to_go_on(run, Config.parse(text.value), asked)


def to_go_on(run: Run, settings: Config, asked: int | None = None) -> int:
    """The same of what goes on from a run with these settings; on the CPU as many as it had before.

    Another number would give other numbers. Raises MistakeError.
    """
    number = num_processes(settings, asked)
    if asked is not None or number > 1 or settings.device not in _CPU:
        return number
    return _num_before(run)


def _num_before(run: Run) -> int:
    """Of the last start of a run, or of the one whose checkpoint a new one goes on from."""
    parent = None if run.fine_tunes() else run.parent()
    for path in (run.journal_path, runs.Run(parent.parent).journal_path if parent else None):
        if path is not None and path.exists():
            started = [e for e in journal.Follower(path).read() if isinstance(e, RunStarted)]
            if started:
                return started[-1].world_size if started[-1].device == "cpu" else 1
    return 1


@dataclass
class Processes(launch.Worker):
    """A training in processes under torchrun, looked after by a thread of this one."""

    num_processes: int = 2
    _torchrun: subprocess.Popen[bytes] | None = None

    @property
    def paused(self) -> bool:
        """As the journal says: nobody here can know."""
        return self.alive and self.run.state().paused

    def stop(self, signal_name: str) -> None:
        """Ask for it by a signal to each, who then save and stop after the same step.

        What is the name of no signal, such as "leaving", becomes SIGTERM.
        """
        self._stop_name = signal_name
        if self._torchrun is None or self._torchrun.poll() is not None:
            return
        number = getattr(signal, signal_name, signal.SIGTERM)
        ranks = self._ranks()
        for rank in ranks:
            _send(rank, number)
        if not ranks:  # it has started none: there is nothing to save
            self._torchrun.terminate()

    def kill(self) -> None:
        """End it without saving."""
        if self._torchrun is not None:
            for rank in self._ranks():
                _send(rank, signal.SIGKILL)
            self._torchrun.kill()

    def _work(self) -> None:
        run = self.run
        try:
            with journal.kept_from_writers(run.journal_path):
                past = run.journal_path.stat().st_size if run.journal_path.exists() else 0
            self._torchrun = launch.in_torchrun(run, self.num_processes, self.changes)
        except MistakeError as error:
            self.error = error
            return
        except OSError as error:
            self.error = MistakeError(f"{run.path}: cannot be trained in: {error}")
            return
        if self._stop_name:  # asked before there was anybody to ask
            self._torchrun.terminate()
        self._torchrun.wait()
        events = journal.Follower(run.journal_path, past).read()
        self.ended = next((event for event in events[::-1] if isinstance(event, RunEnded)), None)

    def _ranks(self) -> list[psutil.Process]:
        import psutil  # not before the first paint

        if self._torchrun is None:
            return []
        try:
            found = psutil.Process(self._torchrun.pid).children()
            return [process for process in found if "core" in process.cmdline()]
        except psutil.Error:
            return []


def _send(process: psutil.Process, number: int) -> None:
    import psutil

    try:
        process.send_signal(number)
    except psutil.Error:  # it ended meanwhile
        return


def beside(run: Run, changes: dict[str, Any], number: int) -> subprocess.Popen[bytes]:
    """Start so many processes that train a run and outlive this one."""
    if number == 1:
        return launch.in_process(run, changes)
    return launch.in_torchrun(run, number, changes)


def worker_in(run: Run, changes: dict[str, Any], number: int) -> launch.Worker:
    """What trains a run: a thread of this process, or so many processes."""
    if number == 1:
        return launch.Worker(run, changes)
    return Processes(run, changes, num_processes=number)
