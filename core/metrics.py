"""The metrics that `metrics` can name: of log-probabilities N×C and classes N.

Each gives the mean over the batch as a tensor on the same device, so that nothing waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def accuracy(output: Tensor, target: Tensor) -> Tensor:
    """Share of samples whose likeliest class is the true one."""
    return (output.argmax(dim=1) == target).float().mean()


def top_k_acc(output: Tensor, target: Tensor, k: int = 3) -> Tensor:
    """Share of samples whose true class is among the `k` likeliest."""
    likeliest = output.topk(min(k, output.shape[1]), dim=1).indices
    return (likeliest == target[:, None]).any(dim=1).float().mean()
