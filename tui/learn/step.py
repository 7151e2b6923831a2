"""One training step taken apart, with the times and the gradients of a real one."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.events import StepMeasured

_PARTS = {
    "batch": ("images, labels = the next {num_images}", "pictures and what they show, scaled"),
    "forward": ("output = model(images)", "through all layers: a score for each class"),
    "loss": ("loss = {loss}(output, labels)", "one number: how wrong the output is"),
    "backward": ("loss.backward()", "backwards: how the loss hangs on each weight, its gradient"),
    "step": ("optimizer.step()", "each weight moves a little against its gradient"),
}
_BESIDE = (
    "Each step also drops the gradients of the one before: optimizer.zero_grad(). Where there is a "
    "schedule, it sets the learning rate after each epoch, or after each step where it is told to."
)
_CALL, _BAR = 34, 20
_NAME, _NORM = 16, 12
"""Columns of the gradients: a layer's name, and a number of an epoch."""
NOT_YET = (
    "A step is taken apart in the middle of each epoch of a run. Start one, or open one that has "
    "been trained with this version."
)


def taken_apart(
    measured: Sequence[StepMeasured], loss: str, width: int, *, ascii_only: bool = False
) -> Text:
    """The last step measured, part by part, then the gradients of the last epochs that fit.

    `loss` is the name of the loss function.
    """
    if not measured:
        return Text(NOT_YET, "dim")
    last, text = measured[-1], Text()
    seconds = {name: value or 0.0 for name, value in last.seconds.items()}
    total = sum(seconds.values()) or 1.0
    text.append(f"Step {last.step:,}, in epoch {last.epoch}: ", "bold")
    text.append(f"{last.num_images} pictures in {1000 * total:.2f} ms\n\n")
    for name, value in seconds.items():
        call, words = _PARTS.get(name, (name, ""))
        call = call.format(num_images=last.num_images, loss=clean(loss))
        bar = fmt.bar(value / total, _BAR, ascii_only=ascii_only)
        text.append(f"{call:<{_CALL}}", "bold")
        text.append(f"{bar:<{_BAR}} {fmt.share(value / total, 1):>6}\n")
        text.append(f"    {words}\n", "dim")
    text.append("\n" + "\n".join(wrap(_BESIDE, width)) + "\n", "dim")
    text.append("\nGradients: how strongly each layer is asked to change, in the middle of\n")
    text.append(
        "each epoch. That they go up and down a little is usual; at 0 a layer learns\n", "dim"
    )
    text.append("nothing, and where they grow tenfold, the learning rate is too large.\n\n", "dim")
    shown = measured[-max(1, (width - _NAME) // _NORM) :]
    if len(shown) < len(measured):
        text.append(f"The newest {len(shown)} epochs; the others have no room.\n", "dim")
    text.append(
        f"{'layer':<{_NAME}}" + "".join(f"{f'epoch {e.epoch}':>{_NORM}}" for e in shown), "dim"
    )
    for layer in last.gradient_norms:
        values = (step.gradient_norms.get(layer) for step in shown)
        numbers = "".join(
            f"{'nan' if value is None else format(value, '.4f'):>{_NORM}}" for value in values
        )
        text.append(f"\n{clean(layer)[: _NAME - 1]:<{_NAME}}{numbers}")
    return text
