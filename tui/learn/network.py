"""The network as a table, one real picture going through it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from rich.text import Text

from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHAPE, _LAYER, _NUMBER = 18, 26, 12
"""Columns."""

# Of what a layer or a function does; the shapes before and after fill the braces.
_WORDS = {
    "picture": "28×28 grey values; unsqueeze puts before them: a batch of 1, 1 channel",
    "Conv2d": "{maps} filters, each {kernel} on {inputs}{steps}: where its pattern is",
    "MaxPool2d": "of each {kernel}{steps} the largest: fewer numbers, small shifts forgiven",
    "ReLU": "below 0 becomes 0; without it, all the layers would be as one",
    "BatchNorm2d": "each map scaled to mean 0, deviation 1, and then as it learned",
    "Dropout": "while it trains, drops {share} at random: none is relied on; now, nothing",
    "Dropout of 0": "drops nothing, since its share is 0",
    "Flatten": "flatten: the same {numbers} numbers in one row ({before} = {numbers})",
    "Linear": "{outputs} sums, each of all {numbers} inputs, each times a weight of its own",
    "mean": "of each map the average over the picture: one number a map",
    "log_softmax": "scores become logarithms of probabilities, which add up to 1",
}
_SAME = {
    "max_pool2d": "MaxPool2d", "relu": "ReLU", "relu_": "ReLU", "Dropout2d": "Dropout",
    "dropout": "Dropout", "dropout2d": "Dropout", "feature_dropout": "Dropout",
    "flatten": "Flatten", "reshape": "Flatten", "view": "Flatten", "LogSoftmax": "log_softmax",
    "linear": "Linear", "conv2d": "Conv2d", "BatchNorm1d": "BatchNorm2d",
}  # fmt: skip


def table(answer: dict[str, Any], labels: Sequence[str]) -> Text:
    """What `core.anatomy` found, as text; `labels` are the names of the classes."""
    text = Text()
    total = answer["num_parameters"]
    text.append(
        f"{'layer':<{_LAYER}}{'shape after it':<{_SHAPE}}{'parameters':>{_NUMBER}}\n", "bold dim"
    )
    before: list[int] = []
    for stage in answer["stages"]:
        number = f"{stage['num_parameters']:,}" if stage["num_parameters"] else ""
        text.append(f"{_cut(_title(stage)):<{_LAYER}}", "bold")
        text.append(f"{times(stage['shape']):<{_SHAPE}}")
        text.append(f"{number:>{_NUMBER}}\n")
        text.append(f"    {_words(stage, before)}\n", "dim")
        before = stage["shape"]
    guess, target = (_label(answer[name], labels) for name in ("guess", "target"))
    sure = answer["probabilities"][answer["guess"]]
    verdict = "which it is" if answer["guess"] == answer["target"] else f"but it is {target}"
    text.append(
        f"\n{total:,} parameters in all, weights and biases. It takes this picture for {guess} "
        f"at {sure:.2f}, "
    )
    text.append(f"{verdict}.")
    if answer.get("untrained"):
        text.append(" It was not trained yet: what it says is chance.")
    return text


def times(shape: Sequence[object]) -> str:
    """`1×10×24×24`."""
    return "×".join(map(str, shape))


def _title(stage: dict[str, Any]) -> str:
    does = str(stage["does"])
    return clean(f"{stage['name']}  {does}" if stage["name"] else does)


def _cut(title: str) -> str:
    return title if len(title) < _LAYER else f"{title[: _LAYER - 2]}…"


def _words(stage: dict[str, Any], before: Sequence[int]) -> str:
    does = str(stage["does"])
    settings, kind = stage["settings"], _SAME.get(does, does)
    if kind == "Dropout" and settings.get("p") == 0:
        kind = "Dropout of 0"
    words = _WORDS.get(kind)
    if words is None:
        return "its own code"
    if does in ("reshape", "view"):
        words = words.replace("flatten:", f"{does}:")
    return words.format(
        before=times(before[1:]),
        numbers=prod(before[1:]),
        maps=stage["shape"][1] if len(stage["shape"]) > 1 else "",
        inputs=_maps(before),
        outputs=stage["shape"][-1],
        kernel=_kernel(settings, "block"),
        steps=_steps(settings),
        share=fmt.share(settings["p"], 0) if "p" in settings else "some",
    )


def _maps(shape: Sequence[int]) -> str:
    """What a filter looks at: the picture, or all the maps before it."""
    number = shape[1] if len(shape) > 1 else 1
    return "the picture" if number == 1 else f"all {number} maps"


def _pair(value: object) -> tuple[object, object]:
    """Torch takes one number for both."""
    return (value[0], value[1]) if isinstance(value, list | tuple) else (value, value)


def _kernel(settings: dict[str, Any], unknown: str) -> str:
    return times(_pair(settings["kernel_size"])) if "kernel_size" in settings else unknown


def _steps(settings: dict[str, Any]) -> str:
    """What differs from sliding on by one (a filter), or from side to side (a pool)."""
    if "kernel_size" not in settings:
        return ""
    usual = (1, 1) if "out_channels" in settings else _pair(settings["kernel_size"])
    stride, padding = _pair(settings.get("stride", usual)), _pair(settings.get("padding", 0))
    told = [f"stride {stride[0]}"] if stride != usual else []
    if settings.get("padding") not in (0, "valid") and padding != (0, 0):
        told.append(f"padding {padding[0]}")
    return f" ({', '.join(told)})" if told else ""


def _label(index: int, labels: Sequence[str]) -> str:
    return clean(labels[index]) if index < len(labels) else str(index)
