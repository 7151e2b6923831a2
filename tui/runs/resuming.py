"""What is said before a run goes on; what is asked of `core.resuming.plan` imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.runs import Run
from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from pathlib import Path

    from core.resuming.check import Outlook


def outlook(path: Path, save_dir: Path, edits: dict[str, Any]) -> Outlook:
    """What resuming a run or a checkpoint will be like. Raises MistakeError."""
    from core.resuming import check as resume_check
    from core.resuming import plan as resume

    return resume_check.outlook(resume.plan(str(path), save_dir, None, edits))


def realized(agreed: Outlook, save_dir: Path, edits: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
    """The run to train, as was agreed to. Raises MistakeError if something else has come of it.

    It is planned anew: while somebody thought about it, a file may have gone, or a run begun.
    """
    checkpoint = agreed.plan.checkpoint
    run = agreed.plan.run
    now = outlook(run.path if run is not None else checkpoint, save_dir, edits)
    if now.at != agreed.at:
        raise MistakeError(f"{fmt.path(checkpoint)}: its run has changed meanwhile: try again")
    return now.plan.realize(), now.plan.changes


def needs_no_question(found: Outlook) -> bool:
    """Whether it is the same run that goes on to the same bits, and nothing is to be said."""
    return found.in_place and found.exact and not found.plan.notices


def line(found: Outlook) -> str:
    """What begins, in a line."""
    bits = "to the same bits" if found.exact else "the last bits will differ"
    return f"{'the run' if found.in_place else 'a new run'} goes on {_place(found)}, {bits}"


def question(found: Outlook) -> str:
    """What will happen, before it does."""
    checkpoint = found.plan.checkpoint
    run = found.plan.run or Run(checkpoint.parent)
    source = f"{clean(checkpoint.name)} of {fmt.run_name(run)}"
    lines = [f"Go on from {source}, {_place(found)}?", ""]
    if found.in_place:
        lines.append("in place: the run's own folder goes on")
    else:
        lines.append("as a new run; this one stays as it is, and is its parent")
    if found.exact:
        lines.append("exact: the same torch, threads and device, so the same bits")
    else:
        lines += ["not exact:", *(f"  {clean(sentence)}" for sentence in found.differences)]
    return "\n".join([*lines, *map(clean, found.plan.notices)])


def _place(found: Outlook) -> str:
    if found.step_in_epoch:
        return f"in epoch {found.epoch + 1} after its step {found.step_in_epoch}"
    return f"with epoch {found.epoch + 1}"
