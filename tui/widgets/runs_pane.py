"""Every run and its checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from core.runs import LAST, Run
from core.template import BEST_NAMES
from tui import format as fmt
from tui.clean import clean
from tui.messages import CheckpointTested, DigitsAsked, FineTuneAsked, ResumeAsked, RunOpened
from tui.widgets.rows import Row, fill

if TYPE_CHECKING:
    from textual.app import ComposeResult

COLUMNS = ("run", "status", "best", "epochs", "device", "age", "size")
USUAL_COLUMNS = ("run", "status", "best", "epochs")
NARROW_COLUMNS = (" ", "run")
WIDE, USUAL = 110, 60
"""Columns of the terminal from which so much of the table fits."""
SEARCHING = "looking for runs …"
EMPTY = "Every run will be listed here with its checkpoints.  s starts one."


class RunsPane(Vertical):
    """A table of runs, live ones first; space shows a run's checkpoints."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_checkpoints", "show or hide the checkpoints of the run"),
        Binding("t", "test", "test the checkpoint, or the best one of the run"),
        Binding("r", "resume", "go on from there"),
        Binding("d", "digits", "what the checkpoint gets wrong, and a pad to draw for it"),
        Binding("f", "fine_tune", "a new run that begins with these weights"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.rows: list[dict[str, Any]] = []
        self.filter = ""
        self._open: set[str] = set()
        self._places: dict[str, tuple[Path, str]] = {}
        """Of each row of the table: its run, and its checkpoint if it is one."""

    def compose(self) -> ComposeResult:
        """The table, and what it says when there is nothing in it."""
        yield DataTable(cursor_type="row")
        yield Static(SEARCHING, id="no-runs", markup=False)

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "4 Runs"

    def on_resize(self) -> None:
        """Other columns fit."""
        self._reload()

    @property
    def table(self) -> DataTable[Text]:
        """The table of runs."""
        return self.query_one(DataTable)

    def show(self, rows: list[dict[str, Any]], *, complete: bool = True) -> None:
        """Show what was found in the save folders; `complete`: all of it."""
        if not complete and len(rows) < len(self.rows):
            return  # all of them are shown, as they were a moment ago
        if not self._open and rows:  # the newest run's checkpoints show what space does
            self._open.add(rows[0]["run"])
        self.rows = rows
        self.query_one("#no-runs", Static).update(EMPTY)
        self._reload()

    def set_filter(self, text: str) -> None:
        """Show only the runs whose name, id or status holds `text`."""
        self.filter = text.strip().lower()
        self._reload()

    def action_toggle_checkpoints(self) -> None:
        """Show or hide the checkpoints of the run under the cursor."""
        if (place := self._place()) is not None:
            self._open.symmetric_difference_update({str(place[0])})
            self._reload()

    def action_test(self) -> None:
        """Test the checkpoint under the cursor, or the best one of the run."""
        if (path := self._checkpoint()) is not None:
            self.post_message(CheckpointTested(path))

    def action_digits(self) -> None:
        """See what that checkpoint gets wrong."""
        if (path := self._checkpoint()) is not None:
            self.post_message(DigitsAsked(path))

    def action_fine_tune(self) -> None:
        """Begin a new run with the weights of that checkpoint."""
        if (path := self._checkpoint()) is not None:
            self.post_message(FineTuneAsked(path))

    def action_resume(self) -> None:
        """Go on from the checkpoint under the cursor, or from the furthest of the run."""
        if (place := self._place()) is not None:
            self.post_message(ResumeAsked(place[0] / place[1]))

    @on(DataTable.RowSelected)
    def _open_run(self) -> None:
        if (place := self._place()) is not None:
            self.post_message(RunOpened(Run(place[0])))

    def _checkpoint(self) -> Path | None:
        """The checkpoint under the cursor, else the best of the run; None without a run."""
        if (place := self._place()) is None:
            return None
        run, file = place
        return run / file if file else Run(run).best_checkpoint() or run / LAST

    def _place(self) -> tuple[Path, str] | None:
        """The run and the checkpoint's file, if it is one, under the cursor."""
        table = self.table
        if not table.is_valid_coordinate(table.cursor_coordinate):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return self._places.get(key or "")

    def _row(self, texts: dict[str, Text], columns: tuple[str, ...], run: str, file: str) -> Row:
        key = str(len(self._places))
        self._places[key] = Path(run), file
        return key, tuple(texts[name] for name in columns)

    def _reload(self) -> None:
        table, place = self.table, self.table.cursor_row
        self._places = {}
        rows: list[Row] = []
        width = self.app.size.width
        columns = COLUMNS if width >= WIDE else USUAL_COLUMNS if width >= USUAL else NARROW_COLUMNS
        live = sum(row["status"] in ("running", "paused") for row in self.rows)
        number = f"{len(self.rows)} run{'s' if len(self.rows) != 1 else ''}"
        self.border_title = f"4 Runs ─ {number}, {live} live"
        self.set_class(not self.rows, "empty")
        for row in self.rows:
            if self.filter not in f"{row['name']}/{row['id']} {row['status']}".lower():
                continue
            rows.append(self._row(self._run_cells(row), columns, row["run"], ""))
            metric = row["best"]["metric"] if row["best"] else None
            for item in row["checkpoints"] if row["run"] in self._open else []:
                texts = _checkpoint_cells(item, metric)
                rows.append(self._row(texts, columns, row["run"], item["file"]))
        fill(table, columns, rows)
        table.move_cursor(row=place)

    def _run_cells(self, row: dict[str, Any]) -> dict[str, Text]:
        best = row["best"]
        sign = "▾" if row["run"] in self._open else "▸"
        origin = " (template)" if row["origin"] != "mnist-tui" else ""
        return _texts(
            run=f"{sign} {row['name']}/{row['id']}",
            status=fmt.status(row["status"]) + origin,
            best=f"{best['metric']} {fmt.number(best['value'])}" if best else "",
            epochs=f"{row['epoch']} of {row['epochs']}",
            device=row["device"] or "",
            age=fmt.age(row["started"]),
            size=fmt.size(sum(item["bytes"] for item in row["checkpoints"])),
        )


def _checkpoint_cells(item: dict[str, Any], metric: str | None) -> dict[str, Text]:
    metrics = item["metrics"]
    shown = metric if metric in metrics else next(iter(metrics), None)
    value = f"{shown} {fmt.number(metrics[shown])}" if shown else ""
    return _texts(
        run=f"    {item['file']}",
        status="file ok" if item["sound"] else "✗ damaged",
        best=value,
        epochs=f"epoch {item['epoch']}",
        device=f"step {item['step']}" if item["step"] else "",
        age="◆ best" if item["file"] in BEST_NAMES else "",
        size=fmt.size(item["bytes"]),
    )


def _texts(**texts: str) -> dict[str, Text]:
    sign = texts["status"][:1]
    texts[" "] = sign if not sign.isalpha() else ""  # where there is no room for the word
    return {name: Text(clean(text)) for name, text in texts.items()}
