"""What the parts of the window tell each other: facts in the past tense.

What comes from a thread does not bubble: it has no sender, so a message that the app hands on to
its screen would come back to the app, and round again for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from core.devices import Device
    from core.machine.load import Load
    from core.record.log_lines import LogLine
    from core.runs import Run
    from core.state import RunState
    from tui.digits.exhibits import Exhibits
    from tui.runs.newest import Newest


@dataclass(eq=False, repr=False)
class RunUpdated(Message, bubble=False):
    """The followed run has a newer state."""

    run: Run
    state: RunState
    live: bool
    log: tuple[LogLine, ...]
    """The last lines of its log; the same object where there are no newer ones."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest state counts: a slow screen skips the ones between.

        Of one run: a late word of the run shown before must not cost the one that is shown now its
        state, which a finished run tells only once.
        """
        return isinstance(message, RunUpdated) and message.run.path == self.run.path


@dataclass(eq=False, repr=False)
class NewestFound(Message, bubble=False):
    """The newest run is known: the first screen speaks of it."""

    newest: Newest


@dataclass(eq=False, repr=False)
class RunsFound(Message):
    """The save folders were searched."""

    rows: list[dict[str, Any]]
    """As `tui.runs.watch` has them, live ones first, then the newest."""
    complete: bool = True
    """Whether all were read; those that are seen first are told first."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest search counts."""
        return isinstance(message, RunsFound)


@dataclass(eq=False, repr=False)
class DevicesFound(Message, bubble=False):
    """The machine was asked what it can train on."""

    devices: list[Device]


@dataclass(eq=False, repr=False)
class LoadRead(Message, bubble=False):
    """Somebody looked how busy the devices are."""

    loads: dict[str, Load]
    """By the name of the device; those that do not say it are left out."""
    users: dict[str, tuple[str, ...]]
    """Who is known to use them."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest look counts."""
        return isinstance(message, LoadRead)


@dataclass(eq=False, repr=False)
class PaneShown(Message):
    """Another pane is in view."""

    pane: str


@dataclass(eq=False, repr=False)
class QuickRunAsked(Message):
    """Somebody wants the quick run of the first screen."""


@dataclass(eq=False, repr=False)
class UnfoldAsked(Message):
    """Somebody wants to see the checkpoints of these runs, and of no others."""

    runs: frozenset[str]


@dataclass(eq=False, repr=False)
class CheckpointTested(Message):
    """Somebody wants a checkpoint on the test set."""

    path: Path


@dataclass(eq=False, repr=False)
class ResumeAsked(Message):
    """Somebody wants to go on from a run or a checkpoint."""

    path: Path
    at_once: bool = False
    """Without a question, whatever there is to say."""


@dataclass(eq=False, repr=False)
class DeletionAsked(Message):
    """Somebody wants to delete a run or a checkpoint."""

    path: Path


@dataclass(eq=False, repr=False)
class TakeBackAsked(Message):
    """Somebody wants back what was deleted last."""


@dataclass(eq=False, repr=False)
class ComparisonAsked(Message):
    """Somebody wants to see a run beside the one that is shown."""

    run: Run


@dataclass(eq=False, repr=False)
class FineTuneAsked(Message):
    """Somebody wants the next run to begin with the weights of a checkpoint."""

    path: Path


@dataclass(eq=False, repr=False)
class PartShown(Message):
    """Another part of a pane is in view, whose keys are others."""

    part: str
    """As `tui.words` names its keys: `digits-pictures`."""


@dataclass(eq=False, repr=False)
class DetailLeft(Message, bubble=False):
    """Somebody wants to go back from a detail of a pane."""


@dataclass(eq=False, repr=False)
class DrawingAsked(Message):
    """Somebody wants to draw for a checkpoint."""

    path: Path


@dataclass(eq=False, repr=False)
class CheckpointsAsked(Message):
    """Somebody wants to choose another checkpoint."""


@dataclass(eq=False, repr=False)
class NetworkAsked(Message):
    """Somebody wants to see the network with a picture going through it."""

    index: int
    """Of the test image."""
    by_key: bool = False
    """Whether a key asked, not the pane that came into view: then code of one's own may run."""


@dataclass(eq=False, repr=False)
class DigitsAsked(Message):
    """Somebody wants to see what a checkpoint gets wrong."""

    path: Path


@dataclass(eq=False, repr=False)
class ExhibitsFound(Message, bubble=False):
    """What is known of a checkpoint was read."""

    exhibits: Exhibits | None
    """None where there is no checkpoint yet."""
    training: bool = False
    """Whether that is because the run that is shown has not saved one yet."""


@dataclass(eq=False, repr=False)
class RunOpened(Message):
    """Somebody wants to look at a run."""

    run: Run


@dataclass(eq=False, repr=False)
class ApplyAsked(Message):
    """Somebody wants the live run to go on with another setting."""

    path: str
    """`requests.LR` or `requests.EPOCHS`."""
    value: float
