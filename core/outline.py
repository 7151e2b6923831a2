"""The lines of a journal that a list of runs needs: a few of thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.events import BEST, beginning

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_LISTED = beginning("StepEnded", "StepMeasured", "CheckpointSaved", "Heartbeat", "NoticeGiven")
_EPOCH, _START = beginning("EpochEnded"), beginning("RunStarted")


def of(lines: Iterable[bytes]) -> list[bytes]:
    """The lines that say how far a run came, how it ended and which epoch was its best."""
    kept = [line for line in lines if not line.startswith(_NOT_LISTED)]
    # A run that was begun again before its last epoch forgets the epochs after that.
    if sum(line.startswith(_START) for line in kept) > 1:
        return kept
    epochs = [at for at, line in enumerate(kept) if line.startswith(_EPOCH)]
    best = [at for at in epochs if BEST in kept[at]]
    dropped = {*epochs} - {*epochs[-1:], *best[-1:]}
    return [line for at, line in enumerate(kept) if at not in dropped]
