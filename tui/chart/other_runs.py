"""Other runs to draw beside the one that is shown: which there are, and what to call them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core import finding
from tui.clean import clean

if TYPE_CHECKING:
    from core.runs import Run


def by_label(run: Run) -> dict[str, Run]:
    """Every other run that is known, newest first, by the words that it is listed under."""
    own = run.path.resolve()
    found = [other for other in finding.known(run.save_dir()) if other.path.resolve() != own]
    labels = [clean(f"{other.name()}/{other.id}") for other in found]
    number = Counter(labels)
    return {
        label if number[label] == 1 else clean(other.path): other
        for label, other in zip(labels, found, strict=True)
    }
