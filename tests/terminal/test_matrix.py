"""Kinds of terminals, locales, colours and sizes: each shows the window or says what to do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from pty_app import PtyApp, modes_left_on
from scratch import PATIENCE_SECONDS, Scratch, told_run

from tui import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = (sys.executable, "-m", "tui")
UTF8 = {"LC_ALL": "C.UTF-8"}
C = {"LC_ALL": "", "LANG": "C"}
OLD = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale that knows ASCII alone."""
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m")
OF_256 = re.compile(rb"\x1b\[[0-9;]*\b[34]8;5;")
OF_16_MILLION = re.compile(rb"\x1b\[[0-9;]*\b[34]8;2;")
STRAY = re.compile(
    r"\x1b|\ufffd|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\[[?<>]?[0-9;]+[A-Za-z$]|[0-9]+;[0-9]+R"
)
"""What an escape sequence or a sign looks like that was taken for text."""


class Case(NamedTuple):
    """One terminal, and how the window is left on it."""

    term: str
    locale: dict[str, str]
    no_color: bool
    size: tuple[int, int]
    ending: str
    arguments: tuple[str, ...] = ()
    colorterm: str = ""

    @property
    def ascii(self) -> bool:
        """Whether nothing but ASCII may be sent."""
        return self.locale is OLD or self.term == "linux" or "--ascii" in self.arguments


# Every pair of locale and NO_COLOR, of NO_COLOR and size; every ending twice.
CASES = [
    Case("xterm-256color", UTF8, False, (80, 24), "quit"),
    Case("xterm", C, True, (120, 40), "TERM"),
    Case("screen", OLD, False, (40, 12), "INT"),
    Case("linux", UTF8, True, (80, 24), "HUP"),
    Case("vt100", UTF8, False, (120, 40), "HUP", ("--ascii",)),
    Case("tmux-256color", OLD, True, (20, 5), "quit"),
    Case("screen-256color", C, False, (20, 5), "TERM"),
    Case("xterm-256color", C, True, (40, 12), "INT", colorterm="truecolor"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.term}-{case.ending}")
def test_the_window_is_drawn_and_the_terminal_is_as_before(case: Case, scratch: Scratch) -> None:
    told_run(scratch, "told")
    env = {**case.locale, "TERM": case.term, "COLORTERM": case.colorterm}
    if case.no_color:
        env["NO_COLOR"] = "1"
    columns, rows = case.size
    command = [*COMMAND, *case.arguments]
    with PtyApp(command, rows=rows, columns=columns, cwd=scratch.path, env=env) as app:
        shown = look_around(app, case)
        assert STRAY.search(shown) is None, shown
        assert b"\x1b[?1049h" in app.raw
        assert end(app, case.ending)
        assert STRAY.search(app.text()) is None, app.text()
        assert modes_left_on(app.raw) == set()
        assert app.termios_now() == app.termios_before
        assert_sent_what_it_knows(app.raw, case)


def look_around(app: PtyApp, case: Case) -> str:
    """Everything that was shown, with a run where there is room for one."""
    if case.size == (20, 5):
        by = "x" if case.ascii else "×"
        return app.wait_for(
            lambda text: f"needs 40{by}12, this terminal is 20{by}5" in " ".join(text.split()),
            PATIENCE_SECONDS,
        )
    first = app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
    app.press("4")
    listed = app.wait_for("told", PATIENCE_SECONDS)
    app.press("?")
    helped = app.wait_for("esc closes this", PATIENCE_SECONDS)
    app.press("esc")
    app.wait_for(lambda text: "esc closes this" not in text, PATIENCE_SECONDS)
    return "\n".join((first, listed, helped))


def end(app: PtyApp, ending: str) -> bool:
    """Whether it ended with the code that belongs to its ending."""
    if ending == "quit":
        app.press("q")
        return app.wait(PATIENCE_SECONDS) == 0
    number = signal.Signals[f"SIG{ending}"]
    os.kill(app.process.pid, number)
    return app.wait(PATIENCE_SECONDS) == 128 + number


def assert_sent_what_it_knows(raw: bytes, case: Case) -> None:
    assert raw.isascii() == case.ascii
    assert not (case.no_color and COLOUR.search(raw))
    if not case.colorterm:
        assert not OF_16_MILLION.search(raw)
    if "256color" not in case.term:
        assert not OF_256.search(raw)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_in_tmux_it_is_drawn_as_anywhere(scratch: Scratch) -> None:
    told_run(scratch, "told")
    env = {**UTF8, "TMUX": "", "TMUX_TMPDIR": str(scratch.path)}
    command = ["tmux", "-f", "/dev/null", "new-session", *COMMAND]
    with PtyApp(command, cwd=scratch.path, env=env) as app:
        shown = look_around(app, CASES[0])
        assert STRAY.search(shown) is None
        assert "│ 2 Device │" in shown
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert app.termios_now() == app.termios_before


# Where no window can be shown


@pytest.mark.parametrize(
    ("term", "words"),
    [("dumb", "TERM is dumb"), ("", "TERM is not set: `export TERM=xterm`")],
)
def test_a_terminal_that_cannot_draw_or_is_not_known_gets_one_sentence(
    term: str, words: str, scratch: Scratch
) -> None:
    with PtyApp(COMMAND, columns=200, cwd=scratch.path, env={"TERM": term}) as app:
        assert app.wait(PATIENCE_SECONDS) == 2
        assert b"\x1b" not in app.raw
        (sentence,) = app.text().strip().splitlines()
        assert words in sentence
        assert "`mnist-tui --plain`" in sentence
        assert app.termios_now() == app.termios_before


def test_with_stderr_in_a_file_there_is_one_sentence_in_it(scratch: Scratch) -> None:
    log = scratch.path / "log"
    command = ["sh", "-c", f'"{sys.executable}" -m tui 2> "{log}"']
    with PtyApp(command, cwd=scratch.path) as app:
        assert app.wait(PATIENCE_SECONDS) == 2
        assert app.raw == b""
    (sentence,) = log.read_text().splitlines()
    assert sentence.startswith("mnist-tui: the app needs a terminal on stderr, where it draws: ")


@pytest.mark.parametrize(
    ("stdin", "stderr", "words"),
    [
        (False, False, "`ssh -t`"),
        (False, True, "stdin, for the keys"),
        (True, False, "stderr, where it draws"),
    ],
)
def test_each_missing_terminal_has_its_remedy(stdin: bool, stderr: bool, words: str) -> None:
    refusal = terminal.refusal({"TERM": "xterm"}, stdin=stdin, stderr=stderr)
    assert refusal is not None
    assert words in refusal
    assert "`mnist-tui train`" in refusal


def test_every_usual_terminal_is_taken() -> None:
    for kind in ("xterm", "linux", "vt100", "screen", "tmux-256color", "xterm-kitty"):
        assert terminal.refusal({"TERM": kind}, stdin=True, stderr=True) is None


# Locales that lack signs


def test_commands_in_an_old_locale_write_ascii_and_never_fail(scratch: Scratch) -> None:
    told_run(scratch, "told")
    for arguments in (["runs"], ["show", "latest"]):
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=scratch.path,
            env={**os.environ, **OLD},
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        assert output.isascii()
        assert b"\\u" not in output
        assert b"Traceback" not in output


# Signs that are too wide

PATIENT = [
    sys.executable,
    "-c",
    "from tui import cli\nfrom tui.link import width_probe\n"
    "width_probe.PATIENCE_SECONDS = 30.0\nraise SystemExit(cli.main())",
]
"""The program, which waits for a terminal that is this very process, on a busy machine."""


def answering(app: PtyApp) -> PtyApp:
    """The same terminal, now one that says where its cursor is."""
    vars(app._screen)["write_process_input"] = app.send  # pyte drops what it would answer
    return app


@pytest.fixture
def wide_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals draw `─` two columns wide, as with an East Asian font."""
    import pyte.screens

    width: Callable[[str], int] = pyte.screens.wcwidth
    monkeypatch.setattr("pyte.screens.wcwidth", lambda sign: 2 if sign == "─" else width(sign))


@pytest.mark.usefixtures("wide_lines")
def test_where_lines_are_two_columns_wide_ascii_is_drawn(scratch: Scratch) -> None:
    with answering(PtyApp(PATIENT, cwd=scratch.path, env=UTF8)) as app:
        # Typed before the window is there: neither lost nor taken for a part of the answer.
        app.send("4")
        text = app.wait_for("Every run will be listed here", PATIENCE_SECONDS)
        assert text.isascii()
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        question, _, rest = app.raw.partition("─⠿".encode())
        assert question.endswith(b"\x1b7\x1b[6n")
        assert rest.isascii()
        assert STRAY.search(app.text()) is None
        assert app.termios_now() == app.termios_before


def test_a_terminal_that_answers_as_usual_gets_every_sign(scratch: Scratch) -> None:
    with answering(PtyApp(PATIENT, cwd=scratch.path, env=UTF8)) as app:
        text = app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        assert not text.isascii()
        assert STRAY.search(text) is None
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert app.termios_now() == app.termios_before
