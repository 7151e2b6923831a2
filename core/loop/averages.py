"""Running means that stay on the device until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from core.processes.ranks import ALONE

if TYPE_CHECKING:
    from torch import Tensor

    from core.processes.ranks import Ranks


class Averages:
    """Means over samples, whatever the sizes of their batches.

    Of several ranks each has the sums of its own; they are added up when somebody asks.
    """

    def __init__(self, device: torch.device, ranks: Ranks = ALONE) -> None:
        self._device, self._ranks = device, ranks
        # Apple's GPUs have no float64.
        self._type = torch.float32 if device.type == "mps" else torch.float64
        self._names: list[str] = []
        self._sums = torch.empty(0, dtype=self._type, device=device)
        self.num_samples = 0

    def add(self, values: dict[str, Tensor], num_samples: int) -> None:
        """Count in the means of a batch, or of this rank's share of it. Nothing here waits.

        The values have the same names each time; the samples are those of the whole batch.
        """
        if not self._names:
            self._names = list(values)
            self._sums = torch.zeros(len(values), dtype=self._type, device=self._device)
        # Two operations in all: at every step each one more is felt.
        means = torch.stack(list(values.values())).detach()
        self._sums.add_(means, alpha=self._ranks.num_counted(num_samples))
        self.num_samples += num_samples

    def sum(self, name: str) -> float:
        """The sum over samples so far; waits for the device."""
        return self._totals()[self._names.index(name)].item() if name in self._names else 0.0

    def means(self) -> dict[str, float | None]:
        """Each mean; None where it is not finite. Waits for the device."""
        means = [total / self.num_samples for total in self._totals().tolist()]
        finite = [mean if abs(mean) < float("inf") else None for mean in means]
        return dict(zip(self._names, finite, strict=True))

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of an epoch under way."""
        return {"names": self._names, "sums": self._totals(), "num_samples": self.num_samples}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self._names = list(state["names"])
        self._sums = state["sums"].to(self._device, self._type, copy=True)
        self.num_samples = state["num_samples"]
        if not self._ranks.first:  # what was before is counted once
            self._sums.zero_()

    def _totals(self) -> Tensor:
        return self._ranks.total(self._sums)
