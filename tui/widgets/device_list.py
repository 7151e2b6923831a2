"""The devices, one under the cursor; only the cells that changed are sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.cells import Row, cells
from tui.device.rows import Now, entry
from tui.widgets.cells import CellWidget

if TYPE_CHECKING:
    from textual.events import Click
    from textual.geometry import Size

    from core.machine.device import Device

WAITING = "  asking torch for other devices …"


class DeviceList(
    CellWidget,
    can_focus=True,
    roles=("accent", "strong", "text", "dim", "note", "bad", "chosen"),
):
    """Every device with what is known of it; those that cannot be used say why."""

    DEFAULT_CSS = "DeviceList { height: auto; max-height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "", show=False),
        Binding("down", "move(1)", "", show=False),
        Binding("enter", "choose", "train the next run on the device", show=False),
    ]

    class Chosen(Message):
        """Somebody wants this device."""

        def __init__(self, device: Device) -> None:
            super().__init__()
            self.device = device

    def __init__(self, devices: list[Device]) -> None:
        super().__init__()
        self.devices = devices
        self.now: dict[str, Now] = {}
        self.complete = False
        """Whether torch was asked for all there are."""
        self.cursor = 0
        self._top = self._num_rows = 0
        self._places: list[int] = []
        """The device that each row drawn belongs to."""

    @property
    def current(self) -> Device:
        """The device under the cursor."""
        return self.devices[min(self.cursor, len(self.devices) - 1)]

    def known(self, device: str) -> Now:
        """What is known of a device now."""
        return self.now.get(device, Now())

    def show(self, devices: list[Device], *, complete: bool) -> None:
        """Show other devices."""
        self.devices, self.complete = devices, complete
        self.redraw()

    def tell(self, now: dict[str, Now]) -> None:
        """Show what is known of the devices now."""
        if now != self.now:
            self.now = now
            self.redraw()

    def redraw(self) -> None:
        """Send what changed; where more or fewer rows are needed, make room first."""
        if self.size.width and self._num_rows != self._natural_height(self.size.width):
            self.refresh(layout=True)
        self.update()

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many rows as the devices need."""
        self._num_rows = self._natural_height(width)
        return self._num_rows

    def draw(self, width: int, height: int) -> list[Row]:
        """The entries; of what does not fit the part around the cursor."""
        entries = self._entries(width, brief=self._natural_height(width) > height)
        rows = [row for part in entries for row in part]
        places = [index for index, part in enumerate(entries) for _ in part]
        first = places.index(min(self.cursor, len(entries) - 1))
        last = first + len(entries[places[first]])
        self._top = max(0, min(self._top, max(0, first - 1), len(rows) - height))
        self._top = max(self._top, min(first, last - height))
        shown = rows[self._top : self._top + height]
        self._places = places[self._top : self._top + height]
        left = len(rows) - self._top - height
        if 0 < self._top < first:  # never in the place of the name under the cursor
            shown[0] = cells(f"  ▴ {self._top + 1} more lines", "dim")
        if left > 0 and shown:
            shown[-1] = cells(f"  ▾ {left + 1} more lines", "dim")
        return shown

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self.devices) - 1, self.cursor + by))
        self.redraw()

    def action_choose(self) -> None:
        """Train the next run on the device under the cursor."""
        self.post_message(self.Chosen(self.current))

    def on_click(self, event: Click) -> None:
        """Choose the device under the pointer."""
        if event.y < len(self._places) and self._places[event.y] < len(self.devices):
            self.cursor = self._places[event.y]
            self.action_choose()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.update()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.update()

    def _natural_height(self, width: int) -> int:
        return sum(map(len, self._entries(width, brief=False)))

    def _entries(self, width: int, *, brief: bool) -> list[list[Row]]:
        """With `brief`, only the device under the cursor says what to do about it."""
        made = []
        for index, device in enumerate(self.devices):
            under = index == self.cursor and self.has_focus
            now = replace(self.known(device.device), under_cursor=under)
            made.append(entry(device, now, width, brief=brief and not under))
        if not self.complete:
            made.append([cells(WAITING, "dim")])
        return made
