"""Questions to processes of our own: each is killed once nobody waits for its answer.

A run that lives in this process keeps its bits, and whoever leaves need not wait for an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys

from core import child


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
            # A process that hangs inside a driver outlives even SIGKILL: do not wait for it long.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 1)
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise subprocess.SubprocessError(lines[-1] if lines else "it ended in silence")
    return output.decode(errors="replace")
