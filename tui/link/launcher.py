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

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGTSTP)
"""What is passed on to the child. SIGWINCH and SIGCONT reach its process group by themselves."""

CALLED = signal.SIGUSR2
"""How the child says that there is a word for the launcher in their pipe."""
LEAVE, STOP, RESTORE = b"l", b"s", b"r"
"""The words: end, I train on alone; stop, the shell wants its terminal; restore it at my end."""

_AWAITED = {*FORWARDED, CALLED, signal.SIGCHLD}

RESTORE_SCREEN = (
    b"\x1b[<u"  # kitty's keyboard protocol: back to what it was
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # the mouse
    b"\x1b[?2004l\x1b[?1004l"  # bracketed paste, focus events
    b"\x1b[?1049l"  # the shell's own screen
    b"\x1b[?25h\x1b[0m"  # the cursor, plain text
)
"""Undoes every mode that the app sets; keyboard first, since it belongs to the app's screen."""


class LauncherLink:
    """The child's ends of two pipes: one that the launcher never writes to, one for words to it.

    The launcher may die without a word (SIGKILL, a crash): then the first pipe reaches its end,
    and no polling of process ids, which are used again, is needed.
    """

    def __init__(self, descriptor: int, words: int, launcher_pid: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor, self._words, self._launcher_pid = descriptor, words, launcher_pid

    def fileno(self) -> int:
        """Return the descriptor: it becomes readable (end of file) once the launcher is gone."""
        return self._descriptor

    def is_alive(self) -> bool:
        """Return whether the launcher is still there; never waits."""
        try:
            return os.read(self._descriptor, 1) != b""
        except BlockingIOError:
            return True

    def send_launcher_away(self) -> None:
        """Have the launcher end with exit code 0: the shell gets its prompt, this process goes on.

        This process must have left the terminal before.
        """
        self._say(LEAVE)

    def stop_launcher(self) -> None:
        """Have the launcher stop itself as by ctrl+z: the shell takes its terminal back."""
        self._say(STOP)

    def leave_terminal_to_launcher(self) -> None:
        """Have the launcher restore the terminal when this process ends."""
        self._say(RESTORE)

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody is there any more
            os.write(self._words, word)
            if self.is_alive():
                os.kill(self._launcher_pid, CALLED)


link: LauncherLink | None = None
"""The link to the launcher, in the child that `launch` made; None in every other process."""


def launch(run_app: Callable[[], int]) -> int:
    """Run `run_app` in a child process, wait for it and return its exit code.

    A child killed by signal N gives 128 + N, after the terminal was restored; a child that trains
    on without the terminal gives 0 at once. SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGTSTP are passed
    on to the child and do nothing here. Call it before any thread is started and anything large is
    imported; in the child it never returns.

    Raises:
        OSError: There is no room for another process.
    """
    saved_terminal = _terminal_attributes()
    _flush()  # or the child would write the same text again
    pipes = (*os.pipe(), *os.pipe())
    os.set_blocking(pipes[2], False)
    # SIGCHLD is dropped by some kernels where nobody handles it, even while it is blocked.
    old_handler = signal.signal(signal.SIGCHLD, _do_nothing)
    # From here on a signal waits in the kernel until `_wait_for` takes it: with handlers, one that
    # came between fork and waitpid, or just before waitpid, would be acted on late or never.
    old_mask = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    try:
        child = os.fork()
        if child == 0:
            _be_the_child(run_app, pipes, old_mask)
        exit_code, to_restore = _wait_for(child, pipes[2])
    finally:
        for descriptor in pipes:
            os.close(descriptor)
        _drop_pending_signals()
        signal.signal(signal.SIGCHLD, old_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)
    if exit_code >= 0 and not to_restore:
        return exit_code
    # Only now, where a signal ends this process again: a stalled terminal may block for ever.
    _restore_terminal(saved_terminal)
    return exit_code if exit_code >= 0 else 128 - exit_code


def _wait_for(child: int, words: int) -> tuple[int, bool]:
    """Pass signals on until the child ends, or says that it needs nobody any more.

    Returns its exit code, or -N if signal N killed it, and whether it left the terminal as it was.
    """
    to_restore = False
    while True:
        received = signal.sigwait(_AWAITED)
        if received == CALLED:
            heard = _hear(words)
            to_restore = to_restore or RESTORE in heard
            if LEAVE in heard:
                return 0, False
            if STOP in heard:
                os.kill(os.getpid(), signal.SIGSTOP)
        elif received != signal.SIGCHLD:
            # The child is not reaped yet, so its id is its own even if it is dead.
            os.kill(child, received)
        else:
            pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
            # A stopped child goes on one day, and the launcher waits for that.
            if pid == child and not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status), to_restore or RESTORE in _hear(words)


def _hear(words: int) -> bytes:
    """What the child has said since; somebody else's signal brings no word."""
    try:
        return os.read(words, 64)
    except BlockingIOError:
        return b""


def _be_the_child(
    run_app: Callable[[], int],
    pipes: tuple[int, int, int, int],
    old_mask: set[signal.Signals | int],
) -> NoReturn:
    """Run the app and end this process with its exit code, whatever happens."""
    global link
    exit_code = 1
    try:
        reader, writer, words_out, words_in = pipes
        os.close(writer)  # or the pipe would never reach its end
        os.close(words_out)
        link = LauncherLink(reader, words_in, os.getppid())
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
    while pending := signal.sigpending() & _AWAITED:
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
