"""The network that config.json names: `model.py:Net`."""

import torch
from torch import nn


class Net(nn.Module):
    """Two convolutions and a linear layer: images N×1×28×28 in, log-probabilities N×10 out."""

    def __init__(self, width: int = 16, num_classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 5, stride=2, padding=2),
            nn.ReLU(),
        )
        self.classify = nn.Linear(2 * width * 7 * 7, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The log-probability of every class for each image."""
        features = self.features(images).flatten(1)
        return torch.log_softmax(self.classify(features), dim=1)
