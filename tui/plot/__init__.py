"""The loss chart as characters: pure functions, no Textual, no torch."""

from tui.plot.chart import as_text, chart
from tui.plot.parts import ASCII, UNICODE, Cell, Glyphs, Mark, Point, Series
from tui.plot.scale import nice_limit, nice_ticks

__all__ = [
    "ASCII",
    "UNICODE",
    "Cell",
    "Glyphs",
    "Mark",
    "Point",
    "Series",
    "as_text",
    "chart",
    "nice_limit",
    "nice_ticks",
]
