"""The help of a pane is made from its keys."""

from __future__ import annotations

from textual.binding import Binding

from tui import help as help_page
from tui.widgets.log_pane import LogPane
from tui.widgets.loss_chart import LossChart


def test_a_key_that_means_something_else_in_each_part_of_a_pane_is_told_for_both() -> None:
    parts = [*help_page.declared(LossChart), *help_page.declared(LogPane)]
    purposes = help_page.purposes_of(parts)
    for key in ("v", "esc"):
        assert [text[:5] for text, keys in purposes.items() if key in keys] == ["chart", "log: "]


def test_all_keys_of_one_purpose_stand_together() -> None:
    bindings = [
        Binding("left", "read(-1)", "read"),
        Binding("s", "start", "start"),
        Binding("right", "read(1)", "read"),
        Binding("x", "move", ""),
    ]
    assert help_page.purposes_of(bindings) == {"read": ["←", "→"], "start": ["s"]}
