"""Processes of the program that have torch and Textual at once: forks of one that imported them.

Importing takes seconds in each process, a third of what all tests took. For tests of what comes
later; how the program starts is tested as people start it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from core.processes import child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.runs import Run

MODULE = "tui"
"""What is run, as by `python -m tui`; also in the command line of the forks."""
_LONGEST = 1 << 16


class Warm:
    """A process of the program, as `subprocess.Popen` has it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """Its exit code, -N for signal N; None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            assert timeout is not None
            raise subprocess.TimeoutExpired([MODULE], timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def has_ended(self, code: int) -> None:
        """What its parent heard."""
        self.returncode = code
        self._ended.set()


def start(
    arguments: Sequence[str | Path],
    *,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
    streams: tuple[int, int, int] | None = None,
    terminal: bool = False,
    module: str = MODULE,
) -> Warm:
    """Run `mnist-tui`, or another module, with some arguments in a session of its own.

    `streams`: its stdin, stdout and stderr; by default there is nothing to read, and nobody reads.
    `terminal`: the first of them controls its session.
    """
    if streams is None:
        with Path(os.devnull).open("r+b") as nothing:
            number = nothing.fileno()
            three = (number, number, number)
            return start(arguments, cwd=cwd, env=env, streams=three, module=module)
    asked = {
        "module": module,
        "arguments": list(map(str, arguments)), "cwd": str(cwd or Path.cwd()),
        "env": dict(os.environ if env is None else env), "terminal": terminal,
    }  # fmt: skip
    return _parent().fork(json.dumps(asked).encode(), streams)


def train(run: Run) -> Warm:
    """What `core.launch.in_process` does, which has tests of its own: train a run."""
    return start([run.path], env=child.environment(), module="core")


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 600,
    module: str = MODULE,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, without input."""
    outputs = [cwd / f"warm-{name}.txt" for name in ("stdout", "stderr")]
    with Path(os.devnull).open() as none, outputs[0].open("w") as out, outputs[1].open("w") as err:
        streams = (none.fileno(), out.fileno(), err.fileno())
        process = start(arguments, cwd=cwd, env=env, streams=streams, module=module)
        code = process.wait(timeout)
    texts = [path.read_text(encoding="utf-8", errors="surrogateescape") for path in outputs]
    for path in outputs:
        path.unlink()
    return subprocess.CompletedProcess(list(map(str, arguments)), code, *texts)


async def answer(*arguments: str, text: str = "", timeout_seconds: float | None = None) -> str:
    """What `tui.asking.ask` does, which has tests of its own: the stdout of a module given `text`.

    Raises SubprocessError with the last line of its stderr, or TimeoutError.
    """
    with TemporaryFile("w+") as given, TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        given.write(text)
        given.seek(0)
        streams = (given.fileno(), output.fileno(), errors.fileno())
        module, *rest = arguments
        process = start(rest, env=child.environment(), streams=streams, module=module)
        try:
            await asyncio.to_thread(process.wait, timeout_seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            process.kill()
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise subprocess.SubprocessError(errors.read().strip().splitlines()[-1])
        return output.read()


class _Parent:
    """The process that has imported torch, and forks when asked."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        # Threads would not be there in the forks: none is made while importing.
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, __file__, MODULE, str(theirs.fileno())]
        self._process = subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()])
        theirs.close()
        self._forked: dict[int, Warm] = {}
        self._asking, self._answered = threading.Lock(), threading.Condition()
        self._newest: Warm | None = None
        threading.Thread(target=self._listen, name="warm processes", daemon=True).start()

    def fork(self, asked: bytes, streams: tuple[int, int, int]) -> Warm:
        with self._asking, self._answered:
            self._newest = None
            socket.send_fds(self._socket, [asked], list(streams))
            assert self._answered.wait_for(lambda: self._newest is not None, 60), "nobody forks"
            assert self._newest is not None
            return self._newest

    def _listen(self) -> None:
        for line in self._socket.makefile():
            said = json.loads(line)
            with self._answered:
                if "code" in said:
                    self._forked.pop(said["pid"]).has_ended(said["code"])
                else:
                    self._newest = self._forked[said["pid"]] = Warm(said["pid"])
                    self._answered.notify_all()


@cache
def _parent() -> _Parent:
    return _Parent()


# In the process that forks


def _serve(link: socket.socket) -> None:
    """Fork for each question, and tell of each end; a fork is the program and leaves as it does."""
    _import_all()
    _assert_alone()
    gc.freeze()  # or each fork's collector would look through all of it
    ends, end = socket.socketpair()
    end.setblocking(False)
    signal.set_wakeup_fd(end.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for who runs the tests
    while True:
        ready, _, _ = select.select([link, ends], [], [])
        if ends in ready:
            ends.recv(_LONGEST)
            _tell_of_ends(link)
        if link in ready:
            asked, streams, _, _ = socket.recv_fds(link, _LONGEST, 3)
            if not asked:
                return  # the tests are done
            if (pid := os.fork()) == 0:
                break
            for stream in streams:
                os.close(stream)
            _tell(link, pid=pid)
    for mine in (link, ends, end):
        mine.close()
    _be_the_program(json.loads(asked), streams)


def _import_all() -> None:
    """What a training needs, and a window."""
    from core.processes import worker
    from tui.cli import FRAMES_PER_SECOND

    worker.warm_up()
    os.environ["TEXTUAL_FPS"] = FRAMES_PER_SECOND  # as the program does before it imports Textual
    importlib.import_module("tui.start")


def _assert_alone() -> None:
    """A fork has none of the threads of its parent. Linux alone can tell."""
    if (tasks := Path("/proc/self/task")).exists():
        assert len([*tasks.iterdir()]) == 1, "importing made threads"


def _tell_of_ends(link: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            code = os.waitstatus_to_exitcode(ended[1])
            _tell(link, pid=ended[0], code=code)


def _tell(link: socket.socket, **said: int) -> None:
    link.sendall(json.dumps(said).encode() + b"\n")


def _be_the_program(asked: dict[str, Any], streams: list[int]) -> None:
    import fcntl
    import runpy
    import termios

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if asked["terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for text in (sys.stdin, sys.stdout, sys.stderr):  # as they are for what they lead to now
        text.reconfigure(line_buffering=text.isatty())  # type: ignore[union-attr]
    sys.argv = [asked["module"], *asked["arguments"]]
    runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[2])))
