"""Writing a run's checkpoints: failures are said and survived, old files are pruned."""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from core import checkpoint
from core.events import CheckpointFailed, CheckpointSaved
from core.runs import position
from core.saved import results, sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from core.events import Event, Metrics

RETRY_SECONDS = 30.0
"""After a save that failed: often enough for a disk that was full for a moment."""


class _Due(NamedTuple):
    """A checkpoint that is to be written."""

    data: bytes
    epoch: int
    step: int
    metrics: Metrics


class Saver:
    """Saves into one folder. What could not be written is kept and tried again."""

    def __init__(
        self, folder: Path, emit: Callable[[Event], None], keep_checkpoints: int | None
    ) -> None:
        self._folder, self._emit, self._keep = folder, emit, keep_checkpoints
        self.trouble = ""
        """Why the last save failed; empty when it did not."""
        self._due: dict[str, _Due] = {}
        self._retry_at = math.inf
        self._sweep()

    def save(
        self,
        files: Iterable[str],
        content: dict[str, Any],
        *,
        epoch: int,
        step: int,
        metrics: Metrics,
    ) -> bool:
        """Write `content` to each of `files`; whether all that is due is written.

        A failure is an event, and training goes on.
        """
        due = _Due(checkpoint.to_bytes(content), epoch, step, metrics)
        self._due.update(dict.fromkeys(files, due))
        return self._write()

    def retry(self) -> None:
        """Write what could not be written, as it was then, if that is long enough ago."""
        if time.monotonic() >= self._retry_at:
            self._write()

    def _write(self) -> bool:
        self.trouble = ""
        for file, due in list(self._due.items()):
            try:
                checkpoint.save(
                    self._folder / file,
                    due.data,
                    epoch=due.epoch,
                    step=due.step,
                    metrics=due.metrics,
                )
            except (OSError, RuntimeError) as error:  # torch says RuntimeError of a full disk
                self.trouble = getattr(error, "strerror", None) or str(error)
                self._emit(CheckpointFailed(file=file, reason=self.trouble))
            else:
                del self._due[file]
                self._emit(
                    CheckpointSaved(
                        file=file, epoch=due.epoch, step=due.step, num_bytes=len(due.data)
                    )
                )
        self._retry_at = time.monotonic() + RETRY_SECONDS if self._due else math.inf
        if not self.trouble:
            self._prune()
        return not self.trouble

    def _prune(self) -> None:
        """Delete all but the newest numbered checkpoints, once the new one is safe."""
        if self._keep is None:
            return
        numbered = sorted(self._folder.glob("checkpoint-epoch*.pth"), key=position)
        for path in numbered[: -self._keep]:
            with contextlib.suppress(OSError):
                path.unlink()
                sidecar.path_of(path).unlink(missing_ok=True)
                results.forget(path)

    def _sweep(self) -> None:
        """Delete what a killed writer left half written; nobody else writes checkpoints here."""
        for pattern in (".*.pth.????????.tmp", ".*.pth.json.????????.tmp"):
            for path in self._folder.glob(pattern):
                with contextlib.suppress(OSError):
                    path.unlink()


class NoSaver:
    """Of a rank that leaves the writing to the first."""

    trouble = ""

    def save(self, *_: object, **__: object) -> bool:
        """Nothing to do, nothing that fails."""
        return True

    def retry(self) -> None:
        """Nothing to try."""
