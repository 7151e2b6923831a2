"""train.log: what it says at each verbosity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import events as e
from core.record.log import Narrator, is_step


def started(verbosity: int | None) -> e.RunStarted:
    return e.RunStarted(
        pid=1, host="here", device="cpu", threads=2, world_size=1, seed=123, versions={},
        save_dir="/saved", data_dir="/data", epoch=0, step=0, epochs=1, num_steps=9,
        num_train=540, num_validation=60, num_parameters=21840, monitor="off", early_stop=None,
        verbosity=verbosity,
    )  # fmt: skip


STEP = e.StepEnded(epoch=2, step=12, step_in_epoch=3, loss=0.25, lr=0.001, images_per_second=9.0)
EPOCH = e.EpochEnded(
    epoch=2, step=18, metrics={"loss": 0.5}, lr=0.001, seconds=1.0, images_per_second=9.0,
    best=True, num_bad_epochs=0,
)  # fmt: skip
SAVED = e.CheckpointSaved(file="last.pth", epoch=2, step=18, num_bytes=9)
NOTICE = e.NoticeGiven(message="mind this")
FAILED = e.CheckpointFailed(file="last.pth", reason="the disk is full")
ENDED = e.RunEnded(outcome="completed", reason="all done", seconds=1.0)
EVENTS = (STEP, EPOCH, SAVED, NOTICE, FAILED, ENDED)


@pytest.mark.parametrize(
    ("verbosity", "told"),
    [
        (0, [NOTICE, FAILED, ENDED]),
        (1, [EPOCH, SAVED, NOTICE, FAILED, ENDED]),
        (2, [*EVENTS]),
        (None, [*EVENTS]),
    ],
)
def test_verbosity_says_what_is_told(verbosity: int | None, told: list[e.Event]) -> None:
    narrator = Narrator()
    assert narrator.line(started(verbosity))
    assert [event for event in EVENTS if narrator.line(event)] == told


def test_an_epoch_of_a_program_that_knows_no_learning_rate_is_told() -> None:
    line = Narrator().line(replace(EPOCH, lr=None))
    assert line == "epoch 2: loss 0.5000  1.0 s  (best so far)"


def test_a_step_is_a_line_that_is_known_as_one() -> None:
    words = Narrator().line(STEP)
    assert words == "step 3 of epoch 2: loss 0.2500  lr 0.001"
    assert is_step(f"2026-11-23 14:22:33  {words}")
    assert not is_step("2026-11-23 14:22:33  epoch 2: loss 0.5")
    assert not is_step("")
