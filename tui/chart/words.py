"""What the chart shows, in words: part of the help of the Live pane."""

from __future__ import annotations

ABOUT_CHART = """\
The chart. The loss says how wrong the network is, so it should fall. ── train is on the images \
it learns from, at every step; ┄┄ val is on images it never learns from, once an epoch. Other \
metrics have one point an epoch.

Validation can lie below training, and that is fine: dropout makes the network's work harder \
while it learns and is off when it is validated, and the loss of training is the mean over a \
whole epoch, while validation comes at its end, when the network is better. When validation \
rises again while training still falls, the network learns by heart: stop, or train fewer epochs.

◆         the best epoch so far, by the metric that is watched
┴         on the axis below: a checkpoint was saved here
┊         training was resumed, or the learning rate changed, as it says
▲ 2.31    the curve goes that high there; so the rest is not flat
a gap     the value there was not a number
average   a calmer line over the faint one: how much of the past counts"""
