"""Colours that can be read: every character that is shown, in each theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.color import Color, ColorSystem
from scratch import beginning, told_run
from textual.screen import ModalScreen
from window import WIDE, Window, opened

from core.events import EpochEnded, NoticeGiven
from tui import preferences
from tui.themes import DARK, LIGHT, TERMINAL, THEMES
from tui.widgets.plain_style import PlainStyle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from rich.color_triplet import ColorTriplet
    from rich.segment import Segment
    from scratch import Scratch

TEXT, LINES = 4.5, 3.0
"""What WCAG asks of text, and of what is drawn."""
READABLE_ON_BOTH = {None, 1, 5}
"""The default, red and magenta: blue vanishes on black, yellow and cyan on white."""


def luminance(color: ColorTriplet) -> float:
    parts = [value / 255 for value in color]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def is_drawn(text: str) -> bool:
    """Borders, curves and bars: the line, block and braille characters."""
    return all("\u2500" <= char <= "\u259f" or "\u2800" <= char <= "\u28ff" for char in text)


def segments(window: Window) -> Iterator[Segment]:
    """What is in front: a dialog's backdrop is dimmed on purpose."""
    screen = window.app.screen
    strips = screen._compositor.render_strips()
    front = screen.children[0].region if isinstance(screen, ModalScreen) else screen.region
    for strip in strips[front.y : front.bottom]:
        yield from (item for item in strip.crop(front.x, front.right) if item.text.strip())


async def every_view(window: Window) -> AsyncIterator[str]:
    """Panes, with and without the focus, dialogs, notices."""
    for digit, name in enumerate(("config", "device", "live", "runs"), 1):
        await window.press(str(digit))
        yield name
        await window.press("escape")
        yield f"{name}, left"
    await window.list_runs()
    await window.press("space")
    yield "checkpoints"
    await window.press("enter")
    await window.until_shown("✓ finished")
    window.app.notify("a notice")
    window.app.notify("a mistake", severity="error")
    await window.until_shown("a mistake")
    yield "a run and notices"
    await window.press("question_mark")
    yield "help"
    await window.press("escape", "1", "slash")
    yield "prompt"
    await window.press("escape", "colon")
    await window.until_shown("Search for commands")
    yield "palette"
    await window.press("escape")


def a_run(scratch: Scratch) -> None:
    metrics: dict[str, float | None] = {"loss": 0.3, "accuracy": 0.9, "val_loss": 0.2}
    second = EpochEnded(
        epoch=2, step=18, metrics=metrics, lr=0.001, seconds=1.0, images_per_second=12900.0,
        best=False, num_bad_epochs=1,
    )  # fmt: skip
    told_run(scratch, "told", *beginning(), second, NoticeGiven(message="a notice of the run"))


def unreadable(window: Window, downgrade: bool) -> set[str]:
    """What is shown with too little contrast, and how much it has."""

    def seen(color: Color) -> ColorTriplet:
        return (color.downgrade(ColorSystem.EIGHT_BIT) if downgrade else color).get_truecolor()

    found = set()
    for segment in segments(window):
        style = segment.style
        assert style is not None
        assert style.color is not None
        assert style.bgcolor is not None
        ratio = contrast(seen(style.color), seen(style.bgcolor))
        if ratio < (LINES if is_drawn(segment.text.strip()) else TEXT) - 0.05:
            found.add(f"{ratio:.2f} {segment.text.strip()!r} {style}")
    return found


@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_all_that_is_shown_can_be_read(theme: object, scratch: Scratch) -> None:
    assert theme in (DARK, LIGHT)
    name = DARK.name if theme is DARK else LIGHT.name
    preferences.write({"theme": name})
    a_run(scratch)
    async with opened(scratch, WIDE) as window:
        assert window.app.theme == name
        async for view in every_view(window):
            for downgrade in (False, True):
                assert unreadable(window, downgrade) == set(), (view, downgrade)


async def test_the_terminals_own_colours_are_left_to_the_terminal(scratch: Scratch) -> None:
    preferences.write({"theme": TERMINAL.name})
    a_run(scratch)
    async with opened(scratch, WIDE) as window:
        async for view in every_view(window):
            for segment in segments(window):
                style = segment.style
                assert style is not None
                colours = [color for color in (style.color, style.bgcolor) if color is not None]
                assert {color.number for color in colours} <= READABLE_ON_BOTH, (view, segment)
                assert {color.triplet for color in colours} == {None}, (view, segment)


async def test_where_one_is_can_be_seen_without_any_colour(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    a_run(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        marked = [item for item in segments(window) if item.style and item.style.reverse]
        assert "told" in "".join(item.text for item in marked)
        assert list(window.app.available_themes) == [TERMINAL.name]


async def test_with_no_color_no_view_has_any(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    a_run(scratch)
    async with opened(scratch, WIDE) as window:
        async for view in every_view(window):
            for item in segments(window):
                assert (
                    item.style is None or item.style.color is None or (item.style.color.is_default)
                ), (view, item)


async def test_the_palette_offers_our_themes_and_the_choice_is_kept(scratch: Scratch) -> None:
    async with opened(scratch) as window:
        assert set(window.app.available_themes) == set(THEMES)
        assert window.app.theme == DARK.name
        window.app.action_change_theme()
        await window.until_shown("light")
        await window.press("l", "i", "g", "h", "t", "enter")
        await window.until(lambda: window.app.theme == LIGHT.name, "light")
    assert preferences.read()["theme"] == LIGHT.name
    async with opened(scratch) as window:
        assert window.app.theme == LIGHT.name


async def test_a_terminal_of_16_colours_has_its_own_unless_another_is_chosen(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    async with opened(scratch) as window:
        assert window.app.theme == TERMINAL.name
    preferences.write({"theme": LIGHT.name})
    async with opened(scratch) as window:
        assert window.app.theme == LIGHT.name


async def test_text_without_a_role_is_in_the_colours_of_each_new_theme(scratch: Scratch) -> None:
    async with opened(scratch, WIDE, shown=[told_run(scratch, "told", *beginning())]) as window:
        await window.until(lambda: not window.live.empty, "a run")
        kept = set()
        for theme in THEMES:
            window.app.theme = theme
            await window.settle()
            for widget in window.main.query(PlainStyle):
                assert widget.plain_style == widget.rich_style
            kept.add(window.live.parts.chart.plain_style)
        assert len(kept) == len(THEMES)
