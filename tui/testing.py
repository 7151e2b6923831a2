"""A checkpoint on the test set, in a process of its own: a live run here keeps its cores' peace."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from core.errors import MistakeError
from core.images import classes
from core.record.log import numbers
from tui import asking
from tui import format as fmt
from tui.class_labels import class_labels

if TYPE_CHECKING:
    from pathlib import Path


async def test(path: Path) -> dict[str, Any]:
    """What `mnist-tui test --json` says of the checkpoint. Raises MistakeError."""
    try:
        output = await asking.ask("tui", "test", "-r", str(path), "--json")
    except (OSError, subprocess.SubprocessError) as error:
        raise MistakeError(str(error).removeprefix("mnist-tui: ")) from error
    results: dict[str, Any] = json.loads(output)
    return results


def brief(results: dict[str, Any]) -> str:
    """`98.71 % of 10,000 right`."""
    wrong, total = len(results["mistakes"]), results["num_samples"]
    return f"{fmt.share(1 - wrong / max(1, total))} of {total:,} right"


def page(path: Path, results: dict[str, Any]) -> Text:
    """The result of a checkpoint as a page: the numbers, then the confusion matrix."""
    confusion = results["confusion"]
    metrics = {
        name: value
        for name, value in results.items()
        if name not in ("num_samples", "confusion", "mistakes")
    }
    text = Text(f"{numbers(metrics)}\n", style="bold")
    text.append(f"{len(results['mistakes']):,} of {results['num_samples']:,} wrong\n\n", "not bold")
    text.append("what it is, and what it was taken for\n", "dim")
    labels = class_labels(classes.of_checkpoint(path), len(confusion))
    width = max(len(str(count)) for row in confusion for count in row) + 1
    head = "".join(f"{index:>{width}}" for index in range(len(confusion)))
    text.append(f"{'true':<{cell_len(labels[0])}} {head}\n", "dim")
    for index, (label, row) in enumerate(zip(labels, confusion, strict=True)):
        text.append(f"{label} ")
        for guess, count in enumerate(row):
            text.append(f"{count or '·':>{width}}", "bold" if guess == index else "")
        text.append(f"  {fmt.share(row[index] / max(1, sum(row)), 1)}\n")
    return text
