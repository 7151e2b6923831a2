"""What goes over the wire when a part of a row changes."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from tui.link import narrow_updates


def sent(*spans: tuple[int, int, int]) -> str:
    """Two widgets beside each other, five and five columns wide; the second is hidden once."""
    first, second = Strip([Segment("abcde")]), Strip([Segment("한글z")])
    chops: list[dict[int, Strip | None]] = [{0: first, 5: second}, {0: first, 5: None}]
    update = ChopsUpdate(chops, list(spans), [[5, 10], [5, 10]])
    return update.render_segments(Console(color_system=None))


def test_a_change_is_cut_off_at_both_ends() -> None:
    narrow_updates.install()
    assert sent((0, 1, 3)) == "\x1b[1;2Hbc"
    assert sent((0, 3, 7)) == "\x1b[1;4Hde\x1b[1;6H한"
    assert sent((0, 0, 10)) == "\x1b[1;1Habcde\x1b[1;6H한글z"
    assert sent((0, 4, 5), (1, 4, 10)) == "\x1b[1;5He\x1b[2;5He"
