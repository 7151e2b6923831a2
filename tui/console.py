"""The same facts on a plain stream: lines for a pipe, tables and progress for a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from core.images import classes
from core.journal import Follower
from core.record.log import numbers
from core.state import RunState, fold
from tui import format as fmt
from tui import say
from tui.chart.loss_plot import loss_chart, metrics_of
from tui.class_labels import class_labels
from tui.clean import ascii_only, clean
from tui.live.outcome import extent
from tui.live.speed import images_per_second
from tui.plot import ASCII, BRAILLE, as_text
from tui.streams import can_draw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.progress import Progress

    from core.devices import Device
    from core.events import EpochEnded
    from core.runs import Run

POLL_SECONDS = 0.1
DRAW_SECONDS = 0.25
DEFAULT_SIZE = (80, 24)
NUM_ROWS_SHOWN = 10


def epoch_line(row: EpochEnded, epochs: int) -> str:
    """An epoch as one plain line."""
    parts = [f"epoch {row.epoch}/{epochs}", numbers(row.metrics)]
    if row.lr is not None:
        parts.append(f"lr {row.lr:.6g}")
    parts.append(fmt.duration(row.seconds))
    if row.images_per_second is not None:
        parts.append(fmt.rate(row.images_per_second))
    return "  ".join([*parts, *(["best"] if row.best else [])])


def follow(
    run: Run, alive: Callable[[], bool], *, offset: int = 0, plain: bool = False
) -> RunState:
    """Show a run until `alive` says that its writer is gone; what came before `offset` is not.

    Without a terminal, or with `plain`: one line for each epoch that ends (none at verbosity 0)
    on stdout, notices on stderr.
    """
    follower, state = Follower(run.journal_path, offset), RunState()
    with _Shown(run, plain=plain) as shown:
        while True:
            last_round = not alive()
            state = fold(state, follower.read())
            shown.update(state)
            if last_round:
                return state
            time.sleep(POLL_SECONDS)


def show(run: Run, *, ascii_glyphs: bool, width: int | None, height: int | None) -> None:
    """A run in words, its chart, its last epochs."""
    state = run.state()
    ascii_glyphs = ascii_glyphs or not can_draw()
    columns, rows = shutil.get_terminal_size(DEFAULT_SIZE)
    size = width or min(columns, 120), height or max(10, min(rows - 2, 26))
    picture = _chart(run, state, "loss", size, ascii_glyphs=ascii_glyphs)
    lines = [headline(run, state, sign=not ascii_glyphs), "", picture, ""]
    epochs = state.started.epochs if state.started else 0
    lines += [epoch_line(row, epochs) for row in state.history[-NUM_ROWS_SHOWN:]]
    _out_lines(lines, ascii_glyphs=ascii_glyphs)


def farewell(run: Run, *, metric: str, ascii_glyphs: bool) -> None:
    """What stays on a terminal when the window is gone: the last chart, and the run in a line."""
    state = run.state()
    lines = [headline(run, state, sign=not ascii_glyphs)]
    if state.started is not None and state.ended is None and run.live():
        where = clean(f"process {state.started.pid} on {state.started.host}")
        lines.append(f"it goes on in {where}: mnist-tui shows it again")
    if sys.stdout.isatty() and (state.history or state.train_loss.buckets):
        columns, rows = shutil.get_terminal_size(DEFAULT_SIZE)
        size = min(columns, 80), max(12, min(rows - 4, 16))
        lines = [_chart(run, state, metric, size, ascii_glyphs=ascii_glyphs), "", *lines]
    _out_lines(lines, ascii_glyphs=ascii_glyphs)


def _chart(
    run: Run, state: RunState, metric: str, size: tuple[int, int], *, ascii_glyphs: bool
) -> str:
    metric = metric if metric in metrics_of(state) else "loss"
    picture = loss_chart(
        state,
        width=size[0],
        height=size[1],
        title=f"{clean(metric)} of {fmt.run_name(run)}",
        metric=metric,
        glyphs=ASCII if ascii_glyphs else BRAILLE,
    )
    return as_text(picture.rows)


def _out_lines(lines: list[str], *, ascii_glyphs: bool) -> None:
    text = "\n".join(lines)
    say.out("\n".join(map(ascii_only, text.split("\n"))) if ascii_glyphs else text)


def run_table(rows: list[dict[str, Any]]) -> None:
    """Every run, a line each; a table in a terminal."""
    if not rows:
        say.out("no runs yet: start one with mnist-tui, or mnist-tui train")
        return
    cells = [
        [
            clean(f"{row['name']}/{row['id']}"),
            fmt.run_status(row),
            _best_of(row),
            f"{row['epoch']} of {row['epochs']}",
            clean(row["device"] or ""),
            fmt.age(row["started"]),
            fmt.size(sum(item["bytes"] for item in row["checkpoints"])),
        ]
        for row in rows
    ]
    _table(["run", "status", "best", "epochs", "device", "age", "size"], cells)


def device_table(found: list[Device]) -> None:
    """Every device: what it is, or why it cannot be used and what to do."""
    cells = [
        [
            device.device,
            clean(device.name),
            "usable" if device.usable else clean(f"cannot be used: {device.reason}"),
            clean(device.remedy or _capacity(device)),
        ]
        for device in found
    ]
    _table(["device", "name", "state", "what to do, or what it has"], cells)


def test_result(path: Path, results: dict[str, Any]) -> None:
    """A checkpoint on the test set, with each class's share of right answers."""
    confusion = results["confusion"]
    metrics = {
        name: value
        for name, value in results.items()
        if name not in ("num_samples", "confusion", "mistakes")
    }
    say.out(f"{clean(path)}: {numbers(metrics)} on {results['num_samples']:,} test images")
    width = max(len(str(value)) for row in confusion for value in row) + 1
    labels = class_labels(classes.of_checkpoint(path), len(confusion))
    if not can_draw():
        labels = [ascii_only(label) for label in labels]
    head = "".join(f"{index:>{width}}" for index in range(len(confusion)))
    say.out("true".ljust(len(labels[0])) + "  " + head)
    for index, (label, row) in enumerate(zip(labels, confusion, strict=True)):
        share = row[index] / sum(row) if sum(row) else 0.0
        say.out(f"{label}  " + "".join(f"{value:>{width}}" for value in row) + f"  {share:.1%}")
    kept = path.with_name(f"{path.name}.test.json")  # not where nothing may be written
    place = f"; kept in {clean(kept.name)}" if kept.exists() else ""
    say.out(f"{len(results['mistakes'])} mistakes{place}")


class _Shown:
    """What of a run was already printed."""

    def __init__(self, run: Run, *, plain: bool) -> None:
        self._num_epochs = self._num_notices = 0
        self._trouble = ""
        self._end_is_told = False
        self._drawn = 0.0
        self._verbosity = run.config().get("trainer", {}).get("verbosity", 2)
        self._progress = None if plain or not sys.stdout.isatty() else _progress()

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
            self._epochs = self._progress.add_task("starting", total=None)
            self._steps = self._progress.add_task("", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, state: RunState) -> None:
        """Print what is new."""
        for notice in state.notices_after(self._num_notices):
            say.complain(notice)
        self._num_notices = state.num_notices
        if state.trouble != self._trouble:
            self._trouble = state.trouble
            if state.trouble:
                say.complain(state.trouble)
        if state.started is not None:
            self._print_epochs(state)
        if state.ended is not None and not self._end_is_told:
            self._end_is_told = True
            if state.ended.outcome == "failed":
                say.complain(f"failed: {state.ended.reason}")
        if self._progress is not None:
            self._draw(self._progress, state)

    def _print_epochs(self, state: RunState) -> None:
        assert state.started is not None
        new = [row for row in state.history[self._num_epochs :] if not row.inherited]
        self._num_epochs = len(state.history)
        told = state.started.verbosity
        for row in new if (self._verbosity if told is None else told) else []:
            say.out(epoch_line(row, state.started.epochs))

    def _draw(self, progress: Progress, state: RunState) -> None:
        self._describe(progress, state)
        if time.monotonic() - self._drawn > DRAW_SECONDS:
            progress.refresh()
            self._drawn = time.monotonic()

    def _describe(self, progress: Progress, state: RunState) -> None:
        started, speed = state.started, images_per_second(state)
        if started is None:
            progress.update(self._epochs, description=clean(state.phase) or "starting")
            return
        progress.update(
            self._epochs,
            description=f"epoch {min(state.epoch + 1, started.epochs)} of {started.epochs}",
            total=started.epochs * started.num_steps,
            completed=state.step,
        )
        words = clean(state.phase)
        if speed is not None:
            words += f"  {fmt.rate(speed)}"
        progress.update(
            self._steps,
            description="paused" if state.paused else words,
            total=started.num_steps,
            completed=state.step_in_epoch,
        )


def _progress() -> Progress:
    from rich import progress

    # Rich's own thread would end with a traceback where the terminal goes away.
    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TimeRemainingColumn(),
        auto_refresh=False,
    )


def headline(run: Run, state: RunState, *, sign: bool = True) -> str:
    """A run in one line."""
    status = fmt.status(state.status(live=run.live()))
    words = [status if sign else status.partition(" ")[2], extent(state)]
    if state.started is not None and state.started.device:
        words.append(clean(f"{state.started.device}, {fmt.threads_of(state.started)}"))
    if state.ended is not None:
        words.append(clean(state.ended.reason))
    return "   ".join([*words, clean(run.path)])


def _best_of(row: dict[str, Any]) -> str:
    best = row["best"]
    return f"{best['metric']} {fmt.number(best['value'])}" if best else ""


def _capacity(device: Device) -> str:
    memory = fmt.size(device.memory_bytes) if device.memory_bytes else ""
    return ", ".join(filter(None, [fmt.threads(device.threads) if device.threads else "", memory]))


def _table(headings: list[str], rows: list[list[str]]) -> None:
    if not sys.stdout.isatty():
        for row in rows:
            say.out("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
