"""Processes of our own: started so that they run this very program."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

VERSION_VARIABLE = "MNIST_TUI_VERSION"
"""Tells a child which version its parent is: the two must agree on what they write."""


def our_version() -> str:
    """The installed version; empty in a checkout that was never installed."""
    # Hundredths of a second, which the first paint can do without.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mnist-tui")
    except PackageNotFoundError:
        return ""


def environment() -> dict[str, str]:
    """An environment in which `core` is this very package, whatever lies around."""
    environment = {**os.environ, "PYTHONSAFEPATH": "1", VERSION_VARIABLE: our_version()}
    folder = Path(__file__).resolve().parents[2]
    # An installed copy is found by itself; put first, its neighbours could hide the standard
    # library. A checkout must be named.
    if folder.name not in ("site-packages", "dist-packages"):
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{folder}{os.pathsep}{known}" if known else str(folder)
    return environment


def ask(module: str, text: str = "", *, timeout_seconds: float) -> str:
    """The stdout of `python -m module` given `text`; raises SubprocessError or OSError."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    try:
        output, errors = process.communicate(text, timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        # A process that hangs inside a driver outlives even SIGKILL: do not wait for it long.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=1)
        raise
    if process.returncode != 0:
        last_line = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise subprocess.SubprocessError(last_line)
    return output
