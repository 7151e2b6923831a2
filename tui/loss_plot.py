"""The loss chart of a run: what of its state is drawn, and how it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import format as fmt
from tui.plot import UNICODE, Cell, Glyphs, Mark, Point, Series, chart, nice_limit

if TYPE_CHECKING:
    from core.state import RunState


def loss_chart(
    state: RunState, *, width: int, height: int, glyphs: Glyphs = UNICODE
) -> list[list[Cell]]:
    """Train and validation loss over epochs, with a note at the best one.

    Without a title: what the run is called stands above it.
    """
    train = [Point(*bucket) for bucket in state.train_loss.buckets]
    validation = [
        Point(float(row.epoch), *(2 * (_finite(row.metrics["val_loss"]),)))
        for row in state.history
        if "val_loss" in row.metrics
    ]
    series = [Series("train", train, dashed=False)]
    if validation or (state.started is not None and state.started.num_validation):
        series.append(Series("val", validation, dashed=True))
    return chart(
        series,
        width=width,
        height=height,
        title="",
        x_label="epoch",
        y_label="loss",
        x_max=_last_x(state),
        marks=_best(state),
        glyphs=glyphs,
    )


def _last_x(state: RunState) -> float:
    buckets = state.train_loss.buckets
    reached = max(buckets[-1].x if buckets else 0.0, float(state.epoch))
    limit = nice_limit(reached)
    epochs = state.started.epochs if state.started else 0
    # The axis need not be longer than the run; a run goes on past its end only by a resume.
    return float(epochs) if reached <= epochs < limit else limit


def _best(state: RunState) -> list[Mark]:
    if state.best is None or state.monitor is None:
        return []
    metrics, metric = state.best.metrics, state.monitor[1]
    height = metrics.get("val_loss", metrics.get("loss"))
    if height is None:
        return []
    text = f"best {metric} {fmt.number(metrics.get(metric))} at epoch {state.best.epoch}"
    return [Mark(float(state.best.epoch), height, text)]


def _finite(value: float | None) -> float:
    return float("nan") if value is None else value
