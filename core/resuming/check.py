"""What a resume will be like, known before it begins: from where, to which bits, into which run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import checkpoint, runs
from core.config import Config
from core.processes import several
from core.resuming import beginning, position
from core.runs import Run

if TYPE_CHECKING:
    from pathlib import Path

    from core.resuming.plan import Plan


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan, and what comes of it here and now."""

    plan: Plan
    epoch: int
    """Finished epochs."""
    step_in_epoch: int
    """Finished steps of the epoch after those."""
    differences: tuple[str, ...]
    """Why the numbers will not be those of the uninterrupted run, bit for bit; a sentence each."""

    @property
    def in_place(self) -> bool:
        """Whether the run itself goes on; else a new one does."""
        return self.plan.run is not None

    @property
    def exact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    @property
    def at(self) -> tuple[Path, Path | None]:
        """From which file into which run: what somebody agreed to."""
        return self.plan.checkpoint, self.plan.run.path if self.plan.run else None


def outlook(plan: Plan) -> Outlook:
    """What comes of a plan on this machine. Raises MistakeError."""
    if not runs.is_checkpoint(plan.checkpoint):
        return Outlook(plan, 0, 0, ())  # nothing was saved yet: it begins again
    start = checkpoint.load(plan.checkpoint)
    ours = start.ours
    if plan.weights_only:
        return Outlook(plan, 0, 0, ("the weights alone are taken, as when it was begun",))
    if not ours:
        return Outlook(plan, start.epoch, 0, ("another program wrote it: the batches differ",))
    settings = Config.parse(plan.text.value)
    device, notices = beginning.device(settings, start)
    number = several.to_go_on(plan.run or Run(plan.checkpoint.parent), settings)
    threads = beginning.threads(settings, start, world_size=number, local_size=number)
    found = position.differences(ours, threads=threads, device=device, world_size=number)
    return Outlook(plan, start.epoch, int(ours["step_in_epoch"]), (*notices, *found))
