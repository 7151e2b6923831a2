"""Asks `core.predict`, a process of its own, what networks take a drawing for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.processes import child

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_COMMAND = (sys.executable, "-m", "core.processes.asked", "core.predict")
ENDED = "the process that looks at drawings ended: close the pad, try again"


@dataclass(frozen=True, slots=True)
class Guess:
    """What networks take a picture for."""

    picture: bytes
    """As they see it: 28×28 bytes of ink, scaled and centred."""
    probabilities: tuple[tuple[float, ...], ...]
    """Of each checkpoint, for each class."""


class Predicting:
    """The process and the thread that talks with it, from `start` to `close`."""

    def __init__(
        self,
        checkpoints: Sequence[Path],
        on_guess: Callable[[Guess], object],
        on_trouble: Callable[[str], object],
    ) -> None:
        """Both are called in the thread."""
        self._checkpoints, self._on_guess, self._on_trouble = checkpoints, on_guess, on_trouble
        self._process: subprocess.Popen[str] | None = None
        self._drawn: bytes | None = None
        self._closed = False
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin; it takes the process some seconds to import torch."""
        threading.Thread(target=self._work, name="predicting", daemon=True).start()

    def show(self, ink: bytes) -> None:
        """Have a drawing looked at; of those not looked at yet the newest counts."""
        with self._changed:
            self._drawn = ink
            self._changed.notify()

    def close(self) -> None:
        """End the process; nothing is called any more but what is being called."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            if self._process is not None:
                self._process.kill()

    def _work(self) -> None:
        try:
            self._run()
        except MistakeError as error:
            self._fail(str(error))
        except (OSError, ValueError):  # ended: also while what was written last is thrown away
            self._fail(ENDED)

    def _fail(self, why: str) -> None:
        if not self._closed:
            self._on_trouble(why)

    def _run(self) -> None:
        with subprocess.Popen(
            [*_COMMAND, *map(str, self._checkpoints)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, bufsize=1, env=child.environment(),
        ) as process:  # fmt: skip
            with self._changed:
                self._process = process
                if self._closed:
                    process.kill()
            try:
                self._talk(process)
            finally:
                process.kill()

    def _talk(self, process: subprocess.Popen[str]) -> None:
        _answer(process)
        while (ink := self._next()) is not None:
            assert process.stdin is not None
            process.stdin.write(f"{ink.hex()}\n")
            answer = _answer(process)
            probabilities = tuple(tuple(values) for values in answer["probabilities"])
            self._on_guess(Guess(bytes.fromhex(answer["picture"]), probabilities))

    def _next(self) -> bytes | None:
        """The newest drawing, once there is one; None when it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._drawn is not None)
            ink, self._drawn = self._drawn, None
            return None if self._closed else ink


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    answer: dict[str, Any] = json.loads(process.stdout.readline())  # ValueError at its end
    if "mistake" in answer:
        raise MistakeError(answer["mistake"])
    return answer
