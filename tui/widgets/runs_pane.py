"""Every run and its checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from core.log import numbers
from core.runs import Run
from tui import format as fmt
from tui.clean import clean
from tui.messages import CheckpointTested, ResumeAsked, RunOpened

if TYPE_CHECKING:
    from textual.app import ComposeResult

COLUMNS = ("run", "status", "best", "epochs", "device", "age", "size")
EMPTY = "Every run will be listed here with its checkpoints.  s starts one."


class RunsPane(Vertical):
    """A table of runs, live ones first; space shows a run's checkpoints."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_checkpoints", "checkpoints"),
        Binding("t", "test", "test"),
        Binding("r", "resume", "resume"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.rows: list[dict[str, Any]] = []
        self.filter = ""
        self._open: set[str] = set()

    def compose(self) -> ComposeResult:
        """The table, and what it says when there is nothing in it."""
        table: DataTable[Text] = DataTable(cursor_type="row")
        table.add_columns(*COLUMNS)
        yield table
        yield Static(EMPTY, id="no-runs", markup=False)

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "4 Runs"

    @property
    def table(self) -> DataTable[Text]:
        """The table of runs."""
        return self.query_one(DataTable)

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Show what was found in the save folders."""
        if not self._open and rows:  # the newest run's checkpoints show what space does
            self._open.add(rows[0]["run"])
        self.rows = rows
        self._reload()

    def set_filter(self, text: str) -> None:
        """Show only the runs whose name, id or status holds `text`."""
        self.filter = text.strip().lower()
        self._reload()

    def action_toggle_checkpoints(self) -> None:
        """Show or hide the checkpoints of the run under the cursor."""
        run = self._key().partition("\n")[0]
        self._open.symmetric_difference_update({run} if run else set())
        self._reload()

    def action_test(self) -> None:
        """Test the checkpoint under the cursor, or the best one of the run."""
        run, _, file = self._key().partition("\n")
        if not run:
            return
        best = Path(run) / "model_best.pth"
        path = Path(run) / file if file else best if best.exists() else Path(run) / "last.pth"
        self.post_message(CheckpointTested(path))

    def action_resume(self) -> None:
        """Go on from the checkpoint under the cursor, or from the furthest of the run."""
        run, _, file = self._key().partition("\n")
        if run:
            self.post_message(ResumeAsked(Path(run) / file if file else Path(run)))

    @on(DataTable.RowSelected)
    def _open_run(self) -> None:
        run = self._key().partition("\n")[0]
        if run:
            self.post_message(RunOpened(Run(Path(run))))

    def _key(self) -> str:
        table = self.table
        if not table.is_valid_coordinate(table.cursor_coordinate):
            return ""
        return table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value or ""

    def _reload(self) -> None:
        table, place = self.table, self.table.cursor_row
        table.clear()
        live = sum(row["status"] in ("running", "paused") for row in self.rows)
        self.border_title = f"4 Runs ─ {len(self.rows)} runs, {live} live"
        self.set_class(not self.rows, "empty")
        for row in self.rows:
            if self.filter not in f"{row['name']}/{row['id']} {row['status']}".lower():
                continue
            table.add_row(*self._run_cells(row), key=row["run"])
            for item in row["checkpoints"] if row["run"] in self._open else []:
                table.add_row(*_checkpoint_cells(item), key=f"{row['run']}\n{item['file']}")
        table.move_cursor(row=place)

    def _run_cells(self, row: dict[str, Any]) -> list[Text]:
        best = row["best"]
        sign = "▾" if row["run"] in self._open else "▸"
        origin = "  template" if row["origin"] != "mnist-tui" else ""
        total = sum(item["bytes"] for item in row["checkpoints"])
        texts = [
            f"{sign} {row['name']}/{row['id']}{origin}",
            fmt.status(row["status"]),
            f"{best['metric']} {fmt.number(best['value'])}" if best else "",
            f"{row['epoch']} of {row['epochs']}",
            row["device"] or "",
            fmt.age(row["started"]),
            fmt.size(total),
        ]
        return [Text(clean(text)) for text in texts]


def _checkpoint_cells(item: dict[str, Any]) -> list[Text]:
    val = {
        name: item["metrics"][name]
        for name in ("val_loss", "val_accuracy")
        if name in item["metrics"]
    }
    best = "  ◆ best" if item["file"] == "model_best.pth" else ""
    texts = [
        f"    {item['file']}",
        "file ok" if item["sound"] else "damaged",
        numbers(val or dict(list(item["metrics"].items())[:2])),
        f"epoch {item['epoch']}, step {item['step']}",
        "",
        "",
        f"{fmt.size(item['bytes'])}{best}",
    ]
    return [Text(clean(text), style="dim" if item["sound"] else "bold") for text in texts]
