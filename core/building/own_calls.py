"""Networks, losses and metrics of one's own: made, called, and tried out before a run begins.

Whatever such code does wrong becomes a sentence with the field and the line of the file.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from core.errors import MistakeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from core.config import Component
    from core.own_code.modules import OwnCode

    Measure = Callable[[Tensor, Tensor], Tensor]


def model(own: OwnCode, arch: Component) -> nn.Module:
    """The network. Raises MistakeError."""
    made = own.named("arch.type", arch.type)
    try:
        network = made(**arch.args)
    except (Exception, SystemExit) as error:
        raise own.mistake("arch.args", arch.type, error) from error
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise MistakeError(
            f"arch.type: {arch.type} makes a {kind}, no nn.Module: let it inherit from "
            "torch.nn.Module"
        )
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise MistakeError(f"arch.type: {arch.type} has no parameters to learn: give it a layer")
    return network


def loss(own: OwnCode, component: Component) -> Measure:
    """The loss of a batch. Raises MistakeError, as does what it returns."""
    function = own.named("loss", component.type)

    def measure(output: Tensor, target: Tensor) -> Tensor:
        try:
            value = function(output, target, **component.args)
        except Exception as error:
            raise own.mistake("loss", component.type, error) from error
        if not isinstance(value, Tensor) or value.numel() != 1:
            raise _no_number("loss", component.type, value, "a tensor with one number, a mean")
        return value.reshape(())

    return measure


def metric(own: OwnCode, component: Component) -> Measure:
    """A metric of a batch, be it given as a tensor or as a number. Raises as `loss` does."""
    function = own.named("metrics", component.type)

    def measure(output: Tensor, target: Tensor) -> Tensor:
        try:
            value = function(output, target, **component.args)
            number = torch.as_tensor(value, dtype=torch.float32, device=output.device)
        except Exception as error:
            raise own.mistake("metrics", component.type, error) from error
        if number.numel() != 1:
            raise _no_number("metrics", component.type, value, "one number, a mean")
        return number.reshape(())

    return measure


def forward(own: OwnCode, arch: Component, network: nn.Module, images: Tensor) -> Tensor:
    """What the network makes of images. Raises MistakeError, also where it is of no use."""
    try:
        output = network(images)
    except Exception as error:
        raise own.mistake("arch.type", arch.type, error) from error
    if not isinstance(output, Tensor) or output.dim() != 2 or len(output) != len(images):
        raise MistakeError(
            f"arch.type: {arch.type} gives {_shape(output)} for {_shape(images)}: let it give one "
            f"row of log-probabilities for each image, {len(images)}×classes"
        )
    return output


def try_out(
    own: OwnCode,
    arch: Component,
    network: nn.Module,
    measures: tuple[Measure, list[Measure]],
    batch: tuple[Tensor, Tensor],
    num_classes: int,
) -> int:
    """Look at a network with one batch before a run begins; returns how many classes it tells.

    `measures` are the loss and the metrics; `num_classes` are those of the data, 0 for unknown.
    Raises MistakeError.
    """
    images, labels = batch
    output = forward(own, arch, network, images)
    needed = max(num_classes, int(labels.max()) + 1)
    if output.shape[1] < needed:
        raise MistakeError(
            f"arch.type: {arch.type} tells {output.shape[1]} classes apart, and the data has "
            f"{needed}: let it give {needed} log-probabilities"
        )
    value = measures[0](output, labels)
    if not value.requires_grad:
        raise MistakeError(
            "loss: does not depend on the network's output, so that nothing is learned: "
            "compute it from the output with torch"
        )
    with torch.no_grad():
        for measure in measures[1]:
            measure(output, labels)
    return output.shape[1]


def nothing_drawn(own: OwnCode | None, device: torch.device) -> AbstractContextManager[None]:
    """The generators are afterwards as before, though code of one's own draws from them.

    So a run that stops while it validates goes on to the same bits.
    """
    devices = [device] if device.type == "cuda" else []
    return torch.random.fork_rng(devices=devices, enabled=own is not None)


def copied(network: nn.Module) -> nn.Module:
    """A copy of a network to be tried out; itself where it cannot be copied."""
    try:
        return copy.deepcopy(network)
    except Exception:  # what it holds cannot be copied: then its running means see one batch more
        return network


def _no_number(field: str, name: str, value: Any, wanted: str) -> MistakeError:
    return MistakeError(f"{field}: {name} gives {_shape(value)}: let it give {wanted}")


def _shape(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of {'×'.join(map(str, value.shape)) or 'one number'}"
    return f"a {type(value).__name__}"
