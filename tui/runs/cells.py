"""What the list shows of a run and of a checkpoint, by column."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from core.saved.summary import OURS
from core.template.folder import BEST_NAMES
from tui import format as fmt
from tui.clean import clean
from tui.runs.facts import ACCURACY
from tui.runs.order import parent_name

NARROW_COLUMNS = (" ", "run")
USUAL_COLUMNS = ("run", "status", "best", "epochs")
ROOMY_COLUMNS = ("run", "status", "best", "epochs", "age", "size")
WIDE_COLUMNS = ("run", "status", "best", "test", "epochs", "optimizer", "lr", "age")
WIDER_COLUMNS = (*WIDE_COLUMNS, "size", "device")
_FROM = (
    (182, (*WIDER_COLUMNS, "parent", "origin")),
    (134, WIDER_COLUMNS),
    (118, WIDE_COLUMNS),
    (98, ROOMY_COLUMNS),
    (60, USUAL_COLUMNS),
)
"""From how many columns of the terminal so much of the table fits."""
_SPOKEN = {
    "test": "tested {}", "epochs": "epoch {}", "lr": "lr {}", "age": "began {} ago",
    "size": "files {}", "parent": "from {}",
}  # fmt: skip
"""Values of a run where no heading says what they are; the others speak for themselves."""
MOST_LETTERS = 14
"""Of an optimizer: one of one's own may be called anything."""


def columns_for(width: int) -> tuple[str, ...]:
    """The columns that a terminal has room for."""
    return next((columns for least, columns in _FROM if width >= least), NARROW_COLUMNS)


def of_run(row: dict[str, Any], columns: tuple[str, ...], *, is_open: bool) -> tuple[Text, ...]:
    """The cells of a run; `is_open`: its checkpoints stand below it."""
    texts = _of_run(row)
    texts["run"] = f"{'▾' if is_open else '▸'} {texts['run']}"
    if texts["origin"] != OURS and "origin" not in columns:
        texts["status"] += " (template)"
    return _cells(texts, columns)


def of_checkpoint(
    item: dict[str, Any], columns: tuple[str, ...], metric: str | None
) -> tuple[Text, ...]:
    """The cells of a checkpoint; `metric` is the one that its run is judged by."""
    texts = _of_checkpoint(item, metric)
    texts["run"] = f"    {texts['run']}"
    return _cells(texts, columns)


def untold_of_run(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    """What no column tells of a run, in a line."""
    texts = _of_run(row)
    for column, words in _SPOKEN.items():
        if texts[column]:
            texts[column] = words.format(texts[column])
    return _untold(texts, (*columns, "origin"))  # which is told beside the status


def untold_of_checkpoint(item: dict[str, Any], columns: tuple[str, ...], metric: str | None) -> str:
    """The same of a checkpoint."""
    texts = _of_checkpoint(item, metric)
    if texts["test"]:
        texts["test"] = _SPOKEN["test"].format(texts["test"])
    return _untold(texts, columns)


def _of_run(row: dict[str, Any]) -> dict[str, str]:
    """What there is to say of a run, by column."""
    lr = row["lr"]
    return {
        "run": f"{row['name']}/{row['id']}",
        "status": fmt.run_status(row),
        "best": _measured(row["best"]),
        "test": _of_test(row["test"]),
        "epochs": f"{row['epoch']} of {row['epochs']}",
        "optimizer": _shortened(row["optimizer"] or ""),
        "lr": f"{lr:g}" if lr is not None else "",
        "age": fmt.age(row["started"]),
        "size": fmt.size(row["bytes"]),
        "device": row["device"] or "",
        "parent": parent_name(row),
        "origin": row["origin"],
    }


def _of_checkpoint(item: dict[str, Any], metric: str | None) -> dict[str, str]:
    """What there is to say of a checkpoint, by column."""
    metrics = item["metrics"]
    shown = metric if metric in metrics else next(iter(metrics), None)
    return {
        "run": item["file"],
        "status": "file ok" if item["sound"] else "✗ damaged",
        "best": f"{shown} {fmt.number(metrics[shown])}" if shown else "",
        "test": _of_test(item["test"]),
        "epochs": f"epoch {item['epoch']}",
        "optimizer": f"step {item['step']}" if item["step"] else "",
        "age": "◆ best" if item["file"] in BEST_NAMES else "",
        "size": fmt.size(item["bytes"]),
    }


def _measured(found: dict[str, Any] | None) -> str:
    return f"{found['metric']} {fmt.number(found['value'])}" if found else ""


def _of_test(found: dict[str, Any] | None) -> str:
    if found is not None and found["metric"] == ACCURACY and found["value"] is not None:
        return fmt.share(found["value"])
    return _measured(found)


def _shortened(name: str) -> str:
    """The class alone of code of one's own, which is named by its file too."""
    name = name.rpartition(":")[2]
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _untold(texts: dict[str, str], columns: tuple[str, ...]) -> str:
    untold = (text for column, text in texts.items() if column not in ("run", *columns))
    return clean("   ".join(text for text in untold if text))


def _cells(texts: dict[str, str], columns: tuple[str, ...]) -> tuple[Text, ...]:
    sign = texts["status"][:1]
    texts[" "] = sign if not sign.isalpha() else ""  # where there is no room for the word
    return tuple(Text(clean(texts.get(column, ""))) for column in columns)
