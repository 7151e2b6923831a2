"""From where to where numbers may go: what `core.checking.check` refuses, the form says."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.settings.jsontext import shown
from core.settings.own_names import is_own


@dataclass(frozen=True, slots=True)
class Range:
    """Good numbers: from `least` to `most`, both of them good too unless they are left out."""

    least: float = -math.inf
    most: float = math.inf
    without_least: bool = False
    without_most: bool = False

    def __contains__(self, value: float) -> bool:
        """Whether `value` is one of them."""
        above = value > self.least if self.without_least else value >= self.least
        return above and (value < self.most if self.without_most else value <= self.most)

    @property
    def words(self) -> str:
        """As the end of `must be …`."""
        if self.most == math.inf:
            return f"above {self.least:g}" if self.without_least else f"{self.least:g} or more"
        if self.least == -math.inf:
            return f"below {self.most:g}" if self.without_most else f"{self.most:g} or less"
        if self.without_least:
            most = f"{'below' if self.without_most else 'at most'} {self.most:g}"
            return f"above {self.least:g} and {most}"
        return f"from {self.least:g} to {'below ' if self.without_most else ''}{self.most:g}"

    @property
    def short(self) -> str:
        """The same beside a field: `0 to 1`."""
        if self.without_least or math.inf in (self.most, -self.least):
            return self.words
        return f"{self.least:g} to {'below ' if self.without_most else ''}{self.most:g}"


def of(kind: str, name: str) -> Range | None:
    """The range of an argument of one of torch's classes, or of ours; None where it has none.

    Of a class of one's own nobody knows it.
    """
    return None if is_own(kind) else _OF_CLASS.get((kind, name)) or _BY_NAME.get(name)


def problem(kind: str, name: str, value: object) -> str:
    """What is wrong with a value, or with an item of a list of them, as the end of a sentence.

    What is no finite number has another problem than its size.
    """
    known = of(kind, name)
    for item in value if isinstance(value, list) else [value]:
        if known is None or isinstance(item, bool) or not isinstance(item, int | float):
            continue
        # Not `isfinite`, which cannot be asked of a whole number that no float can hold.
        if -math.inf < item < math.inf and item not in known:
            return f"must be {known.words}, not {shown(item)}"
    return ""


SHARE = Range(0, 1)
PART = Range(0, 1, without_most=True)
"""A share that must leave something."""
PIXELS, DEGREES = Range(0, 14), Range(0, 180)
"""How far a training image may be moved and turned."""
_FROM_0, _FROM_1, _ABOVE_0 = Range(0), Range(1), Range(0, without_least=True)

_BY_NAME = {
    **dict.fromkeys(
        (
            "lr", "weight_decay", "eps", "lr_decay", "momentum_decay", "initial_accumulator_value",
            "eta_min", "min_lr", "base_lr", "max_lr",
        ),
        _FROM_0,
    ),
    **dict.fromkeys(
        (
            "step_size", "T_max", "T_0", "T_mult", "total_steps", "step_size_up", "step_size_down",
            "width", "hidden",
        ),
        _FROM_1,
    ),
    **dict.fromkeys(
        (
            "momentum", "base_momentum", "max_momentum", "dampening", "rho", "dropout",
            "pct_start", "label_smoothing",
        ),
        SHARE,
    ),
    "betas": PART,
    "gamma": _ABOVE_0,
}  # fmt: skip
"""By the name of the argument, whatever class takes it."""
_OF_CLASS = {
    ("RMSprop", "alpha"): SHARE,
    ("ASGD", "alpha"): _FROM_0,
    ("Adafactor", "beta2_decay"): Range(most=0),
    ("Adafactor", "d"): _FROM_1,
    ("LinearLR", "start_factor"): Range(0, 1, without_least=True),
    ("LinearLR", "end_factor"): SHARE,
    ("ConstantLR", "factor"): SHARE,
    ("ReduceLROnPlateau", "factor"): Range(0, 1, without_least=True, without_most=True),
}
"""By class and argument."""
