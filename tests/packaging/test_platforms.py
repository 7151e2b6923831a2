"""What only one system has is not needed on another; Windows gets a sentence. Both are simulated.

A file that Python runs at its start takes away what a system lacks, in the processes that the
program starts too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_data import tiny_config, write_tiny_mnist

PROJECT = Path(__file__).resolve().parents[2]

WINDOWS = """
import signal, sys
sys.platform = "win32"
for name in ("fcntl", "termios", "tty", "pty", "resource", "grp", "pwd"):
    sys.modules[name] = None
for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTSTP", "SIGCHLD", "SIGSTOP", "SIGCONT"):
    delattr(signal, name)
"""

# psutil and torch find what they need on each system by themselves.
ONLY_LINUX = f"""
import os, select, signal, sys
OURS, OTHERS = ({f"{PROJECT}/core/"!r}, {f"{PROJECT}/tui/"!r}), ("/psutil/", "/torch/")
LISTS = ("open", "os.listdir", "os.scandir")

def hide(event, arguments):
    if event in LISTS and str(arguments[0]).startswith(("/proc", "/sys", "/run/systemd")):
        frame = sys._getframe()
        while frame is not None:
            name = frame.f_code.co_filename
            if any(other in name for other in OTHERS):
                return
            if name.startswith(OURS):
                raise FileNotFoundError(2, "hidden", arguments[0])
            frame = frame.f_back

sys.addaudithook(hide)
for module, names in (
    (os, ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "eventfd",
          "posix_fadvise", "splice", "copy_file_range", "getrandom")),
    (select, ("epoll",)),
    (signal, ("sigtimedwait", "sigwaitinfo", "SIGRTMIN", "SIGRTMAX", "SIGPWR", "SIGPOLL",
              "pidfd_send_signal")),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
"""


def mnist_tui(tmp_path: Path, lacking: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    start = tmp_path / "start"
    start.mkdir(exist_ok=True)
    (start / "sitecustomize.py").write_text(lacking)
    # No systemd answers either, and programs of the machine are not what is looked for.
    environment = {**os.environ, "PYTHONPATH": f"{start}{os.pathsep}{PROJECT}", "PATH": ""}
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [(), ("--plain",), ("train",), ("runs",), ("doctor",)])
def test_windows_gets_one_sentence_that_names_wsl(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = mnist_tui(tmp_path, WINDOWS, *command)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "mnist-tui: it runs on Linux and macOS, and needs their signals: on Windows use it in WSL\n"
    )


def test_a_run_is_trained_without_what_only_linux_has(tmp_path: Path) -> None:
    config = tiny_config(write_tiny_mnist(tmp_path / "data"), Path("saved"))
    (tmp_path / "config.json").write_text(config.text, encoding="utf-8")
    done = mnist_tui(tmp_path, ONLY_LINUX, "train")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("epoch 1/2  loss ")


def test_what_is_here_is_told_without_what_only_linux_has(tmp_path: Path) -> None:
    done = mnist_tui(tmp_path, ONLY_LINUX, "doctor")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "yes: no systemd ends what a login leaves behind" in done.stdout
    assert done.stdout.endswith("a run can be trained here\n")
