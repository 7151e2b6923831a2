"""A program in a real terminal: its screen read by pyte, its bytes and settings kept."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

import psutil
import pyte
from warm import MODULE, start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from warm import Warm

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **dict(zip(("f1", "f2", "f3", "f4"), ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"), strict=True)),
    # 16 and 22 are no keys.
    **{f"f{key}": f"\x1b[{key + 10 + (key > 5) + (key > 10)}~" for key in range(5, 13)},
}
"""What xterm sends."""

WATCHED_MODES = frozenset({"1000", "1002", "1003", "1004", "1006", "1015", "1049", "2004"})

# One escape sequence, or the beginning of one at the end of what was read so far.
SEQUENCE = re.compile(
    rb"\x1b\[(?P<prefix>[<-?]?)(?P<parameters>[0-9:;]*)(?P<intermediate>[ -/]*)(?P<final>[@-~])"
    rb"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|\x1b[PX^_][^\x1b]*\x1b\\"
)
UNFINISHED = re.compile(rb"\x1b(?:\[[<-?]?[0-9:;]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[()#%])?\Z")


class PtyApp:
    """Runs a command in a fresh pseudo-terminal, and reads and types as a person would.

    A context manager: at its end the command is killed if it still runs, and no process of its
    session may be left. Queries of the program to the terminal are never answered.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        rows: int = 24,
        columns: int = 80,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        warm: bool = False,
    ) -> None:
        """`warm`: the command, which is that of the program, has torch already (see warm.py)."""
        self._master, self._slave = pty.openpty()
        _set_size(self._slave, rows, columns)
        self.termios_before = termios.tcgetattr(self._slave)
        """The terminal's attributes before the command ran, as `termios.tcgetattr` gives them."""
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._filter = _Filter()
        self._raw = bytearray()
        # Guards all that the reader thread writes; notified after each round of reading.
        self._changed = threading.Condition()
        self._num_quiet_rounds = 0
        self._heard = 0.0
        self._stopping = self._frozen = False
        self.process = self._started([str(part) for part in command], cwd, env or {}, warm)
        # Daemon: a test that forgets `close` must not keep pytest from ending.
        self._reader = threading.Thread(target=self._read, name="pty reader", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """Return the app, started."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Close; a failure of the test itself is not hidden by one of closing."""
        with contextlib.suppress(*([AssertionError] if kind else [])):
            self.close()

    # What it shows

    def text(self) -> str:
        """Return the screen as lines, each without its trailing blanks."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def raw(self) -> bytes:
        """Return every byte the program has written so far."""
        with self._changed:
            return bytes(self._raw)

    @property
    def heard(self) -> float:
        """When the newest bytes of what it shows came, as `time.perf_counter()` gives it.

        What pyte takes to understand them is no fault of the program's.
        """
        with self._changed:
            return self._heard

    def termios_now(self) -> list[Any]:
        """Return the terminal's attributes; equal to `termios_before` if they were restored."""
        return termios.tcgetattr(self._slave)

    def wait_for(self, awaited: str | Callable[[str], bool], timeout: float = 20) -> str:
        """Wait until a text is on the screen, or a predicate of the screen is true; return it.

        Raises:
            AssertionError: It was not so within `timeout` seconds; shows the screen.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not _holds(awaited, self.text()):
                if (left := deadline - time.monotonic()) <= 0:
                    raise AssertionError(f"{timeout:g} s went by without {awaited!r}{self._show()}")
                self._changed.wait(left)
            return self.text()

    # What is done to it

    def send(self, keys: str | bytes) -> None:
        """Type these very characters."""
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            data = data[os.write(self._master, data) :]

    def press(self, *names: str) -> None:
        """Press keys by name: `enter`, `f5`, `ctrl+c`, or a character for itself."""
        for name in names:
            self.send(_key(name))
            if name in ("esc", "escape"):
                # Programs tell the key from a sequence by the pause behind it (Textual: 0.1 s).
                time.sleep(0.15)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the terminal; the kernel sends SIGWINCH."""
        with self._changed:
            self._screen.resize(rows, columns)
        _set_size(self._master, rows, columns)

    def wait(self, timeout: float = 20) -> int:
        """Wait for the command to end and all its output to be read; return its exit code.

        -N if signal N killed it. Raises AssertionError, with the screen, after `timeout` seconds.
        """
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout:g} s{self._show()}") from None
        with self._changed:
            # The round going on now may have looked before the last bytes came.
            quiet = self._num_quiet_rounds + 2
            self._changed.wait_for(
                lambda: self._num_quiet_rounds >= quiet or not self._reader.is_alive(), timeout
            )
        return code

    def freeze(self) -> None:
        """Read nothing any more, as a client does whose network stalls."""
        self._frozen = True

    def thaw(self) -> None:
        """Read again."""
        self._frozen = False

    def hang_up(self) -> None:
        """Take the terminal away, as a dropped connection does; the kernel sends SIGHUP."""
        self._stop_reading()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def close(self) -> None:
        """Kill the command if it still runs, and give everything back.

        Raises:
            AssertionError: Processes of its session outlived it, or even SIGKILL.
        """
        if self._slave < 0:
            return
        was_running = self.process.poll() is None
        left = self._session() if was_running else self._survivors(2)
        names = [str(process) for process in left]
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.process.wait(5)
        immortal = self._survivors(5)
        self.hang_up()
        os.close(self._slave)
        self._slave = -1
        assert not immortal, f"outlived SIGKILL: {immortal}"
        assert was_running or not left, f"left behind: {names}"

    # Inside

    def _started(
        self, command: list[str], cwd: str | Path | None, extra: Mapping[str, str], warm: bool
    ) -> subprocess.Popen[bytes] | Warm:
        env = _environment(extra)
        if warm:
            assert command[1:3] == ["-m", MODULE], f"not the program: {command}"
            streams = (self._slave, self._slave, self._slave)
            return start(command[3:], cwd=cwd, env=env, streams=streams, terminal=True)
        return subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )

    def _read(self) -> None:
        """Feed what the program writes to the screen, until told to stop."""
        while not self._stopping:
            if self._frozen:
                time.sleep(0.02)
                continue
            # The slave stays open here, so there is never an end of file: look again and again.
            ready, _, _ = select.select([self._master], [], [], 0.02)
            data = os.read(self._master, 65536) if ready else b""
            now = time.perf_counter()
            with self._changed:
                if data:
                    self._heard = now
                self._raw += data
                self._num_quiet_rounds += not data
                self._stream.feed(self._filter.feed(data))
                self._changed.notify_all()

    def _stop_reading(self) -> None:
        self._stopping = True
        self._reader.join(5)
        assert not self._reader.is_alive(), "the reader thread hangs"

    def _survivors(self, seconds: float) -> list[psutil.Process]:
        """Return the processes of the session that are still there after so many seconds."""
        deadline = time.monotonic() + seconds
        while (left := self._session()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def _session(self) -> list[psutil.Process]:
        """Return the living processes of the command's session; one that did `setsid` has left."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            in_session = os.getsid(process.pid) == self.process.pid
            return in_session and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, psutil.Error):
            return False

    def _show(self) -> str:
        """Return a picture of the screen for a message."""
        code = self.process.poll()
        state = "still running" if code is None else f"ended with {code}"
        lines = "\n".join(f"|{line}" for line in self.text().splitlines())
        return f"; the command ({state}) shows:\n{lines}"


def modes_left_on(raw: bytes) -> set[str]:
    """Return what a program left wrong in the terminal, going by the bytes it wrote.

    Private modes that were set and not reset, as `?1049`; `?25` if the cursor was left hidden;
    `kitty` if its keyboard protocol was pushed more often than popped.
    """
    on: set[str] = set()
    num_pushed = 0
    for match in SEQUENCE.finditer(raw):
        prefix, final = match["prefix"], match["final"]
        if prefix == b"?" and final in (b"h", b"l") and not match["intermediate"]:
            for mode in match["parameters"].decode().split(";"):
                # The cursor is the one mode whose right state is on.
                wrong = final == b"l" if mode == "25" else final == b"h"
                if mode == "25" or mode in WATCHED_MODES:
                    (on.add if wrong else on.discard)(f"?{mode}")
        elif final == b"u" and prefix in (b">", b"<"):
            num_pushed = max(0, num_pushed + (1 if prefix == b">" else -1))
    return on | ({"kitty"} if num_pushed else set())


class _Screen(pyte.Screen):
    """A screen with the alternate screen (`?1049`) that pyte lacks."""

    def reset(self) -> None:
        """Start on the main screen."""
        super().reset()
        self._main: tuple[Any, Any] | None = None

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        """Set modes; 1049 keeps the main screen and clears."""
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes and self._main is None:
            self._main = (deepcopy(self.buffer), deepcopy(self.cursor))
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        """Reset modes; 1049 brings the main screen back."""
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes and self._main is not None:
            self.buffer, self.cursor = self._main
            self._main = None
            self.dirty.update(range(self.lines))


class _Filter:
    """Drops the sequences that pyte 0.8.2 takes for others or for text.

    Such are kitty's keyboard (`CSI > 1 u`, `CSI < u`), xterm's key options (`CSI > 4 ; 2 m`, to
    pyte an underline), mode queries (`CSI ? 2026 $ p`), pointer shapes (OSC 22, to pyte a title),
    and all of DCS, SOS, PM and APC.
    """

    def __init__(self) -> None:
        self._unfinished = b""

    def feed(self, data: bytes) -> bytes:
        """Return what pyte may see; the beginning of a sequence is kept for the next call."""
        data = self._unfinished + data
        cut = UNFINISHED.search(data)
        end = cut.start() if cut else len(data)
        self._unfinished = data[end:]
        return SEQUENCE.sub(lambda match: match[0] if _is_known(match) else b"", data[:end])


def _is_known(match: re.Match[bytes]) -> bool:
    if match["final"] is not None:
        plain = match["prefix"] == b"" or (match["prefix"] == b"?" and match["final"] in b"hlJK")
        return plain and not match["intermediate"] and b":" not in match["parameters"]
    return match["osc"] is not None and match["osc"][:2] in (b"0;", b"1;", b"2;")


def _own_terminal() -> None:
    """In the child: stdin, which is the slave already, controls its new session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # As a login shell leaves it: whoever runs the tests in the background ignores it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _holds(awaited: str | Callable[[str], bool], text: str) -> bool:
    return awaited in text if isinstance(awaited, str) else awaited(text)


def _key(name: str) -> str:
    if name in KEYS:
        return KEYS[name]
    if name.startswith("ctrl+") and len(name) == 6:
        return chr(ord(name[-1]) & 0x1F)
    assert len(name) == 1, f"no key is called {name!r}"
    return name


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command: ours, but of a plain terminal of its own size."""
    # LINES and COLUMNS would win over the size of the terminal, the others over TERM.
    hidden = ("LINES", "COLUMNS", "COLORTERM", "NO_COLOR", "TERM_PROGRAM")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "TERM": "xterm-256color", **extra}


def _set_size(descriptor: int, rows: int, columns: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
