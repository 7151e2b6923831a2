"""Questions to processes of our own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from typing import TYPE_CHECKING

import psutil
import pytest

from tui import asking

if TYPE_CHECKING:
    from pathlib import Path

WAITS = """
import os, pathlib, time
pathlib.Path("pid.new").write_text(str(os.getpid()))
os.rename("pid.new", "pid")
time.sleep(600)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a module called `asked`, in the folder one is in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "asked.py"


async def test_the_answer_is_what_it_prints_to_what_it_reads(module: Path) -> None:
    module.write_text("import sys\nprint(sys.argv[1], sys.stdin.read())\n")
    assert await asking.ask("asked", "한글", text="[/x]") == "한글 [/x]\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys\nprint('one', file=sys.stderr)\nsys.exit('two')\n", "two"),
        ("import sys\nsys.exit(3)\n", "it ended in silence"),
    ],
)
async def test_one_that_fails_says_why(module: Path, source: str, said: str) -> None:
    module.write_text(source)
    with pytest.raises(subprocess.SubprocessError, match=said):
        await asking.ask("asked")


async def test_one_that_takes_too_long_is_ended(module: Path) -> None:
    module.write_text(WAITS)
    with pytest.raises(TimeoutError):
        await asking.ask("asked", timeout_seconds=0.2)
    assert not await still_there(module)


async def test_one_that_nobody_waits_for_is_ended(module: Path) -> None:
    module.write_text(WAITS)
    waiting = asyncio.create_task(asking.ask("asked"))
    while not module.with_name("pid").exists():
        await asyncio.sleep(0.01)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    assert not await still_there(module)


async def still_there(module: Path) -> bool:
    """Whether the process that wrote its number lives on, a moment later."""
    await asyncio.sleep(0.1)
    number = module.with_name("pid")
    return number.exists() and psutil.pid_exists(int(number.read_text()))
