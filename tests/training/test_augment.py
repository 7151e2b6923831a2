"""Random changes of whole batches: how far they go, and that they are drawn exactly again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from tiny_data import tiny_run, train_here

from core.config import Augment
from core.loop.augment import Augmentation

if TYPE_CHECKING:
    from pathlib import Path


def dots(n: int = 64) -> torch.Tensor:
    """Images with a single bright pixel, off the middle."""
    images = torch.zeros(n, 1, 28, 28, dtype=torch.uint8)
    images[:, 0, 10, 17] = 200
    return images


def places(images: torch.Tensor) -> set[tuple[int, int]]:
    """Where the brightest pixel of each image is: row, column."""
    flat = images.flatten(1).argmax(dim=1)
    return {(int(at) // 28, int(at) % 28) for at in flat}


def test_nothing_asked_for_is_no_augmentation() -> None:
    assert Augmentation.of(None) is None
    assert Augmentation.of(Augment()) is None
    assert Augmentation.of(Augment(shift=2, rotate=5)) == Augmentation(shift=2, rotate=5)


def test_a_shift_moves_each_image_by_whole_pixels_and_reaches_every_place() -> None:
    torch.manual_seed(0)
    moved = Augmentation(shift=2)(dots(600))
    assert moved.dtype == torch.uint8
    assert moved.shape == (600, 1, 28, 28)
    assert moved.flatten(1).sum(dim=1).eq(200).all()
    assert places(moved) == {(10 + y, 17 + x) for y in range(-2, 3) for x in range(-2, 3)}


def test_what_moves_in_is_background_and_what_moves_out_is_gone() -> None:
    torch.manual_seed(0)
    full = torch.full((200, 1, 28, 28), 255, dtype=torch.uint8)
    shares = Augmentation(shift=3)(full).flatten(1).eq(255).float().mean(dim=1)
    assert shares.max() == 1.0
    assert shares.min() == pytest.approx((25 / 28) ** 2)


def test_a_turn_of_nothing_changes_nothing() -> None:
    images = torch.randint(0, 256, (5, 1, 28, 28), dtype=torch.uint8)
    same = Augmentation(scale=1e-9)(images)
    torch.testing.assert_close(same, images.float(), atol=0.01, rtol=0)


def test_a_turn_keeps_the_distance_from_the_middle() -> None:
    torch.manual_seed(0)
    middle = 13.5
    distance = ((10 - middle) ** 2 + (17 - middle) ** 2) ** 0.5
    found = places(Augmentation(rotate=90)(dots(300)))
    assert len(found) > 10
    for row, column in found:
        here = ((row - middle) ** 2 + (column - middle) ** 2) ** 0.5
        assert here == pytest.approx(distance, abs=1.0)


def test_a_scale_of_a_half_makes_a_square_from_half_to_one_and_a_half_as_wide() -> None:
    torch.manual_seed(0)
    square = torch.zeros(400, 1, 28, 28, dtype=torch.uint8)
    square[:, :, 10:18, 10:18] = 255
    widths = (Augmentation(scale=0.5)(square)[:, 0, 14] > 127).sum(dim=1)
    assert (int(widths.min()), int(widths.max())) == (4, 12)


def test_shift_and_turn_together_move_by_pixels_too() -> None:
    torch.manual_seed(0)
    moved = Augmentation(shift=2, rotate=0.001)(dots(400))
    assert places(moved) == {(10 + y, 17 + x) for y in range(-2, 3) for x in range(-2, 3)}


@pytest.mark.parametrize("augment", [{"shift": 2}, {"shift": 1, "rotate": 8, "scale": 0.1}])
def test_only_training_images_are_changed_and_the_loss_shows_it(
    augment: dict[str, float], tiny_mnist: Path, tmp_path: Path
) -> None:
    edits = {"trainer.epochs": 1, "optimizer.args.lr": 0.0}
    plain = train_here(tiny_run(tiny_mnist, tmp_path, edits)).metrics[0]
    changed = train_here(
        tiny_run(tiny_mnist, tmp_path, {**edits, "data_loader.augment": augment})
    ).metrics[0]
    assert changed["val_loss"] == plain["val_loss"]
    assert changed["loss"] != plain["loss"]
