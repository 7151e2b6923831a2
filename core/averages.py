"""Running means that stay on the device until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


class Averages:
    """Means over samples, whatever the sizes of their batches."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        # Apple's GPUs have no float64.
        self._type = torch.float32 if device.type == "mps" else torch.float64
        self._sums: dict[str, Tensor] = {}
        self.num_samples = 0

    def add(self, values: dict[str, Tensor], num_samples: int) -> None:
        """Count in the means of a batch. Nothing is read back, so nothing waits."""
        for name, value in values.items():
            weighted = value.detach().to(self._type) * num_samples
            self._sums[name] = self._sums[name] + weighted if name in self._sums else weighted
        self.num_samples += num_samples

    def sum(self, name: str) -> float:
        """The sum over samples so far; waits for the device."""
        return self._sums[name].item() if name in self._sums else 0.0

    def means(self) -> dict[str, float | None]:
        """Each mean; None where it is not finite. Waits for the device."""
        means = {name: self.sum(name) / self.num_samples for name in self._sums}
        return {name: mean if abs(mean) < float("inf") else None for name, mean in means.items()}

    def state_dict(self) -> dict[str, object]:
        """What a checkpoint keeps of an epoch under way."""
        return {"sums": dict(self._sums), "num_samples": self.num_samples}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Go on from what `state_dict` gave."""
        sums = state["sums"]
        assert isinstance(sums, dict)
        self._sums = {name: value.to(self._device, self._type) for name, value in sums.items()}
        self.num_samples = int(str(state["num_samples"]))
