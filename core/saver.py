"""Writing a run's checkpoints: failures are said and survived, old files are pruned."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from core import checkpoint, sidecar
from core.events import CheckpointFailed, CheckpointSaved
from core.runs import position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from core.events import Event, Metrics


class Saver:
    """Saves into one folder."""

    def __init__(
        self, folder: Path, emit: Callable[[Event], None], keep_checkpoints: int | None
    ) -> None:
        self._folder, self._emit, self._keep = folder, emit, keep_checkpoints
        self.trouble = ""
        """Why the last save failed; empty when it did not."""
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
        """Write `content` to each of `files`; whether all could be.

        A failure is an event, and training goes on.
        """
        self.trouble = ""
        data = checkpoint.to_bytes(content)
        for file in files:
            try:
                checkpoint.save(self._folder / file, data, epoch=epoch, step=step, metrics=metrics)
            except (OSError, RuntimeError) as error:  # torch says RuntimeError of a full disk
                self.trouble = getattr(error, "strerror", None) or str(error)
                self._emit(CheckpointFailed(file=file, reason=self.trouble))
            else:
                self._emit(CheckpointSaved(file=file, epoch=epoch, step=step, num_bytes=len(data)))
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
                checkpoint.test_path(path).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Delete what a killed writer left half written; nobody else writes checkpoints here."""
        for pattern in (".*.pth.????????.tmp", ".*.pth.json.????????.tmp"):
            for path in self._folder.glob(pattern):
                with contextlib.suppress(OSError):
                    path.unlink()
