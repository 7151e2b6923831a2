"""What can be trained on here, and why the rest cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui import format as fmt
from tui.clean import clean

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from core.devices import Device


class DevicePane(Vertical):
    """One entry a device; enter chooses it for the next run."""

    class DeviceChosen(Message):
        """Somebody wants to train on a device."""

        def __init__(self, device: Device) -> None:
            super().__init__()
            self.device = device

    def __init__(self, cpu: Device, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, classes="pane")
        self.devices = [cpu]
        self.complete = False
        self.chosen = ""

    def compose(self) -> ComposeResult:
        """The list."""
        yield OptionList(markup=False)

    def on_mount(self) -> None:
        """Fill in what is known at once: the CPU."""
        self.border_title = "2 Device"
        self._reload()

    def show(self, devices: list[Device]) -> None:
        """Show all devices."""
        self.devices, self.complete = devices, True
        self._reload()

    def choose(self, device: str) -> None:
        """Mark what the config asks for."""
        self.chosen = device
        self._reload()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self.devices):
            self.post_message(self.DeviceChosen(self.devices[event.option_index]))

    def _reload(self) -> None:
        options = self.query_one(OptionList)
        place = options.highlighted
        options.clear_options()
        options.add_options([Option(self._entry(device)) for device in self.devices])
        if not self.complete:
            waiting = Text("  asking torch for other devices …", style="dim")
            options.add_option(Option(waiting, disabled=True))
        options.highlighted = place

    def _entry(self, device: Device) -> Text:
        chosen = device.usable and device.device.partition(":")[0] == self.chosen.partition(":")[0]
        entry = Text("▸ " if chosen else "  ")
        entry.append(f"{device.device:<7}", style="bold" if device.usable else "dim")
        if not device.usable:
            return entry.append(clean(f"cannot: {device.reason}; {device.remedy}"), style="dim")
        facts = [clean(device.name)]
        if device.threads:
            facts.append(f"{device.threads} threads")
        if device.memory_bytes:
            facts.append(fmt.size(device.memory_bytes))
        return entry.append(", ".join(facts))
