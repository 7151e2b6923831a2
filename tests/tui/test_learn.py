"""What goes on while a network learns, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from core import models
from core.anatomy import follow
from core.events import StepMeasured
from core.settings.file import PRESETS
from tui.config.draft import Draft
from tui.learn import becoming, network, step

if TYPE_CHECKING:
    from pathlib import Path

DIGITS = tuple("0123456789")
PARTS = {"batch": 0.001, "forward": 0.003, "loss": 0.0, "backward": 0.005, "step": 0.001}


def answer(model: torch.nn.Module, **more: Any) -> dict[str, Any]:
    probabilities = [0.02] * 10
    probabilities[3] = 0.82
    return {
        "stages": follow(model.eval(), torch.zeros(1, 1, 28, 28)),
        "num_parameters": 21_840, "probabilities": probabilities, "guess": 3, "target": 3, **more,
    }  # fmt: skip


def test_each_change_of_shape_has_its_name() -> None:
    text = network.table(answer(models.MnistModel()), DIGITS).plain
    assert "unsqueeze" in text
    assert "reshape: the same 320 numbers in one row (20×4×4 = 320)" in text
    assert "1×20×4×4" in text
    assert "21,840 parameters" in text
    assert text.endswith("takes this picture for 3 at 0.82, which it is.")


def test_each_layer_says_how_large_it_is() -> None:
    text = network.table(answer(models.MnistModel()), DIGITS).plain
    assert "10 filters, each 5×5 on the picture: where its pattern is" in text
    assert "20 filters, each 5×5 on all 10 maps" in text
    assert "of each 2×2 the largest" in text
    assert "drops 50 % at random" in text
    assert "50 sums, each of all 320 inputs" in text


def test_steps_and_padding_are_told_where_they_are_not_the_usual_ones() -> None:
    class Other(torch.nn.Sequential):
        def __init__(self) -> None:
            super().__init__(
                torch.nn.Conv2d(1, 4, 3, stride=2, padding=1), torch.nn.MaxPool2d(3, stride=2)
            )

    text = network.table(answer(Other()), DIGITS).plain
    assert "4 filters, each 3×3 on the picture (stride 2, padding 1)" in text
    assert "of each 3×3 (stride 2) the largest" in text


@pytest.mark.parametrize(
    "made", [models.MnistModel, models.NormalizedCnn, models.CompactCnn], ids=lambda m: m.__name__
)
def test_every_layer_of_our_networks_is_explained(made: type[torch.nn.Module]) -> None:
    text = network.table(answer(made()), DIGITS).plain
    assert "its own code" not in text
    assert all(len(line) <= 74 for line in text.splitlines()[:-1])  # as fits 80 columns


def test_what_was_never_trained_guesses_by_chance() -> None:
    text = network.table(answer(models.MnistModel(), untrained=True), DIGITS).plain
    assert text.endswith("It was not trained yet: what it says is chance.")


def test_a_wrong_guess_says_what_it_is() -> None:
    classes = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat")
    text = network.table(answer(models.MnistModel(), target=4), classes).plain
    assert text.endswith("for Dress at 0.82, but it is Coat.")


def measured(epoch: int, **norms: float | None) -> StepMeasured:
    return StepMeasured(
        epoch=epoch, step=400 * epoch, num_images=128, seconds=dict(PARTS), gradient_norms=norms
    )


def test_a_step_is_told_part_by_part_with_its_share() -> None:
    text = step.taken_apart([measured(1, conv1=0.5)], "nll_loss", 76, ascii_only=True).plain
    assert text.isascii()
    assert "128 pictures in 10.00 ms" in text
    for call, share in (
        ("images, labels = the next 128", "10.0 %"), ("output = model(images)", "30.0 %"),
        ("loss = nll_loss(output, labels)", "0.0 %"), ("loss.backward()", "50.0 %"),
        ("optimizer.step()", "10.0 %"),
    ):  # fmt: skip
        (line,) = [line for line in text.splitlines() if line.startswith(call)]
        assert line.endswith(f" {share}")


def test_the_gradients_of_the_last_epochs_stand_side_by_side() -> None:
    steps = [measured(epoch, conv1=1 / epoch, fc1=None) for epoch in range(10, 19)]
    *_, told, head, conv1, fc1 = step.taken_apart(steps, "nll_loss", 76).plain.splitlines()
    assert told == "The newest 5 epochs; the others have no room."
    assert head.split()[-2:] == ["epoch", "18"]
    assert conv1.split()[-1] == "0.0556"
    assert fc1.split()[-1] == "nan"
    assert len(head) <= 76


def test_a_run_without_one_says_how_to_get_one() -> None:
    assert step.taken_apart([], "nll_loss", 76).plain == step.NOT_YET


def test_each_block_of_the_config_becomes_a_call() -> None:
    text = becoming.becoming(Draft.read(PRESETS / "config.json"), 76).plain
    assert "core.models.MnistModel()" in text
    assert "torch.optim.Adam(model.parameters(), lr=0.001" in text
    assert "torch.optim.lr_scheduler.StepLR(optimizer, step_size=50" in text
    assert "monitor = 'min val_loss'" in text


def test_a_config_that_is_none_is_told_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"arch": 3, "trainer": []}')
    text = becoming.becoming(Draft.read(path), 76).plain
    assert "arch" in text
    assert "trainer" in text
