"""Processes of our own: started so that they run this very program."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

VERSION_VARIABLE = "MNIST_TUI_VERSION"
"""Tells a child which version its parent is: the two must agree on what they write."""


def our_version() -> str:
    """The installed version; empty in a checkout that was never installed."""
    try:
        return version("mnist-tui")
    except PackageNotFoundError:
        return ""


def environment() -> dict[str, str]:
    """An environment in which `core` is this very package, whatever lies around."""
    environment = {**os.environ, "PYTHONSAFEPATH": "1", VERSION_VARIABLE: our_version()}
    folder = Path(__file__).resolve().parents[1]
    # An installed copy is found by itself; put first, its neighbours could hide the standard
    # library. A checkout must be named.
    if folder.name not in ("site-packages", "dist-packages"):
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{folder}{os.pathsep}{known}" if known else str(folder)
    return environment
