"""What runs are called where one of them is chosen from a list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.runs import Run


def by_label(found: Iterable[Run]) -> dict[str, Run]:
    """Each by its name and id; by its path where another one, of another folder, has those too."""
    labels = [(fmt.run_name(run), run) for run in found]
    number = Counter(label for label, _ in labels)
    return {label if number[label] == 1 else clean(run.path): run for label, run in labels}
