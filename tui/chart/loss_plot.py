"""The chart of a run: what of its state is drawn, and how it is called."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from tui import format as fmt
from tui.chart.axis import x_axis
from tui.chart.lr_changes import lr_rules
from tui.chart.view import ChartView
from tui.plot import BRAILLE, Mark, Plot, Rule, Series, Stroke, chart, smoothed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.record.curve import Curve
    from core.state import RunState
    from tui.chart.axis import XAxis
    from tui.plot import Glyphs, Picture

LR = "lr"
NUM_OTHERS = 3
"""Other runs that are told apart beside this one."""

_CUT_EPOCHS = 0.05
"""The first loss of all is many times what follows: the y axis need not reach it."""
_BEYOND = 0.02
"""Of the axis: so far behind a curve's newest value it says nothing."""
_OTHER_STROKES = (Stroke.DOTTED, Stroke.LONG_DASHED, Stroke.DASH_DOTTED)


class Other(NamedTuple):
    """Another run, drawn beside the one that is shown."""

    name: str
    path: Path
    state: RunState


@dataclass(frozen=True, slots=True)
class Line:
    """One curve under its name."""

    name: str
    role: str
    stroke: Stroke
    curve: Curve


def metrics_of(state: RunState) -> list[str]:
    """What of a run can be drawn: the loss first, each with its validation, then the rate."""
    names = dict.fromkeys(["loss", *(name.removeprefix("val_") for name in state.metrics)])
    return [*names, *([LR] if state.lr.buckets else [])]


def loss_chart(
    state: RunState,
    *,
    width: int,
    height: int,
    title: str,
    metric: str = "loss",
    glyphs: Glyphs = BRAILLE,
) -> Picture:
    """A metric of training and validation as it is printed, where nobody presses keys."""
    plot = replace(plot_of(state, ChartView(metric), glyphs=glyphs), title=title)
    return chart(plot, width=width, height=height, glyphs=glyphs)


def plot_of(
    state: RunState,
    view: ChartView,
    others: Sequence[Other] = (),
    *,
    glyphs: Glyphs = BRAILLE,
) -> Plot:
    """All that the chart of a run shows. What the run is called stands above it."""
    metric = view.metric if view.metric in metrics_of(state) else "loss"
    if metric == LR:  # an average of it would show rates that never were
        view = replace(view, average=0.0)
    axis = x_axis(state, view.x, [other.state for other in others])
    lines = [*_own_lines(state, metric), *_other_lines(others, metric)]
    low, high = view.window or (0.0, axis.limit)
    cut = axis.place(_CUT_EPOCHS) if metric != LR and not view.log_y else 0.0
    return Plot(
        series=[one for line in lines for one in _series(line, axis, view.average)],
        title=_title(metric, view),
        x_label=axis.label,
        y_label=metric,
        x_min=low,
        x_max=high,
        log_y=view.log_y,
        fit_from=cut,
        marks=_best(state, metric, axis),
        rules=[
            *(Rule(axis.place(x), "resumed") for x in state.resumes),
            *lr_rules(state, axis, glyphs.arrow),
        ],
        saved=[axis.place(x) for x in _saved(state)],
        crosshair=view.crosshair,
        note="" if view.crosshair is None else _reading(lines, axis, view, glyphs),
    )


def _own_lines(state: RunState, metric: str) -> list[Line]:
    if metric == LR:
        return [Line(LR, "train", Stroke.SOLID, state.lr)]
    train = state.train_loss if metric == "loss" else state.metrics.get(metric)
    validation = state.metrics.get(f"val_{metric}")
    lines = [] if train is None else [Line("train", "train", Stroke.SOLID, train)]
    if validation is not None:
        lines.append(Line("val", "val", Stroke.DASHED, validation))
    elif state.started is not None and state.started.num_validation:  # it is going to come
        lines.append(Line("val", "val", Stroke.DASHED, type(state.lr)()))
    return lines


def _other_lines(others: Sequence[Other], metric: str) -> list[Line]:
    """One curve of each: validation, since that is what runs compete in.

    Where that is a single point, of one epoch, what it was trained on: a dot is no curve.
    """
    lines = []
    for number, (name, _, state) in enumerate(others[:NUM_OTHERS]):
        train = {LR: state.lr, "loss": state.train_loss}.get(metric, state.metrics.get(metric))
        validation = state.metrics.get(f"val_{metric}")
        by_training = validation is None or (len(validation.buckets) < 2 <= _length(train))
        curve, word = (train, "train") if by_training else (validation, "val")
        if curve is not None:
            label = name if metric == LR else f"{name} {word}"
            lines.append(Line(label, f"other{number + 1}", _OTHER_STROKES[number], curve))
    return lines


def _length(curve: Curve | None) -> int:
    return 0 if curve is None else len(curve.buckets)


def _series(line: Line, axis: XAxis, average: float) -> list[Series]:
    """A line, or its running average over the faint line itself."""
    xs, buckets = axis.places(line.curve), line.curve.buckets
    lows, highs = [bucket.low for bucket in buckets], [bucket.high for bucket in buckets]
    if not average:
        return [Series(line.name, xs, lows, highs, line.role, line.stroke)]
    averages = smoothed((bucket.mean for bucket in buckets), average)
    own = Series(line.name, xs, averages, averages, line.role, line.stroke)
    if line.stroke > Stroke.DASHED:
        return [own]
    faint = Series("", xs, lows, highs, f"{line.role}-faint", line.stroke, behind=True)
    return [faint, own]


def _title(metric: str, view: ChartView) -> str:
    """The metric, and whatever makes the chart look otherwise than at first."""
    words = [metric]
    if metric not in ("loss", LR):
        words.append("a point an epoch")
    if view.log_y:
        words.append("log scale")
    if view.average:
        words.append(f"average {view.average:g}")
    if view.window:
        words.append("zoomed")
    return ", ".join(words)


def _best(state: RunState, metric: str, axis: XAxis) -> list[Mark]:
    if state.best is None or state.monitor is None:
        return []
    metrics, watched = state.best.metrics, state.monitor[1]
    height = metrics.get(f"val_{metric}", metrics.get(metric))
    if height is None:
        return []
    text = f"best {watched} {fmt.number(metrics.get(watched))} at epoch {state.best.epoch}"
    return [Mark(axis.place(float(state.best.epoch)), height, text)]


def _saved(state: RunState) -> list[float]:
    """Where the checkpoints were saved, in epochs."""
    num_steps = state.started.num_steps if state.started else 1
    return [item.step / num_steps for item in state.checkpoints]


def _reading(lines: Sequence[Line], axis: XAxis, view: ChartView, glyphs: Glyphs) -> str:
    """Every line at the crosshair, in words; other runs by their stroke, names may be long."""
    x = view.crosshair or 0.0
    words = [_place_read(lines, axis, x)]
    between = not all(map(_has_only_ends, lines))
    for line in lines:
        name = line.name if line.stroke <= Stroke.DASHED else glyphs.samples[line.stroke]
        epoch = _epoch_read(line, axis, x) if between and _has_only_ends(line) else ""
        words.append(f"{name} {_value_at(line, axis, x, view)}{epoch}")
    return "  ".join(words)


def _has_only_ends(line: Line) -> bool:
    """Whether it has only the ends of epochs."""
    return all(bucket.x.is_integer() for bucket in line.curve.buckets)


def _epoch_read(line: Line, axis: XAxis, x: float) -> str:
    """Of which epoch's end the value is, where the crosshair does not stand at it."""
    xs = axis.places(line.curve)
    if not xs or math.isclose(xs[nearest := _nearest(xs, x)], x):
        return ""
    return f" of epoch {line.curve.buckets[nearest].x:.0f}"


def _place_read(lines: Sequence[Line], axis: XAxis, x: float) -> str:
    """`step 303`, `epoch 3.52`; `epoch 4` where every line has only the ends of epochs."""
    longest = max(lines, key=lambda line: len(line.curve.buckets), default=None)
    if longest is not None and longest.curve.buckets and all(map(_has_only_ends, lines)):
        point = longest.curve.buckets[_nearest(axis.places(longest.curve), x)]
        return f"epoch {point.x:.0f}"
    return f"{axis.label.split()[0]} {x:.{0 if axis.kind == 'step' else 2}f}"


def _nearest(xs: Sequence[float], x: float) -> int:
    """Which of the growing `xs`, of which there is one at least, is next to `x`."""
    after = min(bisect_left(xs, x), len(xs) - 1)
    return after - 1 if after and x - xs[after - 1] <= xs[after] - x else after


def _value_at(line: Line, axis: XAxis, x: float, view: ChartView) -> str:
    """What a line says at the point next to `x`."""
    xs, buckets = axis.places(line.curve), line.curve.buckets
    if not xs:
        return "?"
    if not _has_only_ends(line) and x - xs[-1] > _BEYOND * axis.limit:
        return "none"  # it has not come so far, or another run is longer
    nearest = _nearest(xs, x)
    text = _number(buckets[nearest].mean, line)
    if not view.average:
        return text
    average = smoothed([bucket.mean for bucket in buckets[: nearest + 1]], view.average)[-1]
    return f"{text}, avg {_number(average, line)}"


def _number(value: float, line: Line) -> str:
    return f"{value:.6g}" if line.name == LR else f"{value:.4f}"
