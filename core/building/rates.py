"""Learning rates: what a config says, and changing them while a training is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.settings import signatures

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from core.config import Component

_GROUP_RATES = ("lr", "initial_lr", "max_lr", "min_lr")
_SCHEDULE_RATES = ("base_lrs", "max_lrs")


def base_rate(optimizer: Component) -> float | None:
    """The learning rate a config begins with; None for an optimizer that has none."""
    lr = signatures.optimizer(optimizer.type).get("lr")
    rate = optimizer.args.get("lr", lr.default if lr else None)
    return float(rate) if isinstance(rate, int | float) else None


def begin_anew(optimizer: Optimizer) -> None:
    """Put every rate to where its schedule began, for another schedule to begin there."""
    for group in optimizer.param_groups:
        group["lr"] = group.pop("initial_lr", group["lr"])


def scale(optimizer: Optimizer, scheduler: LRScheduler | None, factor: float) -> None:
    """Make every rate `factor` times what it was, those a schedule goes by included."""
    for group in optimizer.param_groups:
        group.update({name: group[name] * factor for name in _GROUP_RATES if name in group})
    for name in _SCHEDULE_RATES:
        if rates := getattr(scheduler, name, None):
            setattr(scheduler, name, [rate * factor for rate in rates])
