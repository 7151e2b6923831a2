"""A command of mnist-tui run in this process: it need not import torch again."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest

from tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def command(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command given in that folder."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr("sys.argv", ["mnist-tui", *arguments])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main()
    return code, out.getvalue(), err.getvalue()
