"""A value of the config changed while a run is trained, and what a resume makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from tiny_data import STEPS, Trained, tiny_run, train_here

from core import control, requests
from core.events import CheckpointSaved, Event, RequestHandled, SettingChanged, StepEnded
from core.requests import EPOCHS, LR
from core.resuming import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

ONE_CYCLE = {"type": "OneCycleLR", "interval": "batch", "args": {"max_lr": 0.01}}


@pytest.fixture(autouse=True)
def _look_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "POLL_SECONDS", 0.0)
    monkeypatch.setattr("core.loop.step_log.LOG_SECONDS", 0.0)


def train_setting(
    run: Run,
    path: str,
    value: object,
    *,
    at_step: int = 3,
    on_change: type[BaseException] | None = None,
    stop_at: int | None = None,
) -> Trained:
    """Train; after a step somebody asks for another value, and for nothing else."""
    asked: list[str] = []

    def on_event(event: Event) -> None:
        if on_change is not None and isinstance(event, SettingChanged):
            raise on_change
        if isinstance(event, StepEnded) and event.step == at_step and not asked:
            asked.append(requests.ask(run.requests_path, "set", path=path, value=value))

    return train_here(run, on_event=on_event, stop_at=stop_at)


def outcome(trained: Trained) -> str:
    (handled,) = trained.all(RequestHandled)
    return handled.outcome


def test_the_learning_rate_changes_at_the_next_step(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    trained = train_setting(run, LR, 0.0005)
    assert outcome(trained) == f"{LR} was 0.001 and is 0.0005 now"
    (changed,) = trained.all(SettingChanged)
    assert (changed.before, changed.after, changed.epoch, changed.step) == (0.001, 0.0005, 0, 3)
    rates = [event.lr for event in trained.all(StepEnded)]
    assert rates[:3] == [0.001] * 3
    assert set(rates[3:]) == {0.0005}
    assert run.state().changes == (changed,)


def test_a_schedule_is_scaled_with_it(tiny_mnist: Path, tmp_path: Path) -> None:
    plain = train_here(tiny_run(tiny_mnist, tmp_path, {"lr_scheduler": ONE_CYCLE}))
    run = tiny_run(tiny_mnist, tmp_path, {"lr_scheduler": ONE_CYCLE})
    halved = train_setting(run, LR, 0.0005)
    pairs = zip(plain.all(StepEnded), halved.all(StepEnded), strict=True)
    shares = [after.lr / before.lr for before, after in pairs]
    assert shares[:3] == [1.0] * 3
    # OneCycleLR goes by rates of its own in each group, which have to follow.
    assert shares[3:] == pytest.approx([0.5] * (2 * STEPS - 3))


@pytest.mark.parametrize("schedule", ["as shipped", "OneCycleLR"])
def test_a_resume_after_it_is_exact(tiny_mnist: Path, tmp_path: Path, schedule: str) -> None:
    edits = {"lr_scheduler": ONE_CYCLE} if schedule == "OneCycleLR" else {}
    straight = tiny_run(tiny_mnist, tmp_path, edits)
    train_setting(straight, LR, 0.0005)
    cut = tiny_run(tiny_mnist, tmp_path, edits)
    assert train_setting(cut, LR, 0.0005, stop_at=5).outcome == "stopped"
    assert train_here(cut).outcome == "completed"

    first, second = (
        torch.load(run.path / "last.pth", weights_only=True) for run in (straight, cut)
    )
    for name, value in first["state_dict"].items():
        assert torch.equal(value, second["state_dict"][name]), name
    assert first["optimizer"]["param_groups"] == second["optimizer"]["param_groups"]
    assert first["config"]["optimizer"]["args"]["lr"] == 0.0005


def test_a_change_after_the_last_checkpoint_is_not_forgotten(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    with pytest.raises(KeyboardInterrupt):  # as a kill: nothing is saved any more
        train_setting(run, LR, 0.0005, at_step=STEPS + 2, on_change=KeyboardInterrupt)
    assert beginning.effective(run, {}).config.optimizer.args["lr"] == 0.0005
    resumed = train_here(run)
    assert resumed.all(StepEnded)[0].step == STEPS + 1
    assert {event.lr for event in resumed.all(StepEnded)} == {0.0005}


def test_fewer_epochs_end_the_run_sooner_and_more_later(tiny_mnist: Path, tmp_path: Path) -> None:
    for epochs, reason in ((1, "its epoch is done"), (3, "all 3 epochs are done")):
        run = tiny_run(tiny_mnist, tmp_path)
        trained = train_setting(run, EPOCHS, epochs)
        assert trained.reason == reason
        state = run.state()
        assert state.started is not None
        assert (state.epoch, state.started.epochs) == (epochs, epochs)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (LR, -1, "optimizer.args.lr: "),
        (LR, 0, "cannot be scaled"),
        (LR, "fast", "is not a number"),
        (LR, True, "is not a number"),
        (LR, float("inf"), "is not a number"),
        (LR, float("nan"), "is not a number"),
        (LR, 10**400, "must be a finite number"),
        (EPOCHS, 10**400, "must be from"),
        (EPOCHS, 0, "epoch 1 is under way: give 1 or more"),
        (EPOCHS, 2.5, "must be a whole number"),
        (EPOCHS, 2, "is 2 already"),
        ("arch.type", 3, f"only {LR} and {EPOCHS} can change while a run is live"),
    ],
)
def test_what_cannot_be_is_refused_and_training_goes_on(
    tiny_mnist: Path, tmp_path: Path, path: str, value: object, sentence: str
) -> None:
    trained = train_setting(tiny_run(tiny_mnist, tmp_path), path, value)
    assert sentence in outcome(trained)
    assert not trained.all(SettingChanged)
    assert trained.outcome == "completed"
    assert [event.epoch for event in trained.all(CheckpointSaved)][-1] == 2


def test_a_schedule_of_fixed_length_is_not_made_longer(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, {"lr_scheduler": ONE_CYCLE})
    trained = train_setting(run, EPOCHS, 3)
    assert outcome(trained) == f"{EPOCHS}: OneCycleLR was drawn up for 2 epochs: start a new run"
