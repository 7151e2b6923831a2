"""What must be the template's: its network, its files, and averages where it has them wrong."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from core import losses, metrics
from core.building import build
from core.config import Component
from core.loop.averages import Averages
from core.models import MnistModel, NormalizedCnn

SHAPES = {
    "conv1.weight": (10, 1, 5, 5),
    "conv1.bias": (10,),
    "conv2.weight": (20, 10, 5, 5),
    "conv2.bias": (20,),
    "fc1.weight": (50, 320),
    "fc1.bias": (50,),
    "fc2.weight": (10, 50),
    "fc2.bias": (10,),
}


def test_the_network_has_the_templates_weights() -> None:
    state = MnistModel().state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == SHAPES
    assert sum(value.numel() for value in state.values()) == 21_840


def test_the_network_computes_what_the_template_says() -> None:
    torch.manual_seed(1)
    model = MnistModel().eval()
    images = torch.randn(3, 1, 28, 28)
    x = F.relu(F.max_pool2d(F.conv2d(images, model.conv1.weight, model.conv1.bias), 2))
    x = F.relu(F.max_pool2d(F.conv2d(x, model.conv2.weight, model.conv2.bias), 2))
    x = F.relu(F.linear(x.flatten(1), model.fc1.weight, model.fc1.bias))
    expected = F.log_softmax(F.linear(x, model.fc2.weight, model.fc2.bias), dim=1)
    torch.testing.assert_close(model(images), expected)


def test_the_network_drops_out_only_while_it_learns() -> None:
    model, images = MnistModel(), torch.ones(2, 1, 28, 28)
    assert not torch.equal(model(images), model(images))
    model.eval()
    assert torch.equal(model(images), model(images))


@pytest.mark.parametrize("network", [MnistModel(num_classes=4), NormalizedCnn(num_classes=4)])
def test_a_network_ends_in_log_probabilities(network: torch.nn.Module) -> None:
    output = network.eval()(torch.randn(5, 1, 28, 28))
    assert output.shape == (5, 4)
    torch.testing.assert_close(output.exp().sum(dim=1), torch.ones(5))


def test_averages_are_weighted_by_samples() -> None:
    averages = Averages(torch.device("cpu"))
    averages.add({"loss": torch.tensor(1.0)}, 128)
    averages.add({"loss": torch.tensor(4.0)}, 64)
    assert averages.means() == {"loss": 2.0}
    assert averages.num_samples == 192


def test_an_average_that_is_no_number_is_none() -> None:
    averages = Averages(torch.device("cpu"))
    averages.add({"a": torch.tensor(math.nan), "b": torch.tensor(math.inf)}, 2)
    assert averages.means() == {"a": None, "b": None}


def test_averages_go_on_from_their_state() -> None:
    first, second = Averages(torch.device("cpu")), Averages(torch.device("cpu"))
    first.add({"loss": torch.tensor(0.1)}, 3)
    second.load_state_dict(first.state_dict())
    for averages in (first, second):
        averages.add({"loss": torch.tensor(0.7)}, 5)
    assert first.means() == second.means()


def test_metrics_are_means_over_the_batch() -> None:
    output = torch.tensor([[5.0, 4, 3, 2], [5, 4, 3, 2], [5, 4, 3, 2], [5, 4, 3, 2]])
    target = torch.tensor([0, 1, 2, 3])
    assert metrics.accuracy(output, target).item() == 0.25
    assert metrics.top_k_acc(output, target).item() == 0.75
    assert metrics.top_k_acc(output, target, k=2).item() == 0.5


def test_label_smoothing_is_that_of_torch() -> None:
    logits, target = torch.randn(6, 10), torch.arange(6)
    output = F.log_softmax(logits, dim=1)
    for smoothing in (0.0, 0.1):
        expected = F.cross_entropy(logits, target, label_smoothing=smoothing)
        for loss in (losses.nll_loss, losses.cross_entropy):
            torch.testing.assert_close(loss(output, target, label_smoothing=smoothing), expected)


def test_a_name_that_is_not_here_is_one_sentence() -> None:
    with pytest.raises(build.BuildError, match=r'arch.type: there is no "Elsewhere" here'):
        build.model(Component(type="Elsewhere"))
    with pytest.raises(build.BuildError, match=r"arch.args: .*width"):
        build.model(Component(type="MnistModel", args={"width": 3}))
