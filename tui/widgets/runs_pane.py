"""Every run and its checkpoints."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from core.runs import LAST, Run
from tui.base_app import BaseApp
from tui.clean import clean
from tui.messages import (
    CheckpointTested,
    ComparisonAsked,
    DeletionAsked,
    DigitsAsked,
    FineTuneAsked,
    PartShown,
    ResumeAsked,
    RunOpened,
    TakeBackAsked,
    UnfoldAsked,
)
from tui.runs import cells
from tui.runs.order import LIVE, Order, have_different_losses, ordered
from tui.widgets.rows import Row, RowTable, refill

if TYPE_CHECKING:
    from rich.text import Text
    from textual.app import ComposeResult

PREFERENCE = "runs"
"""Under which name the order is kept."""
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
        Binding("o", "sort", "sort by the next column; a click on a heading sorts by that one"),
        Binding("O", "turn", "the other way round"),
        Binding("c", "compare", "compare it with the run that is shown: curves and configs"),
        Binding("delete,backspace", "delete", "move it into the trash; asks first"),
        Binding("z", "take_back", "take back what was deleted last"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.rows: list[dict[str, Any]] = []
        self.filter = ""
        self.order = Order()
        self._columns: tuple[str, ...] = ()
        self._open: set[str] = set()
        self._opened_first = False
        self._whole = False
        """Whether all runs were listed once."""
        self._untold_shown = ""
        """What is said below the table."""
        self._part = "runs"
        """As what its keys are offered: a live run cannot go on from where it is."""
        self._places: dict[str, tuple[Path, str]] = {}
        """Of each row of the table: its run, and its checkpoint if it is one."""

    def compose(self) -> ComposeResult:
        """The table, and what it says when there is nothing in it."""
        yield Static(id="runs-told", markup=False)
        yield RowTable(cursor_type="row")
        yield Static(id="run-untold", markup=False)
        yield Static(SEARCHING, id="no-runs", markup=False)

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "4 Runs"
        if isinstance(self.app, BaseApp):
            self.order = Order.read(self.app.preferences.get(PREFERENCE))

    def on_resize(self) -> None:
        """Other columns fit."""
        self._reload()

    @property
    def table(self) -> RowTable:
        """The table of runs."""
        return self.query_one(RowTable)

    def show(self, rows: list[dict[str, Any]], *, complete: bool = True) -> None:
        """Show what was found in the save folders; `complete`: all of it."""
        if not complete and self._whole:
            return  # all of them are shown, as they were a moment ago: the rest would jump
        self._whole = self._whole or complete
        if rows and not self._opened_first:  # the newest run's checkpoints show what space does
            self._opened_first = True
            self._toggle(rows[0]["run"])
        self.rows = rows
        self.query_one("#no-runs", Static).update(EMPTY)
        self._reload()

    def set_filter(self, text: str) -> None:
        """Show only the runs whose name, id, status or optimizer holds `text`."""
        self.filter = text.strip().lower()
        self._reload()

    def action_toggle_checkpoints(self) -> None:
        """Show or hide the checkpoints of the run under the cursor."""
        if (place := self._place()) is not None:
            self._toggle(str(place[0]))
            self._reload()

    def _toggle(self, run: str) -> None:
        self._open ^= {run}
        # Not by way of the screen: what it sends itself, as with a list found, ends there.
        self.app.post_message(UnfoldAsked(frozenset(self._open)))

    def action_sort(self) -> None:
        """List them by the next column."""
        self._sort(self.order.next(self._columns))

    def action_turn(self) -> None:
        """List them the other way round."""
        self._sort(self.order.turned())

    @on(DataTable.HeaderSelected)
    def _sort_by_heading(self, event: DataTable.HeaderSelected) -> None:
        column = self._columns[event.column_index]
        self._sort(self.order.by(column.strip() or "status"))

    def _sort(self, order: Order) -> None:
        self.order = order
        if isinstance(self.app, BaseApp):
            self.app.remember(PREFERENCE, order.written())
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

    def action_compare(self) -> None:
        """See the run beside the one that is shown."""
        if (place := self._place()) is not None:
            self.post_message(ComparisonAsked(Run(place[0])))

    def action_delete(self) -> None:
        """Delete the run or the checkpoint under the cursor."""
        if (place := self._place()) is not None:
            self.post_message(DeletionAsked(place[0] / place[1]))

    def action_take_back(self) -> None:
        """Take back what was deleted last."""
        self.post_message(TakeBackAsked())

    def current(self) -> tuple[Run, str] | None:
        """The run under the cursor and its status; None where there is none."""
        place = self._place()
        row = next((row for row in self.rows if place and row["run"] == str(place[0])), None)
        return (Run(place[0]), row["status"]) if place and row else None

    @on(DataTable.RowHighlighted)
    def _tell_untold(self) -> None:
        """What the table has no room for, of the run or checkpoint under the cursor."""
        place = self._place()
        run, file = place if place is not None else (None, "")
        row = next((row for row in self.rows if row["run"] == str(run)), None)
        self._offer("runs-live" if row and row["status"] in LIVE else "runs")
        text = self._untold(row, file) if row else ""
        if text == self._untold_shown:
            return
        self._untold_shown = text
        line = self.query_one("#run-untold", Static)
        line.update(text, layout=False)  # it is one line high, and this comes at each key
        line.display = bool(text)

    def _offer(self, part: str) -> None:
        """Keys that make sense for what is under the cursor."""
        if part != self._part:
            self._part = part
            self.post_message(PartShown(part))

    def _untold(self, row: dict[str, Any], file: str) -> str:
        if not file:
            return cells.untold_of_run(row, self._columns)
        item = next((item for item in row.get("checkpoints", ()) if item["file"] == file), None)
        return cells.untold_of_checkpoint(item, self._columns, _metric(row)) if item else ""

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

    def _row(self, run: str, file: str, cells: tuple[Text, ...]) -> Row:
        key = f"{run}/{file}"
        self._places[key] = Path(run), file
        return key, cells

    def _reload(self) -> None:
        table, place, at = self.table, self._place(), self.table.cursor_row
        self._places = {}
        self._columns = columns = cells.columns_for(self.app.size.width)
        live = sum(row["status"] in LIVE for row in self.rows)
        found = [row for row in ordered(self.rows, self.order) if self._holds_filter(row)]
        number = f"{len(self.rows)} run{'s' if len(self.rows) != 1 else ''}"
        self.border_title = f"4 Runs ─ {number}, {live} live"
        self._tell(len(found))
        self._keep_focus()
        rows: list[Row] = []
        for row in found:
            is_open = row["run"] in self._open
            rows.append(self._row(row["run"], "", cells.of_run(row, columns, is_open=is_open)))
            for item in row.get("checkpoints", ()) if is_open else ():  # they come a moment later
                shown = cells.of_checkpoint(item, columns, _metric(row))
                rows.append(self._row(row["run"], item["file"], shown))
        scrolled = table.scroll_offset.y
        if refill(table, [self.order.heading(column) for column in columns], rows):
            now = self._row_of(place, at)
            table.move_cursor(row=now, scroll=False)
            scroll = partial(table.scroll_to, y=scrolled + now - at, animate=False, immediate=True)
            scroll()
            table.call_after_refresh(scroll)  # once the table knows that it is longer
        self._tell_untold()

    def _holds_filter(self, row: dict[str, Any]) -> bool:
        told = f"{row['name']}/{row['id']} {row['status']} {row['optimizer'] or ''}"
        return self.filter in told.lower()

    def _tell(self, num_found: int) -> None:
        """What hides some of them, and an order that no heading tells."""
        told = []
        if self.filter:
            told.append(f"/ {clean(self.filter)}   {num_found} of {len(self.rows)}, esc shows all")
        if self.order.column not in self._columns and self.order != Order():
            told.append(f"by {self.order.column}{', turned round' if self.order.is_turned else ''}")
        if self.order.column == "best" and have_different_losses(self.rows):
            told.append("their losses are not the same: t tests each, which can be compared")
        line = self.query_one("#runs-told", Static)
        line.update("   ".join(told))
        line.display = bool(told)

    def _keep_focus(self) -> None:
        """An empty list is hidden and has no focus; the keys of the pane work all the same."""
        self.can_focus, table = not self.rows, self.table
        had_focus = self.screen.focused in (self, table)  # `has_focus` hears of it a moment later
        self.set_class(not self.rows, "empty")
        if had_focus:
            # At once: a moment later somebody may be in another pane, and would be taken back here.
            self.screen.set_focus(table if self.rows else self)

    def _row_of(self, place: tuple[Path, str] | None, before: int) -> int:
        """Where a run or checkpoint stands now; its run, else the same row, where it is gone."""
        places = list(self._places.values())
        if place is not None:
            for wanted in (place, (place[0], "")):
                if wanted in places:
                    return places.index(wanted)
        return max(0, min(before, len(places) - 1))


def _metric(row: dict[str, Any]) -> str | None:
    """What the run is judged by."""
    return row["best"]["metric"] if row["best"] else None
