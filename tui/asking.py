"""Questions to processes of our own: each is killed once nobody waits for its answer.

A run that lives in this process keeps its bits, and whoever leaves need not wait for an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time

from core.processes import child

LAST_SECONDS = 1.0
"""For a process to be gone once it was killed."""


async def ask(*arguments: str, text: str = "", timeout_seconds: float | None = None) -> str:
    """The stdout of `python -m …`, given `text`.

    Raises SubprocessError with the last line of its stderr, TimeoutError, or OSError.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=child.environment(),
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(text.encode()), timeout_seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await _end_of(process)
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise subprocess.SubprocessError(lines[-1] if lines else "it ended in silence")
    return output.decode(errors="replace")


async def _end_of(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that was killed, but not long: one inside a driver outlives SIGKILL."""
    try:
        await asyncio.wait_for(process.wait(), LAST_SECONDS)
    except TimeoutError:
        return
    except asyncio.CancelledError:
        # The loop is about to close. Whoever watches the process for it would say so on stderr.
        until = time.monotonic() + LAST_SECONDS
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < until:
                os.kill(process.pid, 0)
                time.sleep(0.005)
        raise
