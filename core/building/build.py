"""The objects that a config names: network, optimizer, schedule, loss, metrics."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from core import losses, metrics, models
from core.building import own_calls, uncompiled
from core.errors import MistakeError
from core.settings import schedules
from core.settings.own_names import is_own

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from core.building.own_calls import Measure
    from core.config import Component, Config
    from core.own_code.modules import OwnCode


class BuildError(MistakeError):
    """Something in the config cannot be made; the message names the field."""


def model(arch: Component, own: OwnCode | None = None) -> nn.Module:
    """The network, its weights drawn from torch's global generator.

    `own` is the code that names of one's own are in; without it they are refused.
    """
    if is_own(arch.type):
        return own_calls.model(_needed(own, "arch.type", arch.type), arch)
    made = _named("arch.type", models, arch.type)
    return _call("arch.args", made, arch.args)  # type: ignore[no-any-return]


def empty_model(arch: Component, own: OwnCode | None = None) -> nn.Module:
    """The network without weights, which draws nothing: fill it by `load_state_dict(assign=True)`.

    A process may hold a live run, whose bits hang on the global generator. One of one's own is
    made as it is, since it may compute with what it holds; the generator is set back after it.
    """
    if is_own(arch.type):
        with torch.random.fork_rng(devices=[]):
            return model(arch, own)
    with torch.device("meta"):
        return model(arch)


def optimizer(block: Component, network: nn.Module) -> Optimizer:
    """The optimizer over all parameters that learn."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    named = _named("optimizer.type", torch.optim, block.type)
    if isinstance(named, type):
        uncompiled.spare(named)
    args = {**_fused(named, learning, block.args), **block.args}
    return _call("optimizer.args", partial(named, learning), args)  # type: ignore[no-any-return]


def scheduler(
    config: Config, target: Optimizer, *, num_epochs: int, num_steps: int
) -> LRScheduler | None:
    """The schedule; one of a fixed length gets it from the epochs and the steps in each."""
    block = config.lr_scheduler
    if block is None:
        return None
    args = dict(block.args)
    if block.type == schedules.ONE_CYCLE and schedules.given_length(block) is None:
        args["total_steps"] = num_epochs * num_steps if block.interval == "batch" else num_epochs
    if block.type == schedules.PLATEAU:
        args["mode"] = schedules.watched(config)[1]
        for group in target.param_groups:  # as the others do, so that it can start anew
            group.setdefault("initial_lr", group["lr"])
    made = partial(_named("lr_scheduler.type", torch.optim.lr_scheduler, block.type), target)
    return _call("lr_scheduler.args", made, args)  # type: ignore[no-any-return]


def loss(config: Config, own: OwnCode | None = None) -> Measure:
    """The loss of a batch, a mean over its samples."""
    if is_own(config.loss.type):
        return own_calls.loss(_needed(own, "loss", config.loss.type), config.loss)
    return _measure("loss", losses, config.loss)


def metric_functions(config: Config, own: OwnCode | None = None) -> dict[str, Measure]:
    """The metrics by name, each a mean over a batch."""
    return {item.label: _metric(item, own) for item in config.metrics}


def _metric(component: Component, own: OwnCode | None) -> Measure:
    if is_own(component.type):
        return own_calls.metric(_needed(own, "metrics", component.type), component)
    return _measure("metrics", metrics, component)


def _needed(own: OwnCode | None, field: str, name: str) -> OwnCode:
    if own is None:
        raise BuildError(
            f"{field}: {name} is code of your own, which runs only when a run is started: start "
            "one, then look at its checkpoint"
        )
    return own


def _measure(field: str, module: object, component: Component) -> Measure:
    return partial(_named(field, module, component.type), **component.args)


def _fused(
    named: Callable[..., Any], parameters: list[nn.Parameter], args: dict[str, Any]
) -> dict[str, bool]:
    """{"fused": True} where torch has the update in one piece: 5 % of a step on a CPU.

    That piece reads memory as it lies, so that parameters, gradients and state must have one
    layout: autograd sees to the gradients, `position` to a state that comes from a file.
    """
    others = {"fused", "foreach", "capturable", "differentiable"}  # that shut it out
    on_cpu = all(parameter.device.type == "cpu" for parameter in parameters)
    has_it = "fused" in inspect.signature(named).parameters
    return {"fused": True} if has_it and on_cpu and others.isdisjoint(args) else {}


def _named(field: str, module: object, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if found is None or not callable(found):
        raise BuildError(f'{field}: there is no "{name}" here')
    return found  # type: ignore[no-any-return]  # a name of the config's choosing


def _call(field: str, made: Callable[..., Any], args: dict[str, Any]) -> Any:
    """What a class of the config's choosing makes: the caller says what that is, mypy cannot."""
    try:
        return made(**args)
    except (TypeError, ValueError, ZeroDivisionError, RuntimeError, KeyError) as error:
        raise BuildError(f"{field}: {error}") from error
