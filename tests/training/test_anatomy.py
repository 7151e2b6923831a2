"""A network layer by layer, one real picture going through it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import in_process
import pytest
import torch
from tiny_data import tiny_run, train_here
from torch import nn

from core import anatomy, models
from core.anatomy import follow
from core.evaluate import evaluate
from core.images.data_sets import MNIST
from core.images.pictures import Pictures
from core.settings.file import PRESETS

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def ask(question: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(in_process.module(anatomy.main, json.dumps(question)))
    return answer


def test_the_templates_network_as_its_code_has_it() -> None:
    stages = follow(models.MnistModel().eval(), torch.zeros(1, 1, 28, 28))
    assert [(stage["name"], stage["does"]) for stage in stages[:4]] == [
        ("", "picture"), ("conv1", "Conv2d"), ("", "max_pool2d"), ("", "relu_"),
    ]  # fmt: skip
    shapes = {stage["name"] or stage["does"]: stage["shape"] for stage in stages}
    assert shapes["conv1"] == [1, 10, 24, 24]
    assert shapes["reshape"] == [1, 320]
    assert shapes["log_softmax"] == [1, 10]
    assert sum(stage["num_parameters"] for stage in stages) == 21_840


def test_what_layers_and_functions_were_made_with_is_told() -> None:
    stages = follow(models.MnistModel().eval(), torch.zeros(1, 1, 28, 28))
    found = {stage["name"] or stage["does"]: stage["settings"] for stage in stages}
    assert found["conv1"] == {
        "kernel_size": (5, 5), "stride": (1, 1), "padding": (0, 0), "out_channels": 10,
    }  # fmt: skip
    assert found["max_pool2d"] == {"kernel_size": 2, "stride": 2, "padding": 0}
    assert found["conv2_drop"] == {"p": 0.5}
    assert found["fc1"] == {"out_features": 50}
    assert found["relu_"] == {}


@pytest.mark.parametrize("network", [models.NormalizedCnn, models.CompactCnn])
def test_every_parameter_is_in_some_layer(network: type[nn.Module]) -> None:
    model = network().eval()
    stages = follow(model, torch.zeros(1, 1, 28, 28))
    total = sum(item.numel() for item in model.parameters())
    assert sum(stage["num_parameters"] for stage in stages) == total


class Branching(nn.Module):
    """Does one thing or another, as the values are: its code cannot be followed."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(784, 10)

    def forward(self, images: Tensor) -> Tensor:
        x = images.flatten(1)
        return self.layer(x if x.sum() > 0 else -x)  # type: ignore[no-any-return]


def test_of_code_that_cannot_be_followed_the_layers_are_shown() -> None:
    stages = follow(Branching(), torch.ones(1, 1, 28, 28))
    assert [(stage["name"], stage["shape"]) for stage in stages] == [
        ("", [1, 1, 28, 28]), ("layer", [1, 10]),
    ]  # fmt: skip


def test_a_config_that_was_never_trained(tmp_path: Path) -> None:
    answer = ask({"config": (PRESETS / "config.json").read_text(), "index": 3})
    assert answer["num_parameters"] == 21_840
    assert answer["target"] == 0  # the fourth test image of MNIST
    assert bytes(answer["ink"]) == Pictures.read(MNIST, tmp_path, training=False).ink(3)
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_a_checkpoint_takes_the_picture_for_what_the_test_says(
    tiny_mnist: Path, tmp_path: Path
) -> None:
    run = tiny_run(tiny_mnist, tmp_path)
    train_here(run)
    best = run.path / "model_best.pth"
    mistake = evaluate(best)["mistakes"][0]
    answer = ask({"checkpoint": str(best), "index": mistake["index"]})
    assert (answer["target"], answer["guess"]) == (mistake["target"], mistake["predicted"])


def test_a_config_that_names_nothing_known_is_a_sentence() -> None:
    text = (PRESETS / "config.json").read_text().replace("MnistModel", "Nothing")
    assert "Nothing" in ask({"config": text})["mistake"]
