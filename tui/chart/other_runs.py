"""Other runs to draw beside the one that is shown: which there are, and what to call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.saved import finding
from tui.runs import labels

if TYPE_CHECKING:
    from core.runs import Run


def by_label(run: Run) -> dict[str, Run]:
    """Every other run that is known, newest first, by the words that it is listed under."""
    own = run.path.resolve()
    return labels.by_label(
        other for other in finding.known(run.save_dir()) if other.path.resolve() != own
    )
