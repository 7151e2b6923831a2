"""The losses that `loss` can name: of log-probabilities N×C and classes N, the mean over N."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F

if TYPE_CHECKING:
    from torch import Tensor


def nll_loss(output: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Negative log-likelihood; `label_smoothing` spreads that share of the truth evenly."""
    if label_smoothing == 0:
        return F.nll_loss(output, target)
    true = F.nll_loss(output, target)
    return (1 - label_smoothing) * true - label_smoothing * output.mean()


def cross_entropy(output: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy; the same number as `nll_loss`, since log-probabilities are their own."""
    return F.cross_entropy(output, target, label_smoothing=label_smoothing)
