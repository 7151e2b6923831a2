"""What of a run is drawn: metrics, axes, marks, other runs, what the crosshair reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import NUM_STEPS, recorded

from core.events import RunStarted, SettingChanged, StepEnded
from core.state import RunState, fold
from tui.chart.axis import x_axis
from tui.chart.loss_plot import Other, metrics_of, plot_of
from tui.chart.lr_changes import jumps
from tui.chart.view import AVERAGES, X_CHOICES, ChartView
from tui.chart.words import about_chart
from tui.plot import ASCII, BRAILLE, EVERY_GLYPHS, Stroke, as_text, chart


def state_of(num_epochs: float, **more: Any) -> RunState:
    return fold(RunState(), recorded(num_epochs, **more))


def text_of(state: RunState, view: ChartView | None = None, **more: Any) -> str:
    glyphs = more.pop("glyphs", BRAILLE)
    plot = plot_of(state, view or ChartView(), more.pop("others", ()), glyphs=glyphs)
    return as_text(chart(plot, width=76, height=16, glyphs=glyphs).rows)


def test_every_metric_can_be_drawn_the_loss_first_and_the_rate_last() -> None:
    assert metrics_of(RunState()) == ["loss"]
    assert metrics_of(state_of(2)) == ["loss", "accuracy", "lr"]


def test_training_and_validation_are_drawn_together() -> None:
    for metric, names in (
        ("loss", ["train", "val"]),
        ("accuracy", ["train", "val"]),
        ("lr", ["lr"]),
    ):
        plot = plot_of(state_of(3), ChartView(metric))
        assert [one.name for one in plot.series] == names
        assert all(len(one.xs) for one in plot.series)
        assert plot.title.startswith(metric)
    assert len({one.stroke for one in plot_of(state_of(3), ChartView()).series}) == 2


def test_only_the_loss_is_known_at_each_step_and_the_chart_says_so() -> None:
    plots = {metric: plot_of(state_of(3), ChartView(metric)) for metric in ("loss", "accuracy")}
    assert len(plots["loss"].series[0].xs) == 60
    assert len(plots["accuracy"].series[0].xs) == 3
    assert plots["accuracy"].title == "accuracy, a point an epoch"


def test_a_metric_the_run_does_not_have_gives_way_to_the_loss() -> None:
    assert plot_of(state_of(1), ChartView("f1")).y_label == "loss"


def test_a_curve_that_is_going_to_come_is_in_the_legend_from_the_start() -> None:
    assert [one.name for one in plot_of(state_of(0.1), ChartView()).series] == ["train", "val"]


@pytest.mark.parametrize(
    ("num_epochs", "epochs", "kind", "limit"),
    [
        (0, 10, "step", 500), (0.5, 10, "step", 500), (1.0, 10, "step", 500),
        (1.5, 10, "step", 1000), (2.0, 10, "epoch", 5), (5.0, 10, "epoch", 5),
        (5.05, 10, "epoch", 10), (10.0, 10, "epoch", 10), (10.05, 100, "epoch", 20),
        (20.05, 100, "epoch", 50), (0.5, 1, "step", 400), (1.0, 1, "step", 400),
        (2.0, 3, "epoch", 3), (3.0, 3, "epoch", 3), (20.05, 30, "epoch", 30),
    ],
)  # fmt: skip
def test_the_axis_counts_steps_then_epochs_and_ends_at_a_round_number(
    num_epochs: float, epochs: int, kind: str, limit: float
) -> None:
    axis = x_axis(state_of(num_epochs, epochs=epochs), "auto")
    assert axis.kind == kind
    assert axis.limit == pytest.approx(limit)


def test_the_axis_is_made_longer_only_when_it_is_passed() -> None:
    state, limits = RunState(), []
    for event in recorded(12, epochs=100):
        state = fold(state, [event])
        limits.append((x_axis(state, "auto").kind, round(x_axis(state, "auto").limit)))
    assert list(dict.fromkeys(limits[1:])) == [
        ("step", 500), ("step", 1000), ("epoch", 5), ("epoch", 10), ("epoch", 20),
    ]  # fmt: skip


def test_time_is_that_of_training_in_a_unit_that_fits() -> None:
    axes = [x_axis(state_of(n, epochs=4000, events_per_epoch=2), "time") for n in (2, 30, 700)]
    assert [axis.label.split()[0] for axis in axes] == ["seconds", "minutes", "hours"]
    assert [axis.reached for axis in axes] == pytest.approx([20, 5, 700 * 10 / 3600])
    assert axes[0].place(1.0) == pytest.approx(9.5)
    assert axes[0].place(0.25) == pytest.approx(9.5 / 4)


def test_a_run_of_whole_epochs_alone_is_never_drawn_by_step() -> None:
    events = [replace(event, num_steps=1) if isinstance(event, RunStarted) else event
              for event in recorded(1, events_per_epoch=1)]  # fmt: skip
    assert x_axis(fold(RunState(), events), "step").kind == "epoch"


def test_the_best_epoch_is_marked_on_every_metric_that_has_it() -> None:
    for metric, height in (("loss", 0.1), ("accuracy", 1 - 0.08 / 3)):
        (mark,) = plot_of(state_of(3), ChartView(metric)).marks
        assert mark.x == 3.0
        assert mark.y == pytest.approx(height)
        assert mark.text == "best val_loss 0.1000 at epoch 3"
    assert not plot_of(state_of(3), ChartView("lr")).marks


def test_a_rate_is_never_averaged() -> None:
    averaged = plot_of(state_of(3), ChartView("lr", average=0.9))
    assert averaged.series == plot_of(state_of(3), ChartView("lr")).series
    assert "average" not in averaged.title


def test_its_key_has_the_signs_that_it_is_drawn_with() -> None:
    for glyphs in EVERY_GLYPHS:
        told = about_chart(glyphs)
        for sign in (*glyphs.samples[:4], glyphs.mark, glyphs.saved, glyphs.rule, glyphs.above):
            assert sign in told, (glyphs.name, sign)
    assert about_chart(ASCII).isascii()


def test_resumes_checkpoints_and_changes_of_the_learning_rate_are_marked() -> None:
    events = list(recorded(3, lr=lambda x: 0.001 if x < 2.3 else 0.0005))
    started = next(event for event in events if isinstance(event, RunStarted))
    state = fold(RunState(), [*events[:30], replace(started, epoch=1, step=500), *events[30:]])
    plot = plot_of(state, ChartView())
    assert [(rule.x, rule.text) for rule in plot.rules] == [
        (1.25, "resumed"),
        (2.3, "lr 0.001 → 0.0005"),
    ]
    assert plot.saved == [3.0]
    assert "lr 0.001 -> 0.0005" in text_of(state, glyphs=ASCII)
    assert "resumed" in text_of(state)


def test_a_change_by_hand_is_marked_once_where_it_was_made() -> None:
    events = list(recorded(3, lr=lambda x: 0.001 if x <= 2.3 else 0.0005))
    change = SettingChanged(
        path="optimizer.args.lr", before=0.001, after=0.0005, epoch=2, step=920, time=1023.0
    )
    at = next(
        i for i, event in enumerate(events) if isinstance(event, StepEnded) and event.step == 940
    )
    more = replace(change, path="trainer.epochs", before=10, after=20)
    state = fold(RunState(), [*events[:at], change, more, *events[at:]])
    (rule,) = plot_of(state, ChartView()).rules
    assert (rule.x, rule.text) == (2.3, "lr 0.001 → 0.0005")


def test_a_rate_that_changes_all_the_time_has_no_jumps() -> None:
    assert jumps(state_of(3, lr=lambda x: 0.001 * x).lr) == []
    assert len(jumps(state_of(3, lr=lambda x: 0.1 ** int(x)).lr)) == 3


def test_other_runs_are_drawn_beside_it_with_a_stroke_and_a_role_each() -> None:
    others = [Other(f"run {n}", Path(f"/{n}"), state_of(n)) for n in (1, 2, 7, 4)]
    plot = plot_of(state_of(3), ChartView(), others)
    assert [one.name for one in plot.series] == [
        "train",
        "val",
        "run 1 train",
        "run 2 val",
        "run 7 val",
    ]
    assert len(plot.series[2].xs) > 1  # a validation alone would be a dot
    (one,) = plot_of(state_of(3), ChartView("accuracy"), others[:1]).series[2:]
    assert one.name == "run 1 val"
    assert len({one.stroke for one in plot.series}) == len({one.role for one in plot.series}) == 5
    assert plot.x_max == 10  # one of them is longer
    text = text_of(state_of(3), others=others)
    assert all(f"run {name}" in text for name in ("1 train", "2 val", "7 val"))
    no_validation = fold(RunState(), recorded(0.9))
    (other,) = plot_of(state_of(3), ChartView(), [Other("a", Path(), no_validation)]).series[2:]
    assert (other.name, other.stroke) == ("a train", Stroke.DOTTED)


def test_the_average_is_drawn_over_the_faint_line() -> None:
    plot = plot_of(state_of(3), ChartView(average=0.9))
    assert [(one.role, one.behind) for one in plot.series] == [
        ("train-faint", True), ("train", False), ("val-faint", True), ("val", False),
    ]  # fmt: skip
    assert [one.name for one in plot.series if one.name] == ["train", "val"]
    assert "average 0.9" in plot.title


def test_the_crosshair_reads_every_line_at_its_place() -> None:
    view = ChartView(crosshair=2.0)
    others = [Other("a", Path(), state_of(4))]
    assert plot_of(state_of(3), view, others).note == (
        f"epoch 2.00  train {0.4 / 3 + 0.04 * 0.7627:.4f}  val 0.1500  ·· 0.1500"
    )
    assert plot_of(state_of(3), ChartView("lr", crosshair=2.0)).note == "epoch 2.00  lr 0.001"
    assert plot_of(state_of(1), ChartView(crosshair=200.0)).note.startswith("step 200  train 0.")
    by_epochs = replace(view, metric="accuracy", crosshair=1.53)
    assert plot_of(state_of(3), by_epochs).note.startswith("epoch 2  train 0.95")
    for x in ("time", "step"):
        read = by_epochs.with_x(x).reading(19.0, 20.0)
        assert plot_of(state_of(3), read).note.startswith("epoch")
    assert "avg" in plot_of(state_of(3), replace(view, average=0.6)).note
    between = plot_of(state_of(3), ChartView(crosshair=1.6)).note
    assert between.endswith("val 0.1500 of epoch 2")
    assert plot_of(RunState(), view).note == "epoch 2.00  train ?"


def test_a_gap_reads_as_one() -> None:
    state = state_of(3, loss=lambda x: None if 1.9 < x < 2.1 else 0.5)
    assert plot_of(state, ChartView(crosshair=2.0)).note.startswith("epoch 2.00  train nan")


@given(
    st.lists(
        st.tuples(st.sampled_from(["zoom", "pan", "read"]), st.floats(0.2, 5), st.floats(-20, 20)),
        max_size=20,
    )
)
def test_what_is_shown_stays_on_the_axis(moves: list[tuple[str, float, float]]) -> None:
    view = ChartView()
    for kind, factor, place in moves:
        if kind == "zoom":
            view = view.zoomed(factor, place, 10.0)
        elif kind == "pan":
            view = view.panned(place, 10.0)
        else:
            view = view.reading(place, 10.0)
            assert view.crosshair is not None
            low, high = view.window or (0.0, 10.0)
            assert low - 1e-9 <= view.crosshair <= high + 1e-9
        if view.window is not None:
            low, high = view.window
            assert -1e-9 <= low < high <= 10.0 + 1e-9


def test_zooming_keeps_the_place_under_the_finger() -> None:
    view = ChartView().zoomed(2.0, 4.0, 10.0)
    assert view.window == (2.0, 7.0)  # 4 is at two fifths of it as before
    assert view.zoomed(0.5, 4.0, 10.0).window is None
    assert view.panned(0.25, 10.0).window == (3.25, 8.25)
    assert view.panned(9.0, 10.0).window == (5.0, 10.0)


def test_the_choices_go_round() -> None:
    view = ChartView()
    for _ in X_CHOICES:
        view = view.next_x()
    for _ in AVERAGES:
        view = view.next_average()
    assert view == ChartView()
    zoomed = replace(view, window=(1.0, 2.0), crosshair=1.5)
    assert zoomed.next_x() == ChartView(x="step")


def test_drawing_costs_the_same_however_long_the_run_is() -> None:
    short, long = state_of(60, epochs=400), state_of(400, epochs=400, events_per_epoch=50)
    for state in (short, long):
        assert len(state.train_loss.buckets) <= 1024
    assert long.step == NUM_STEPS * 400


def test_a_change_by_hand_beside_a_schedule_is_marked_once_with_the_rates_that_the_run_had() -> (
    None
):
    events = list(recorded(3, lr=lambda x: 0.0001 if x <= 2.3 else 0.00005))
    change = SettingChanged(
        path="optimizer.args.lr", before=0.001, after=0.0005, epoch=2, step=920, time=1023.0
    )
    at = next(
        i for i, event in enumerate(events) if isinstance(event, StepEnded) and event.step == 940
    )
    (rule,) = plot_of(fold(RunState(), [*events[:at], change, *events[at:]]), ChartView()).rules
    assert (rule.x, rule.text) == (2.3, "lr 0.0001 → 5e-05")


def test_where_a_curve_has_not_come_to_nothing_is_read_of_it() -> None:
    short, long = state_of(1), state_of(8)
    beside = [Other("longer", Path("longer"), long)]
    note = plot_of(short, ChartView(x="epoch", crosshair=6.0), others=beside).note
    assert "train none" in note
    assert "train 0." in plot_of(short, ChartView(x="epoch", crosshair=1.0), others=beside).note


def test_the_crosshair_stays_in_view_where_that_moves_away() -> None:
    view = ChartView(window=(4.0, 5.0), crosshair=4.77)
    assert view.panned(-0.5, 10.0).crosshair == 4.5
    assert view.panned(0.5, 10.0).crosshair == 4.77
