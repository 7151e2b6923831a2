"""In which order the runs are listed: by any column, live ones first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Row = dict[str, Any]
"""Of a run as in `mnist-tui runs --json`, with `bytes`, `optimizer`, `lr`, `loss` and `test`, the
best checkpoint's; and `checkpoints` only of the runs asked for."""

COLUMNS = (
    "run", "status", "best", "test", "epochs", "optimizer", "lr", "age", "size", "device", "parent",
    "origin",
)  # fmt: skip
LARGEST_FIRST = {"best", "test", "epochs", "size"}
"""What one wants to see first there is large."""
LIVE = ("running", "paused")
_TOLD = ("status", "age")
"""Where there is no such column a sign stands for the one; the other is the usual order."""
_LESS_IS_BETTER = ("loss", "error")
"""What the name of a metric holds that is minimised; a row does not say it otherwise."""


@dataclass(frozen=True, slots=True)
class Order:
    """A column, and which of its ends comes first."""

    column: str = "age"
    descending: bool = False

    @classmethod
    def read(cls, written: object) -> Order:
        """From the preferences: `size`, `-size`; the newest first where that makes no sense."""
        text = written if isinstance(written, str) else ""
        column = text.removeprefix("-")
        return cls(column, text.startswith("-")) if column in COLUMNS else cls()

    def written(self) -> str:
        """For the preferences."""
        return f"{'-' if self.descending else ''}{self.column}"

    def by(self, column: str) -> Order:
        """By that column, as one wants to see it first; the other way round if it is so already."""
        if column == self.column:
            return self.turned()
        return Order(column, column in LARGEST_FIRST)

    def next(self, shown: Collection[str] = COLUMNS) -> Order:
        """By the next column of those that are shown, or by what can be told without one."""
        at = COLUMNS.index(self.column) + 1
        column = next(
            name for name in (*COLUMNS[at:], *COLUMNS[:at]) if name in shown or name in _TOLD
        )
        return Order(column, column in LARGEST_FIRST)

    def turned(self) -> Order:
        """The other end first."""
        return replace(self, descending=not self.descending)

    @property
    def is_turned(self) -> bool:
        """Whether the end comes first that one rarely wants to see first."""
        return self.descending != (self.column in LARGEST_FIRST)

    def heading(self, column: str) -> str:
        """The words over a column, with a sign if it is the one."""
        if column != self.column:
            return column
        return f"{column} {'▼' if self.descending else '▲'}"


def ordered(rows: Iterable[Row], order: Order) -> list[Row]:
    """The rows in that order: live runs first, those without a value last.

    Rows that are alike stay as they were.
    """
    keyed = [(_key(row, order.column), row) for row in rows]
    known = [(key, row) for key, row in keyed if key is not None]
    known.sort(key=lambda item: item[0], reverse=order.descending)
    found = [row for _, row in known] + [row for key, row in keyed if key is None]
    return sorted(found, key=lambda row: row["status"] not in LIVE)


def _key(row: Row, column: str) -> Any:
    """What is compared; None where the run has nothing there."""
    if column == "run":
        return f"{row['name']}/{row['id']}".casefold()
    if column in ("best", "test"):
        return _score(row[column])
    if column == "epochs":
        return row["epoch"], row["epochs"]
    if column == "age":
        return -row["started"]
    if column == "size":
        return row["bytes"]
    if column == "parent":
        return parent_name(row).casefold() or None
    value = row[column]
    return value.casefold() if isinstance(value, str) else value


def _score(measured: dict[str, Any] | None) -> tuple[str, float] | None:
    """More of it is better; metrics are not compared with each other."""
    if measured is None or measured["value"] is None:
        return None
    metric, value = measured["metric"], measured["value"]
    return metric, -value if any(word in metric for word in _LESS_IS_BETTER) else value


def parent_name(row: Row) -> str:
    """The checkpoint that a run began with, by its run's id and its file."""
    return "/".join(row["parent"].split("/")[-2:]) if row["parent"] else ""


def have_different_losses(rows: Iterable[Row]) -> bool:
    """Whether runs that are judged by their loss had it measured in different ways."""
    judged = [row for row in rows if row["best"] and "loss" in row["best"]["metric"]]
    return len({row.get("loss") for row in judged} - {None}) > 1
