"""What a training trains and is judged by, made: network, optimizer, schedule, loss, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from core.building import build
from core.settings.own_names import is_own

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from core.building.own_calls import Measure
    from core.config import Config
    from core.own_code.modules import OwnCode
    from core.processes.ranks import Ranks


class Made(NamedTuple):
    """What a config names."""

    model: nn.Module
    """On the device, with its first weights."""
    optimizer: Optimizer
    scheduler: LRScheduler | None
    loss: Measure
    metrics: dict[str, Measure]
    """By name, in the order of the config."""


def make(
    config: Config, own: OwnCode | None, device: torch.device, ranks: Ranks, *, num_steps: int
) -> Made:
    """All of it for epochs of `num_steps`. Raises MistakeError.

    The first weights are drawn from the config's seed, whatever was drawn before.
    """
    torch.manual_seed(config.seed)
    model = build.model(config.arch, own)
    # On a CPU the convolutions run a quarter faster in this layout, with no other change;
    # but `view`, which networks of one's own may hold, cannot look at it.
    layout = torch.preserve_format if is_own(config.arch.type) else torch.channels_last
    # torch's own types know no call with a layout and a device alone.
    model.to(device, memory_format=layout)  # type: ignore[call-overload]
    if (seed := ranks.seed(config.seed)) is not None:  # else all would drop out alike
        torch.manual_seed(seed)
    optimizer = build.optimizer(config.optimizer, model)
    scheduler = build.scheduler(
        config, optimizer, num_epochs=config.trainer.epochs, num_steps=num_steps
    )
    loss, metrics = build.loss(config, own), build.metric_functions(config, own)
    return Made(model, optimizer, scheduler, loss, metrics)
