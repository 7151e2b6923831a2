"""What the list shows of a run and of a checkpoint, by column."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from core.template import BEST_NAMES
from tui import format as fmt
from tui.clean import clean
from tui.runs.order import parent_name

COLUMNS = ("run", "status", "best", "epochs", "device", "age", "size")
ALL_COLUMNS = (*COLUMNS, "parent", "origin")
ROOMY_COLUMNS = ("run", "status", "best", "epochs", "age", "size")
USUAL_COLUMNS = ("run", "status", "best", "epochs")
NARROW_COLUMNS = (" ", "run")
ALL, WIDE, ROOMY, USUAL = 160, 110, 98, 60
"""Columns of the terminal from which so much of the table fits."""


def columns_for(width: int) -> tuple[str, ...]:
    """The columns that a terminal has room for."""
    if width >= ALL:
        return ALL_COLUMNS
    if width >= WIDE:
        return COLUMNS
    if width >= ROOMY:
        return ROOMY_COLUMNS
    return USUAL_COLUMNS if width >= USUAL else NARROW_COLUMNS


def of_run(row: dict[str, Any], columns: tuple[str, ...], *, is_open: bool) -> tuple[Text, ...]:
    """The cells of a run; `is_open`: its checkpoints stand below it."""
    best = row["best"]
    told = row["origin"] == "mnist-tui" or "origin" in columns
    texts = {
        "run": f"{'▾' if is_open else '▸'} {row['name']}/{row['id']}",
        "status": fmt.run_status(row) + ("" if told else " (template)"),
        "best": f"{best['metric']} {fmt.number(best['value'])}" if best else "",
        "epochs": f"{row['epoch']} of {row['epochs']}",
        "device": row["device"] or "",
        "age": fmt.age(row["started"]),
        "size": fmt.size(row["bytes"]),
        "parent": parent_name(row),
        "origin": row["origin"],
    }
    return _cells(texts, columns)


def of_checkpoint(
    item: dict[str, Any], columns: tuple[str, ...], metric: str | None
) -> tuple[Text, ...]:
    """The cells of a checkpoint; `metric` is the one that its run is judged by."""
    metrics = item["metrics"]
    shown = metric if metric in metrics else next(iter(metrics), None)
    texts = {
        "run": f"    {item['file']}",
        "status": "file ok" if item["sound"] else "✗ damaged",
        "best": f"{shown} {fmt.number(metrics[shown])}" if shown else "",
        "epochs": f"epoch {item['epoch']}",
        "device": f"step {item['step']}" if item["step"] else "",
        "age": "◆ best" if item["file"] in BEST_NAMES else "",
        "size": fmt.size(item["bytes"]),
    }
    return _cells(texts, columns)


def _cells(texts: dict[str, str], columns: tuple[str, ...]) -> tuple[Text, ...]:
    sign = texts["status"][:1]
    texts[" "] = sign if not sign.isalpha() else ""  # where there is no room for the word
    return tuple(Text(clean(texts.get(column, ""))) for column in columns)
