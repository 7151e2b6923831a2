"""The program in folders of its own: its processes, what they burn, the weights they come to."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import warm
from scratch import FOREVER, Scratch, wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.runs import Run

PROJECT = Path(__file__).resolve().parents[2]
APP = [sys.executable, "-m", "tui"]
A_WHILE = {**FOREVER, "trainer.epochs": 12}
"""Edits of a config that trains for a few seconds."""
NUM_TRAINING_THREADS = 2
"""That may be busy where torch has one: the trainer's, and torch's for the backward pass."""
SPINNING_SHARE = 0.3
"""Of a core: what the rest of a process wants only if something in it spins."""


def scratch_in(folder: Path, data: Path, edits: dict[str, Any]) -> Scratch:
    """A new folder with a config and a link to the data."""
    folder.mkdir()
    (folder / "data").symlink_to(data)
    scratch = Scratch(folder)
    scratch.write_config(edits)
    return scratch


def train(scratch: Scratch, *arguments: str) -> Run:
    """Train the config of a folder to its end, undisturbed."""
    ended = warm.run(["train", *arguments], cwd=scratch.path, env=environment())
    assert ended.returncode == 0, f"exit code {ended.returncode}: {ended.stderr}"
    return scratch.run()


def environment() -> dict[str, str]:
    """Ours, but so that the program started is the one of this checkout.

    Without a size: pytest-xdist sets one, which would win over that of the program's terminal.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(PROJECT)}


def weights(run: Run) -> dict[str, Any]:
    """The network of the last checkpoint; reading it checks that it is whole."""
    from core import checkpoint

    content: dict[str, Any] = checkpoint.load(run.path / "last.pth").content["state_dict"]
    return content


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two networks are equal, bit for bit."""
    import torch

    return first.keys() == second.keys() and all(
        torch.equal(value, second[name]) for name, value in first.items()
    )


def outcome(run: Run) -> str:
    """How it ended; `none` while it has not."""
    ended = run.state().ended
    return ended.outcome if ended is not None else "none"


def wait_for_epoch(scratch: Scratch, epoch: int) -> Run:
    """Wait until the only run of a folder has finished so many epochs."""
    wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= epoch)
    return scratch.run()


def processes_in(folder: Path) -> list[psutil.Process]:
    """The program's processes that are in a folder."""
    return [process for process in psutil.process_iter() if _is_in(process, folder)]


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder and "tui" in process.cmdline()
    except (psutil.Error, OSError):
        return False


def has_terminal(process: psutil.Process) -> bool:
    """Whether a process has a controlling terminal, by proc(5).

    psutil knows only the terminals that were there when it was first asked.
    """
    fields = Path(f"/proc/{process.pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[4]) != 0


def kill_all_in(folder: Path) -> None:
    """Leave nothing of a test that failed."""
    for process in processes_in(folder):
        with contextlib.suppress(psutil.Error):
            process.kill()


def spinning(processes: Sequence[psutil.Process], seconds: float = 1.0) -> list[str]:
    """Which processes want a core for anything but training, looked at for so long. Linux alone."""
    before = [_wanted_seconds(process) for process in processes]
    time.sleep(seconds)
    found = []
    for process, then in zip(processes, before, strict=True):
        now = _wanted_seconds(process)
        shares = sorted(wanted - then.get(thread, 0.0) for thread, wanted in now.items())
        # A process of one thread only waits: it is the launcher.
        rest = shares[:-NUM_TRAINING_THREADS] if len(shares) > 1 else shares
        if sum(rest) > SPINNING_SHARE * seconds:
            found.append(f"{process.pid}: {sum(rest):.1f} of {seconds:g} s")
    return found


def _wanted_seconds(process: psutil.Process) -> dict[int, float]:
    """How long each thread ran or waited for a core: on a busy machine a spin gets little."""
    wanted = {}
    for task in Path(f"/proc/{process.pid}/task").glob("*"):
        with contextlib.suppress(OSError, ValueError):  # ended meanwhile
            ran, waited, _ = map(int, (task / "schedstat").read_text().split())
            wanted[int(task.name)] = (ran + waited) / 1e9
    return wanted
