"""The process in front: it forks before anything heavy is imported, then only waits.

The shell waits for this process; app and trainer live in the child behind it. So the child can
leave the terminal and train on while the shell gets its prompt back, and a child that is killed
outright leaves somebody to restore the terminal.

Imports nothing but what it needs: it runs before `import textual` and `import torch`, and stays in
memory as long as they do. `termios` is missing on Windows; the command line says so elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios

# `from typing import TYPE_CHECKING` would cost some milliseconds; checkers know this name too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
"""What is passed on to the child. SIGWINCH and SIGCONT reach its process group by themselves."""

RESTORE_SCREEN = (
    b"\x1b[<u"  # kitty's keyboard protocol: back to what it was
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # the mouse
    b"\x1b[?2004l\x1b[?1004l"  # bracketed paste, focus events
    b"\x1b[?1049l"  # the shell's own screen
    b"\x1b[?25h\x1b[0m"  # the cursor, plain text
)
"""Undoes every mode that the app sets; keyboard first, since it belongs to the app's screen."""


class LauncherLink:
    """The child's end of a pipe that the launcher never writes to and the kernel closes for it.

    The launcher may die without a word (SIGKILL, a crash): then the pipe reaches its end, and no
    polling of process ids, which are used again, is needed.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor: it becomes readable (end of file) once the launcher is gone."""
        return self._descriptor

    def is_alive(self) -> bool:
        """Return whether the launcher is still there; never waits."""
        try:
            return os.read(self._descriptor, 1) != b""
        except BlockingIOError:
            return True


link: LauncherLink | None = None
"""The link to the launcher, in the child that `launch` made; None in every other process."""


def launch(run_app: Callable[[], int]) -> int:
    """Run `run_app` in a child process, wait for it and return its exit code.

    A child killed by signal N gives 128 + N, after the terminal was restored. SIGTERM, SIGINT,
    SIGHUP and SIGUSR1 are passed on to the child and do nothing here. Call it before any thread is
    started and anything large is imported; in the child it never returns.

    Raises:
        OSError: There is no room for another process.
    """
    saved_terminal = _terminal_attributes()
    _flush()  # or the child would write the same text again
    reader, writer = os.pipe()
    # SIGCHLD is dropped by some kernels where nobody handles it, even while it is blocked.
    old_handler = signal.signal(signal.SIGCHLD, _do_nothing)
    # From here on a signal waits in the kernel until `_wait_for` takes it: with handlers, one that
    # came between fork and waitpid, or just before waitpid, would be acted on late or never.
    old_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*FORWARDED, signal.SIGCHLD})
    try:
        child = os.fork()
        if child == 0:
            _be_the_child(run_app, (reader, writer), old_mask)
        exit_code = _wait_for(child)
    finally:
        os.close(reader)
        os.close(writer)
        _drop_pending_signals()
        signal.signal(signal.SIGCHLD, old_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)
    if exit_code >= 0:
        return exit_code
    # Only now, where a signal ends this process again: a stalled terminal may block for ever.
    _restore_terminal(saved_terminal)
    return 128 - exit_code


def _wait_for(child: int) -> int:
    """Pass signals on until the child ends; return its exit code, or -N if signal N killed it."""
    while True:
        received = signal.sigwait({*FORWARDED, signal.SIGCHLD})
        if received != signal.SIGCHLD:
            # The child is not reaped yet, so its id is its own even if it is dead.
            os.kill(child, received)
            continue
        pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        # A stopped child goes on one day, and the launcher waits for that.
        if pid == child and not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)


def _be_the_child(
    run_app: Callable[[], int], pipe: tuple[int, int], old_mask: set[signal.Signals | int]
) -> NoReturn:
    """Run the app and end this process with its exit code, whatever happens."""
    global link
    exit_code = 1
    try:
        reader, writer = pipe
        os.close(writer)  # or the pipe would never reach its end
        link = LauncherLink(reader)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # A signal that came since the fork is delivered here.
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)
        exit_code = run_app()
    except SystemExit as error:
        exit_code = _code_of(error)
    except KeyboardInterrupt:
        exit_code = 128 + signal.SIGINT
    except BaseException as error:
        _complain(f"{type(error).__name__}: {error}")
    finally:
        try:
            _flush()
        finally:
            # Not `sys.exit`: it would wait for threads that may hang on a lost terminal.
            os._exit(exit_code & 0xFF)


def _code_of(error: SystemExit) -> int:
    """Return the exit code that Python itself would give; a text is written to stderr."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code
    _complain(str(error.code))
    return 1


def _complain(message: str) -> None:
    """Write one line to stderr, without control characters."""
    line = " ".join(message.split())
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write("".join(char for char in line if char.isprintable()) + "\n")


def _flush() -> None:
    # A closed or lost stream has nothing more to say; without a console it is None.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def _drop_pending_signals() -> None:
    """Take the signals that came for a child which has ended: its exit code is the answer."""
    while pending := signal.sigpending() & {*FORWARDED, signal.SIGCHLD}:
        signal.sigwait(pending)


def _do_nothing(number: int, frame: object) -> None:
    """Be a handler, so that the signal is kept while it is blocked."""


def _terminal_attributes() -> list[Any] | None:
    """Return the terminal's attributes as `tcgetattr` gives them; None if stdin is no terminal."""
    with contextlib.suppress(termios.error):
        return list(termios.tcgetattr(0))
    return None


def _restore_terminal(attributes: list[Any] | None) -> None:
    """Give the shell a terminal it can use, after a child that could not do so itself."""
    with contextlib.suppress(OSError):
        if os.isatty(2):
            os.write(2, RESTORE_SCREEN)
    if attributes is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, attributes)
