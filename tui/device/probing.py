"""Asks `core.probe` in a process of its own, so that a live run here keeps its bits."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from core.errors import MistakeError
from core.machine.host import one_line
from tui import asking
from tui import format as fmt

TIMEOUT_SECONDS = 120.0
"""torch is imported first, and a driver may hang."""


async def self_test(device: str) -> str:
    """Whether a device works, in words. Raises MistakeError where it does not."""
    answer = await _ask({"device": device})
    if not answer["passed"]:
        raise MistakeError(
            f"self-test failed: a training step's gradient is wrong by {answer['difference']:.0%}"
        )
    took = fmt.duration(answer["seconds"])
    return f"self-test passed: a training step gives the right numbers, in {took}"


async def speed(device: str, config: str) -> str:
    """How fast a device trains a config, in words. Raises MistakeError."""
    answer = await _ask({"device": device, "config": config})
    epoch = fmt.duration(answer["seconds_an_epoch"])
    return f"{fmt.rate(answer['images_per_second'])} with this config, an epoch in about {epoch}"


async def _ask(question: dict[str, str]) -> dict[str, Any]:
    try:
        output = await asking.ask(
            "core.probe", text=json.dumps(question), timeout_seconds=TIMEOUT_SECONDS
        )
    except TimeoutError:
        took = f"took longer than {TIMEOUT_SECONDS:.0f} s"
        raise MistakeError(f"the probe {took}: look whether the driver answers") from None
    except subprocess.SubprocessError as error:
        raise MistakeError(f"the probe failed: {one_line(str(error))}") from None
    try:
        # Libraries may write to stdout too: ours is the last line.
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        raise MistakeError("the probe ended without an answer: try it again") from None
    if "mistake" in answer:
        raise MistakeError(answer["mistake"])
    return answer
