"""The process in front: exit codes, signals, and the terminal after a killed child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from pty_app import PtyApp, modes_left_on

PROJECT = Path(__file__).resolve().parents[2]

START = """
import os, signal, sys, time
from tui.link import launcher

def say(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()

def app():
{app}

sys.exit(launcher.launch(app))
"""


def script(app: str) -> list[str]:
    """Return a command that launches a function of these lines."""
    return [sys.executable, "-c", START.format(app=textwrap.indent(textwrap.dedent(app), "    "))]


def run(app: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(script(app), cwd=PROJECT, capture_output=True, text=True, timeout=20)


def start(app: str) -> subprocess.Popen[str]:
    """Start it and wait until the app says that it is there."""
    process = subprocess.Popen(
        script(app), cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert read_line(process) == "ready"
    return process


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_the_launcher_imports_nothing_heavy() -> None:
    code = """
        import sys
        import __future__, contextlib, os, signal, termios
        allowed = set(sys.modules) | {"tui", "tui.link", "tui.link.launcher"}
        import tui.link.launcher
        assert set(sys.modules) <= allowed, set(sys.modules) - allowed
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=PROJECT, check=True)


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ("return 0", 0),
        ("return 7", 7),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("raise KeyboardInterrupt", 130),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("os.kill(os.getpid(), signal.SIGTERM)", 143),
    ],
)
def test_the_exit_code_is_the_childs(app: str, code: int) -> None:
    result = run(app)
    assert (result.returncode, result.stdout, result.stderr) == (code, "", "")


@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("raise RuntimeError('no\\x1b[2J luck\\nat all')", "RuntimeError: no[2J luck at all\n"),
        ("sys.exit('no luck')", "no luck\n"),
    ],
)
def test_an_exception_is_one_line_without_a_traceback(app: str, message: str) -> None:
    result = run(app)
    assert (result.returncode, result.stderr) == (1, message)


def test_what_was_written_is_flushed_once() -> None:
    code = """
        import sys
        from tui.link import launcher
        sys.stdout.write("before ")
        sys.exit(launcher.launch(lambda: sys.stdout.write("inside") and 0))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    assert subprocess.check_output(command, cwd=PROJECT) == b"before inside"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_a_signal_reaches_the_child_and_leaves_the_launcher_waiting(name: str) -> None:
    process = start(f"""
        got = []
        signal.signal(signal.{name}, lambda number, frame: got.append(number))
        say("ready")
        while not got:
            time.sleep(0.01)
        time.sleep(0.1)
        say("saved")
        return 128 + got[0]
    """)
    number = signal.Signals[name]
    process.send_signal(number)
    assert read_line(process) == "saved"
    assert process.wait(10) == 128 + number


def test_no_signal_of_many_is_lost_at_the_start() -> None:
    for delay in (0.0, 0.02, 0.04, 0.06, 0.08):
        command = script("time.sleep(20)\nreturn 0")
        process = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        # By the signal itself before the fork, by the child's code after it.
        assert process.wait(10) in (-signal.SIGTERM, 128 + signal.SIGTERM)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def test_the_child_starts_with_the_signals_as_the_launcher_found_them() -> None:
    result = run("""
        say(str(signal.getsignal(signal.SIGCHLD)))
        say(str(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
        return 0
    """)
    assert result.stdout.split() == [str(int(signal.SIG_DFL)), "set()"]


def test_the_child_notices_that_the_launcher_died_without_a_word(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    process = start(f"""
        import select
        link = launcher.link
        assert link.is_alive()
        say("ready")
        select.select([link], [], [], 10)
        os.mkdir({str(witness)!r} + str(link.is_alive()))
        return 0
    """)
    process.kill()
    process.wait(10)
    # stdout ends with the last process that holds it.
    assert process.stdout
    process.stdout.read()
    assert [path.name for path in tmp_path.iterdir()] == ["witnessFalse"]


def test_a_stopped_child_is_waited_for() -> None:
    process = start("""
        say("ready")
        os.kill(os.getpid(), signal.SIGSTOP)
        return 5
    """)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    os.killpg(process.pid, signal.SIGCONT)
    assert process.wait(10) == 5


def test_the_terminal_is_restored_after_a_child_that_was_killed() -> None:
    app = """
        import tty
        tty.setraw(0)
        os.write(2, b"\\x1b[?1049h\\x1b[?1000h\\x1b[?1003h\\x1b[?1006h\\x1b[?2004h\\x1b[?1004h")
        os.write(2, b"\\x1b[?25l\\x1b[>1umnist")
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with PtyApp(script(app), cwd=PROJECT) as terminal:
        terminal.wait_for("mnist")
        assert modes_left_on(terminal.raw) == {
            "?1049", "?1000", "?1003", "?1006", "?2004", "?1004", "?25", "kitty",
        }  # fmt: skip
        assert terminal.wait() == 137
        assert modes_left_on(terminal.raw) == set()
        assert terminal.termios_now() == terminal.termios_before
        assert "mnist" not in terminal.text()


def test_the_terminal_is_left_alone_after_a_child_that_ended_by_itself() -> None:
    with PtyApp(script("say('done')\nreturn 3"), cwd=PROJECT) as terminal:
        assert terminal.wait() == 3
        assert terminal.raw == b"done\r\n"


def test_a_child_that_trains_on_sends_the_launcher_away() -> None:
    process = start(
        """
        os.setsid()
        say("ready")
        launcher.link.send_launcher_away()
        time.sleep(4)
        say("still here")
        """
    )
    assert process.wait(3.5) == 0  # before the other says more
    assert read_line(process) == "still here"


def test_a_signal_of_somebody_else_sends_nobody_away() -> None:
    process = start('say("ready"); time.sleep(1); os._exit(7)')
    process.send_signal(signal.SIGUSR2)
    assert process.wait(10) == 7


def test_the_terminal_is_restored_where_the_child_says_that_it_cannot() -> None:
    app = """
    launcher.link.leave_terminal_to_launcher()
    sys.stderr.write("\\x1b[?1049h\\x1b[?25l")
    sys.stderr.flush()
    os._exit(143)
    """
    with PtyApp(script(app), cwd=PROJECT) as terminal:
        assert terminal.wait(10) == 143
        assert modes_left_on(terminal.raw) == set()
