"""What a chart shows: curves, marks, lines, and the cells it is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.cells import Cell
from tui.plot.glyphs import Stroke

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.plot.layout import Layout


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: of each point its place, its lowest and its highest value."""

    name: str
    """In the legend; an empty one is left out of it."""
    xs: Sequence[float]
    """Growing."""
    lows: Sequence[float]
    """A value that is not finite is a gap in the curve."""
    highs: Sequence[float]
    """The same as `lows` where a point is a single value."""
    role: str
    """Of its cells."""
    stroke: Stroke = Stroke.SOLID
    behind: bool = False
    """Drawn beneath the others, which then hide it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the chart worth a word."""

    x: float
    y: float
    text: str
    """What is written beside it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A place on the x axis worth a thin line from the top to the bottom."""

    x: float
    text: str
    """What is written at its top where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """All that a chart shows; `chart` gives it a size."""

    series: Sequence[Series]
    title: str
    x_label: str
    y_label: str
    x_min: float = 0.0
    x_max: float
    log_y: bool = False
    fit_from: float = -math.inf
    """The y axis fits the points after this place; what lies above or below it is marked."""
    marks: Sequence[Mark] = ()
    rules: Sequence[Rule] = ()
    saved: Sequence[float] = ()
    """Places on the x axis where a checkpoint was saved."""
    crosshair: float | None = None
    """The place on the x axis that is being read."""
    note: str = ""
    """In the last row: what the crosshair reads."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that was drawn."""

    rows: list[list[Cell]]
    layout: Layout


BLANK = Cell(" ", "")
Grid = list[list[Cell]]


@lru_cache(maxsize=2048)
def cell(char: str, role: str) -> Cell:
    """Return a cell that is shared: the same few make up every chart."""
    return Cell(char, role)
