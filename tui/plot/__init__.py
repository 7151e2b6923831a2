"""Charts as characters: pure functions, no Textual, no torch."""

from tui.plot.chart import as_text, chart
from tui.plot.glyphs import ASCII, BLOCKS, BRAILLE, EVERY_GLYPHS, Glyphs, Stroke
from tui.plot.layout import Layout
from tui.plot.parts import Mark, Picture, Plot, Rule, Series
from tui.plot.scale import nice_limit, nice_ticks
from tui.plot.smooth import smoothed

__all__ = [
    "ASCII",
    "BLOCKS",
    "BRAILLE",
    "EVERY_GLYPHS",
    "Glyphs",
    "Layout",
    "Mark",
    "Picture",
    "Plot",
    "Rule",
    "Series",
    "Stroke",
    "as_text",
    "chart",
    "nice_limit",
    "nice_ticks",
    "smoothed",
]
