"""The next number up or down, as a person would try it."""

from __future__ import annotations

import math

_STEPS = (1, 2, 5, 10)


def stepped(text: str, direction: int) -> str:
    """A whole number one further; any other the next of 1, 2, 5, 10, 20, …; a text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    if text.strip().lstrip("+-").isdecimal():
        return str(int(text) + direction)
    if number <= 0:
        return text
    exponent = math.floor(math.log10(number) + 1e-9)
    found = [step * 10.0**power for power in (exponent - 1, exponent, exponent + 1)
             for step in _STEPS[:3]]  # fmt: skip
    if direction > 0:
        nearest = next(step for step in found if step > number * (1 + 1e-9))
    else:
        nearest = next(step for step in reversed(found) if step < number * (1 - 1e-9))
    return f"{nearest:.12g}"
