"""What is said before something is deleted, and before the trash is emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import runs
from core.errors import MistakeError
from core.runs import Run
from core.saved import folders, trash
from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from pathlib import Path

    from core.saved.trash import Amount


def question(path: Path) -> str:
    """What deleting a run or a checkpoint means. Raises MistakeError where it cannot be."""
    is_checkpoint = runs.is_checkpoint(path)
    run = Run(path.parent if is_checkpoint else path)
    if not path.exists():
        raise MistakeError(f"{fmt.path(path)}: is gone already")
    name = fmt.run_name(run)
    if run.live():
        raise MistakeError(f"{name}: is being trained: stop it first")
    found = trash.amount(trash.belongings(path))
    what = f"{clean(path.name)} of {name}" if is_checkpoint else name
    freed = fmt.size(found.num_bytes) if is_checkpoint else _in_words(found)
    return (
        f"Delete {what}, {freed}?\n\nIt goes into {clean(fmt.path(_trash(run)))}: z takes it back, "
        "and its place is freed by : Empty the trash."
    )


def emptying_question(save_dir: Path) -> str:
    """What emptying the trash of all known save folders means; empty if there is nothing."""
    filled = [(folder, trash.content(folder)) for folder in _folders(save_dir)]
    lines = [
        f"{clean(fmt.path(folder / runs.TRASH))}: {_in_words(found)}"
        for folder, found in filled
        if found.num_bytes
    ]
    if not lines:
        return ""
    freed = fmt.size(sum(found.num_bytes for _, found in filled))
    return "\n".join([f"Empty the trash? This frees {freed} and cannot be undone.", "", *lines])


def empty(save_dir: Path) -> None:
    """Empty it in all known save folders. Raises MistakeError."""
    for folder in _folders(save_dir):
        trash.empty(folder)


def _folders(save_dir: Path) -> list[Path]:
    return [*dict.fromkeys(folder.resolve() for folder in (save_dir, *folders.known()))]


def _trash(run: Run) -> Path:
    return run.save_dir() / runs.TRASH


def _in_words(amount: Amount) -> str:
    number = amount.num_checkpoints
    return f"{number} checkpoint{'' if number == 1 else 's'}, {fmt.size(amount.num_bytes)}"
