"""Stop, pause, go on, save: asked of a training in this thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch
from tiny_data import STEPS, Trained, tiny_run, train_here

from core import control, requests
from core.control import Control, StopTraining
from core.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    Heartbeat,
    PhaseChanged,
    RequestHandled,
    RunContinued,
    RunPaused,
    StepEnded,
)
from core.requests import Inbox

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from core.runs import Run


class Unasked:
    """Nobody asks it for anything."""

    def save_position(self) -> bool:
        raise AssertionError("nobody asked for it")

    def change(self, path: str, value: object) -> str:
        raise AssertionError(f"nobody asked for {path} to be {value}")


def train_asking(run: Run, *wishes: requests.Kind, at: str = "training") -> Trained:
    """Train, all `wishes` asked when the trainer enters the phase `at` for the first time."""
    left = [*wishes]

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.phase == at:
            while left:
                requests.ask(run.requests_path, left.pop(0))

    return train_here(run, on_event=on_event)


def test_a_stop_is_answered_and_saved(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    trained = train_asking(run, "stop")
    assert (trained.outcome, trained.reason) == ("stopped", "by request")
    assert [event.outcome for event in trained.all(RequestHandled)] == ["stopping"]
    assert trained.all(CheckpointSaved)[-1].file == "last.pth"
    assert 0 < trained.all(CheckpointSaved)[-1].step < STEPS


def test_a_stop_during_validation_keeps_the_open_epoch(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "POLL_SECONDS", 0.0)
    run = tiny_run(tiny_mnist, tmp_path)
    train_asking(run, "stop", at="validating")
    content = torch.load(run.path / "last.pth", weights_only=True)
    assert content["epoch"] == 0
    assert content["mnist_tui"]["step_in_epoch"] == STEPS


def test_an_old_stop_does_not_end_the_next_run(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    requests.ask(run.requests_path, "stop")
    assert train_here(run).outcome == "completed"


def test_a_stop_wins_over_a_pause_asked_before_it(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    trained = train_asking(run, "pause", "save", "stop")
    assert trained.outcome == "stopped"
    assert not trained.all(RunPaused)


def test_a_save_is_of_the_step_under_way_and_training_goes_on(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    trained = train_asking(run, "save")
    assert trained.outcome == "completed"
    assert [event.outcome for event in trained.all(RequestHandled)] == ["saved"]
    first = trained.all(CheckpointSaved)[0]
    assert (first.file, first.epoch) == ("last.pth", 0)
    assert 0 < first.step < STEPS


def test_a_wish_nobody_knows_and_a_torn_line_are_skipped(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.phase == "training":
            run.requests_path.write_text('{"id": "1", "kind": "explode"}\n{"id": \n[]\nnull\n')

    trained = train_here(run, on_event=on_event)
    assert trained.outcome == "completed"
    assert not trained.all(RequestHandled)


def test_while_paused_nothing_is_trained_and_the_time_does_not_count(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    pause_seconds = 1.5

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.phase == "training":
            if not paused_at:
                requests.ask(run.requests_path, "pause")
        elif isinstance(event, RunPaused):
            paused_at.append(time.monotonic())
            requests.ask(run.requests_path, "save")
            time.sleep(pause_seconds)  # the trainer waits in its own words, so this is a pause
            requests.ask(run.requests_path, "continue")

    paused_at: list[float] = []
    began = time.monotonic()
    trained = train_here(run, on_event=on_event)
    all_seconds = time.monotonic() - began
    assert trained.outcome == "completed"
    kinds = [type(event) for event in trained.events]
    between = trained.events[kinds.index(RunPaused) : kinds.index(RunContinued)]
    assert not [event for event in between if isinstance(event, StepEnded | EpochEnded)]
    answers = [event.outcome for event in trained.all(RequestHandled)]
    assert answers == ["paused", "saved", "going on"]
    counted = sum(event.seconds for event in trained.all(EpochEnded))
    assert counted <= all_seconds - pause_seconds
    assert all(step.images_per_second > 0 for step in trained.all(StepEnded))


def test_a_checkpoint_saved_in_a_pause_does_not_count_the_pause(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    saved_seconds: list[float] = []
    began = time.monotonic()
    pause_seconds = 0.5

    def on_event(event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.phase == "training" and not saved_seconds:
            requests.ask(run.requests_path, "pause")
        elif isinstance(event, RunPaused):
            time.sleep(pause_seconds)
            requests.ask(run.requests_path, "save")
        elif isinstance(event, RequestHandled) and event.outcome == "saved":
            content = torch.load(run.path / "last.pth", weights_only=True)
            saved_seconds.extend((content["mnist_tui"]["seconds"], time.monotonic() - began))
            requests.ask(run.requests_path, "continue")

    train_here(run, on_event=on_event)
    trained, all_seconds = saved_seconds
    assert trained <= all_seconds - pause_seconds


def test_a_paused_writer_still_shows_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "HEARTBEAT_SECONDS", 0.3)
    events: list[Event] = []
    asked = Control(Inbox(tmp_path / "requests.jsonl"), events.append)

    def on_second_beat(event: Event) -> None:
        events.append(event)
        if len([item for item in events if isinstance(item, Heartbeat)]) == 2:
            asked.stop_by_signal("SIGTERM")

    asked = Control(Inbox(tmp_path / "requests.jsonl"), on_second_beat)
    requests.ask(tmp_path / "requests.jsonl", "pause")
    try:
        asked.check(Unasked())
    except StopTraining as stop:
        assert str(stop) == "SIGTERM"
    assert [type(event) for event in events].count(Heartbeat) == 2
    assert isinstance(events[0], RequestHandled)


def test_requests_are_looked_for_at_most_five_times_a_second(tmp_path: Path) -> None:
    class Counting(Inbox):
        looks = 0

        def read(self) -> list[requests.Request]:
            self.looks += 1
            return super().read()

    inbox = Counting(tmp_path / "requests.jsonl")
    asked = Control(inbox, lambda event: None)
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        asked.check(Unasked())
    assert 1 <= inbox.looks <= 3
