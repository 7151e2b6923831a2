"""The look of a widget's own text, worked out once a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from textual.widget import Widget

if TYPE_CHECKING:
    from rich.style import Style
    from textual.geometry import Region


class PlainStyle(Widget):
    """Keeps it until the next refresh, as Textual keeps the looks of components.

    Textual asks every widget up to the screen each time, a fifth of a millisecond: for each blank
    piece of a row that was two thirds of the time of drawing a chart.
    """

    _plain: Style | None = None

    @property
    def plain_style(self) -> Style:
        """The look of text without a role."""
        if self._plain is None:
            self._plain = self.rich_style
        return self._plain

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw anew, with what the look is by then."""
        self._plain = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """The look is another one."""
        self._plain = None
        super().notify_style_update()
