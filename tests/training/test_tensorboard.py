"""TensorBoard's files: the template's tags, read back by TensorBoard itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tiny_data import STEPS, tiny_run, train_here

from core.events import StepEnded
from core.loop import tensorboard

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

ON = {"trainer.tensorboard": True}


def board_of(run: Run) -> Any:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = reader.EventAccumulator(
        str(run.path / tensorboard.FOLDER), size_guidance={"histograms": 0, "scalars": 0}
    )
    board.Reload()
    return board


def scalars(board: Any, tag: str) -> dict[int, float]:
    return {item.step: item.value for item in board.Scalars(tag)}


def test_the_scalars_have_the_templates_tags_and_the_journals_values(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path, ON)
    trained = train_here(run)
    board = board_of(run)
    tags = {
        f"{name}/{part}"
        for name in ("loss", "accuracy", "top_k_acc")
        for part in ("train", "valid")
    }
    assert set(board.Tags()["scalars"]) == tags | {"steps_per_sec/train", "lr"}
    assert board.Tags()["images"] == board.Tags()["histograms"] == []
    steps = {event.step: event.loss for event in trained.all(StepEnded)}
    assert scalars(board, "loss/train") == pytest.approx(steps, rel=1e-6)
    for name in ("accuracy", "val_loss", "val_top_k_acc"):
        expected = {STEPS * (at + 1): row[name] for at, row in enumerate(trained.metrics)}
        assert scalars(board, tensorboard._tag(name)) == pytest.approx(expected, rel=1e-6)


def test_images_and_histograms_are_written_only_if_asked(tiny_mnist: Path, tmp_path: Path) -> None:
    both = {"trainer.tensorboard_images": True, "trainer.tensorboard_histograms": True}
    run = tiny_run(tiny_mnist, tmp_path, {**ON, **both})
    train_here(run)
    board = board_of(run)
    assert board.Tags()["images"] == ["input/train"]
    picture = board.Images("input/train")[0]
    assert (picture.width, picture.height) == (8 * 28, 2 * 28)  # 16 images, eight in a row
    assert "conv1.weight" in board.Tags()["histograms"]
    assert [item.step for item in board.Histograms("fc2.bias")] == [1, 2]


def test_a_run_that_goes_on_takes_back_what_it_does_anew(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path, ON)
    train_here(run, stop_at=STEPS + 4)
    train_here(run)
    accuracy = scalars(board_of(run), "accuracy/valid")
    assert list(accuracy) == [STEPS, 2 * STEPS]


def test_without_tensorboard_one_line_says_how_to_get_it_and_training_goes_on(
    tiny_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard, "_installed", lambda: False)
    run = tiny_run(tiny_mnist, tmp_path, ON)
    trained = train_here(run)
    assert trained.outcome == "completed"
    assert trained.notices == tensorboard.MISSING
    assert not (run.path / tensorboard.FOLDER).exists()


def test_a_folder_that_tensorboard_cannot_write_to_is_said_and_training_goes_on(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    run = tiny_run(tiny_mnist, tmp_path, ON)
    (run.path / tensorboard.FOLDER).write_text("a file is in the way")
    trained = train_here(run)
    assert trained.outcome == "completed"
    assert trained.notices.startswith("trainer.tensorboard: nothing more is written there: ")


def test_what_was_not_asked_for_starts_no_thread(tiny_mnist: Path, tmp_path: Path) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run)
    assert not (run.path / tensorboard.FOLDER).exists()
