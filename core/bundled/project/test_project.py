"""`python -m pytest` runs these: a network of other layers is tried in a second."""

import torch
from metric import confidence
from model import Net


def test_the_network_gives_log_probabilities() -> None:
    output = Net()(torch.zeros(3, 1, 28, 28))
    assert output.shape == (3, 10)
    torch.testing.assert_close(output.exp().sum(dim=1), torch.ones(3))


def test_confidence_is_the_probability_of_the_right_class() -> None:
    output = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log()
    torch.testing.assert_close(confidence(output, torch.tensor([1, 0])), torch.tensor(0.625))
