"""What the chart shows, in words: part of the help of the Live pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.plot import BRAILLE

if TYPE_CHECKING:
    from tui.plot import Glyphs

_ABOUT = """\
The chart. The loss says how wrong the network is, so it should fall. {train} train is on the \
images it learns from, at every step; {val} val is on images it never learns from, once an \
epoch. Other metrics have one point an epoch.

Validation can lie below training, and that is fine: dropout makes the network's work harder \
while it learns and is off when it is validated, and the loss of training is the mean over a \
whole epoch, while validation comes at its end, when the network is better. When validation \
rises again while training still falls, the network learns by heart: stop, or train fewer epochs.

{mark}         the best epoch so far, by the metric that is watched
{saved}    on the axis below: a checkpoint was saved here
{others}    other runs beside this one: what they were validated on
{rule}         training was resumed, or the learning rate changed, as it says
{above} 2.31    the curve goes that high there; so the rest is not flat
a gap     the value there was not a number
average   a calmer line over the faint one: how much of the past counts"""


def about_chart(glyphs: Glyphs = BRAILLE) -> str:
    """What its parts are, with the signs that it is drawn with."""
    train, val, *others = glyphs.samples
    at_tick = f"{glyphs.saved} or {glyphs.corner}"
    return _ABOUT.format(
        train=train,
        val=val,
        mark=glyphs.mark,
        saved=f"{at_tick:<6}" if glyphs.corner != glyphs.x_tick else f"{glyphs.saved:<6}",
        others="  ".join(others[:2]),
        rule=glyphs.rule,
        above=glyphs.above,
    )
