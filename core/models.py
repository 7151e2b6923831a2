"""The networks that `arch.type` can name. Each ends in log-probabilities over the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor


class MnistModel(nn.Module):
    """pytorch-template's network: two 5×5 convolutions, two linear layers, 21,840 parameters.

    Input: N×1×28×28, normalised. Output: N×num_classes log-probabilities.
    The names of its layers are those in the template's checkpoints.
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities of each class."""
        x = F.relu_(F.max_pool2d(self.conv1(images), 2))  # in place: a hundredth of a step
        # The template drops before it pools. To drop or double whole channels commutes with both
        # others, to the same bits, and here there is a quarter of the values.
        x = self.conv2_drop(F.relu_(F.max_pool2d(self.conv2(x), 2)))
        x = F.relu_(self.fc1(x.reshape(-1, 320)))
        x = F.dropout(x, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class NormalizedCnn(nn.Module):
    """Two 5×5 convolutions with batch normalisation and a wide linear layer.

    About 80,000 parameters at its default widths; it learns far more in its first epoch than
    `MnistModel` does. Input and output as there.
    """

    def __init__(
        self, width: int = 16, hidden: int = 128, dropout: float = 0.0, num_classes: int = 10
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, kernel_size=5, bias=False),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, kernel_size=5, bias=False),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.classifier = nn.Sequential(
            nn.Linear(2 * width * 4 * 4, hidden), nn.ReLU(), nn.Linear(hidden, num_classes)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities of each class."""
        return F.log_softmax(self.classifier(self.dropout(self.features(images))), dim=1)


class CompactCnn(nn.Module):
    """Four convolutions with batch normalisation, averaged over the picture into one linear layer.

    9,622 parameters at its default width. Input and output as in `MnistModel`.
    """

    def __init__(self, width: int = 12, num_classes: int = 10) -> None:
        super().__init__()
        widths = [width, width * 4 // 3, width * 5 // 3, width * 2]
        self.features = nn.Sequential(
            *_normalized(1, widths[0], kernel=5, padding=0),
            nn.MaxPool2d(2),
            *_normalized(widths[0], widths[1], kernel=3, padding=1),
            *_normalized(widths[1], widths[2], kernel=3, padding=1),
            nn.MaxPool2d(2),
            *_normalized(widths[2], widths[3], kernel=3, padding=0),
        )
        self.classifier = nn.Linear(widths[3], num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities of each class."""
        averages = self.features(images).mean(dim=(2, 3))
        return F.log_softmax(self.classifier(averages), dim=1)


def _normalized(before: int, after: int, *, kernel: int, padding: int) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, kernel, padding=padding, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]
