"""Optimizers that leave torch's compiler alone, whose import takes as long as torch's own.

torch.optim imports `torch._dynamo` only to say what it must not compile, and nothing here is
compiled: that is a second of each start, 900 files and 150 MB. A torch that does it in another way
than in these two is left as it is, and imports what it wants.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer, optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

COMPILER = "torch._dynamo"
_KEEPS_WHOLE = getattr(torch, "_disable_dynamo", None)
_KEEPS_STEP = getattr(optimizer, "_use_grad_for_differentiable", None)


def spare(named: type[Optimizer]) -> None:
    """Let an optimizer be made and step without the compiler, unless it was imported anyway."""
    if COMPILER in sys.modules:
        return
    for method in vars(Optimizer).values():
        if _made_by(_KEEPS_WHOLE, method):
            # Where torch keeps the function to call instead, once it has asked the compiler.
            method.__wrapped__.__dict__["__dynamo_disable"] = method.__wrapped__
    owners: tuple[Any, ...] = named.__mro__
    for owner in owners:
        step = vars(owner).get("step")
        if _made_by(_KEEPS_STEP, step):
            owner.step = _with_gradients_as_asked(step.__wrapped__)


def _made_by(decorator: Callable[..., Any] | None, function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return decorator is not None and code is not None and decorator(len).__code__ is code


def _with_gradients_as_asked(step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def plain(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return step(self, *args, **kwargs)

    return plain
