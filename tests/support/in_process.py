"""Commands of mnist-tui, and our own modules, run in this process: torch is there already."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest

from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def command(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command given in that folder."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr("sys.argv", ["mnist-tui", *arguments])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main()
    return code, out.getvalue(), err.getvalue()


def module(main: Callable[[], int], text: str, *arguments: str) -> str:
    """The stdout of a module that `python -m` runs, given `text`; torch is as before then."""
    import torch

    out, threads, drawn = io.StringIO(), torch.get_num_threads(), torch.get_rng_state()
    try:
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
            patch.setattr("sys.argv", ["-m", *arguments])
            patch.setattr("sys.stdin", io.StringIO(text))
            assert main() == 0
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(drawn)
    return out.getvalue()
