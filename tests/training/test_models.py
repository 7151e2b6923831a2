"""The networks: the template's own in particular, to the bit."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from core.models import MnistModel


class AsInTheTemplate(MnistModel):
    """pytorch-template's order of operations (its model/model.py), which drops before it pools."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = F.dropout(F.relu(self.fc1(x.reshape(-1, 320))), training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


def test_the_shipped_network_has_the_bits_of_the_template_s() -> None:
    results = []
    for kind in (MnistModel, AsInTheTemplate):
        torch.manual_seed(1)
        model = kind().to(memory_format=torch.channels_last)
        images, labels = torch.randn(32, 1, 28, 28), torch.arange(32) % 10
        output = model(images)
        F.nll_loss(output, labels).backward()  # type: ignore[no-untyped-call]
        results.append([output, *(parameter.grad for parameter in model.parameters())])
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*results, strict=True))
