"""What is said of a live run and of one that ended, without a window."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from scratch import beginning

from core import events as e
from core.state import RunState, fold
from tui.live import outcome, words
from tui.live.countdown import Countdown
from tui.live.outcome import Ended
from tui.widgets.progress import LEFT

STARTED, TRAINING = beginning(epochs=10)[:2]
ONE_EPOCH = fold(RunState(), beginning(epochs=10))


def phases(*events: e.Event) -> str:
    return words.phase(fold(RunState(), events))


def ended(kind: str, reason: str, *, has_checkpoint: bool = True) -> Ended:
    state = fold(ONE_EPOCH, [e.RunEnded(outcome=kind, reason=reason, seconds=41.0)])
    return Ended(Path("/elsewhere/run"), state, has_checkpoint)


def worse(number: int) -> e.EpochEnded:
    (first,) = ONE_EPOCH.history
    return replace(first, epoch=number, step=9 * number, best=False, num_bad_epochs=number - 1)


def text(run: Ended, width: int = 80, *, brief: bool = False) -> list[str]:
    rows = outcome.rows(run, width, brief=brief)
    return ["".join(cell.char for cell in row) for row in rows]


def test_the_phase_is_told_from_the_first_moment() -> None:
    assert phases() == "starting"
    assert phases(e.PhaseChanged(phase="importing torch")) == "importing torch"
    assert phases(STARTED, TRAINING) == "first step"
    assert words.phase(ONE_EPOCH) == "training"
    assert phases(STARTED, e.PhaseChanged(phase="validating")) == "validating"
    assert phases(STARTED, TRAINING, e.RunPaused()) == "paused"
    assert phases(e.PhaseChanged(phase="\x1b[2J")) == "\\x1b[2J"


def test_patience_and_the_best_are_told_once_there_is_something_to_judge() -> None:
    assert words.patience(fold(RunState(), [STARTED])) == words.best(RunState()) == ""
    assert words.patience(ONE_EPOCH) == ""  # it is the best epoch itself
    assert words.patience(fold(ONE_EPOCH, [worse(2)])) == "no better for 1 of 10 epochs"
    out = fold(ONE_EPOCH, [worse(epoch) for epoch in range(2, 12)])
    assert words.patience(out) == "no better for 10: one more ends it"
    assert words.best(ONE_EPOCH) == "best val_loss 0.2500 at epoch 1"
    assert words.best(ONE_EPOCH, named=False) == "best 0.2500 at epoch 1"


def test_silence_is_told_only_when_it_is_unusual() -> None:
    assert words.silence(ONE_EPOCH, 4.9) == ""
    assert words.silence(ONE_EPOCH, 12.2).startswith("nothing heard for 12 s")
    assert words.silence(ONE_EPOCH, 90).startswith("nothing heard for 1 min 30 s")
    assert words.silence(RunState(), 7.0) == "for 7 s now"
    paused = fold(ONE_EPOCH, [e.RunPaused()])
    assert words.silence(paused, 40.0) == ""  # it says that it lives every 30 s
    assert words.silence(paused, 80.0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.2, "0 s left"),
        (9.4, "9 s left"),
        (41.2, "41 s left"),
        (99.0, "1 min 39 s left"),
        (2126.0, "35 min left"),
        (5130.0, "1 h 26 min left"),
    ],
)
def test_the_time_left_is_told_in_whole_seconds(seconds: float | None, said: str) -> None:
    assert words.time_left(seconds) == said


def test_patience_may_end_a_run_before_its_time() -> None:
    assert words.may_end_early(fold(RunState(), beginning(epochs=100)))
    assert not words.may_end_early(fold(RunState(), beginning(epochs=12)))  # 11 left, patience 10
    assert words.may_end_early(fold(RunState(), beginning(epochs=13)))
    assert isinstance(STARTED, e.RunStarted)
    off = replace(STARTED, epochs=100, monitor="off", early_stop=None)
    assert not words.may_end_early(fold(RunState(), [off]))


def test_the_countdown_follows_a_pace_without_its_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    now, countdown = [100.0], Countdown()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert countdown.seconds() is None
    countdown.update(ONE_EPOCH, anew=True)
    left = ONE_EPOCH.seconds_left()
    assert left is not None
    assert countdown.seconds() == pytest.approx(left)
    faster = fold(ONE_EPOCH, [_step(left_of=1.25)])
    countdown.update(faster, anew=False)
    seconds = countdown.seconds()
    assert seconds is not None
    assert abs(seconds - left) < abs((faster.seconds_left() or 0) - left)
    countdown.update(fold(ONE_EPOCH, [e.RunPaused()]), anew=False)
    assert countdown.seconds() is None


def _step(left_of: float) -> e.StepEnded:
    return e.StepEnded(
        epoch=2,
        step=10,
        step_in_epoch=1,
        loss=0.5,
        lr=0.001,
        images_per_second=12900 * left_of,
        time=ONE_EPOCH.time,
    )


def test_the_end_says_the_result_the_place_and_the_next_keys() -> None:
    lines = text(ended("completed", "val_loss has not improved for 10 epochs"))
    assert lines == [
        "✓ finished   1 of 10 epochs in 41 s   best val_loss 0.2500 at epoch 1",
        "val_loss has not improved for 10 epochs",
        "90.00 % of 15 validation images right (val_accuracy 0.9000)",
        "Saved in /elsewhere/run.",
        "",
        "  t   test it on the test images          5   see what it gets wrong",
        "  r   go on for more epochs               s   start the config of the next run",
    ]
    assert max(map(len, text(ended("completed", ""), 38))) <= 38
    assert "" not in text(ended("completed", ""), 38, brief=True)


def test_the_end_offers_no_more_epochs_where_the_schedule_has_none() -> None:
    run = ended("completed", "all 10 epochs are done")._replace(can_go_on=False)
    assert [key for key, _ in outcome.keys(run)] == ["t", "5", "4", "s"]
    assert max(map(len, text(run))) <= 80
    stopped = ended("stopped", "by request")._replace(can_go_on=False)
    assert outcome.keys(stopped)[0][0] == "r"


def test_the_end_of_a_run_that_went_on_counts_all_its_time() -> None:
    (started,) = (event for event in beginning(epochs=10) if isinstance(event, e.RunStarted))
    first = fold(RunState(), [replace(event, time=100.0) for event in beginning(epochs=10)])
    first = replace(first, seconds=300.0)
    again = fold(replace(first, started=None), [replace(started, epoch=1, step=9, time=900.0)])
    again = replace(again, seconds=321.0)
    state = fold(again, [e.RunEnded(outcome="stopped", reason="by request", seconds=21.0)])
    run = Ended(Path("/elsewhere/run"), state, True)
    assert text(run)[0].startswith("■ stopped   1 of 10 epochs in 5 min 21 s")


def test_every_phase_fits_before_its_bar() -> None:
    for phase in ("importing torch", "loading data", "making the network", "validating"):
        state = fold(ONE_EPOCH, [e.PhaseChanged(phase=phase)])
        assert len(words.brief_phase(state)) <= LEFT


def test_a_failure_is_one_sentence_and_its_keys_lead_on() -> None:
    run = ended("failed", "ZeroDivisionError: division by zero (see /saved/train.log)\nmore")
    lines = text(run)
    assert lines[1] == "ZeroDivisionError: division by zero"
    assert [key for key, _ in outcome.keys(run)] == ["l", "r", "s"]
    early = ended("failed", "the disk is full", has_checkpoint=False)
    assert [key for key, _ in outcome.keys(early)] == ["l", "1", "s"]
    assert "Nothing was saved of it; its log is in /elsewhere/run." in text(early)
    ours = early._replace(can_begin_again=True)
    assert [key for key, _ in outcome.keys(ours)] == ["l", "r", "1", "s"]
    assert ours.resuming == "begin again"


def test_a_stop_and_an_interruption_go_on_with_r() -> None:
    asked = text(ended("stopped", "by request"))
    assert "you asked it to stop; its exact position is saved" in asked
    assert "SIGTERM stopped it; its exact position is saved" in text(ended("stopped", "SIGTERM"))
    gone = Ended(Path("/elsewhere/run"), ONE_EPOCH, True)
    lines = text(gone)
    assert lines[0].startswith("◌ interrupted   1 of 10 epochs")
    assert lines[1].startswith("its program ended without a word")
    assert outcome.keys(gone)[0] == ("r", "go on where it stopped")
