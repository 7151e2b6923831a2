"""What can be trained on here, how busy and how fast it is, and why the rest cannot be used."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from core.errors import MistakeError
from core.machine.host import one_line
from tui.clean import clean
from tui.device.choosing import names
from tui.device.rows import NUM_BARS, Now, Result
from tui.messages import LoadRead
from tui.widgets.device_list import DeviceList

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from typing import Any

    from textual.app import ComposeResult

    from core.devices import Device
    from tui.device.choosing import Choice
    from tui.device.load_watch import LoadWatch


class DevicePane(Vertical):
    """One entry a device; enter chooses it for the next run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "self_test", "self-test: does the device compute rightly?", show=False),
        Binding("b", "speed", "speed: how fast it trains the config of the next run", show=False),
        Binding(
            "plus,equals_sign",
            "more(1)",
            "train on this GPU too, or in one more process on the CPU",
            show=False,
        ),
        Binding("minus", "more(-1)", "without this GPU, or in one process less", show=False),
    ]

    class DeviceChosen(Message):
        """Somebody wants to train on a device: `by` 0 on it alone, else one more or one less."""

        def __init__(self, device: Device, by: int = 0) -> None:
            super().__init__()
            self.device, self.by = device, by

    def __init__(self, cpu: Device, config: Callable[[], str], *, id: str) -> None:  # noqa: A002 -- Textual's own name
        """`config` gives the text of the next run's config, whose speed is probed."""
        super().__init__(id=id, classes="pane")
        self._list = DeviceList([cpu])
        self._config = config
        self._live = self._in_view = self._probing = False
        self._watch: LoadWatch | None = None

    @property
    def devices(self) -> list[Device]:
        """Those that are known so far."""
        return self._list.devices

    def compose(self) -> ComposeResult:
        """The list."""
        yield self._list

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "2 Device"

    def show(self, devices: list[Device]) -> None:
        """Show all devices."""
        self._list.show(devices, complete=True)
        self._stop_watching()  # a new watch knows the new devices
        self._look()

    def choose(self, choice: Choice) -> None:
        """Mark what the next run is trained on."""
        wanted = set(names(choice.devices))
        if not wanted & {item.device for item in self.devices}:  # as `cuda` alone: any of its kind
            kinds = {name.partition(":")[0] for name in wanted}
            wanted = {item.device for item in self.devices if _kind(item) in kinds}
        self._tell(
            {
                item.device: replace(
                    self._list.known(item.device),
                    chosen=item.usable and item.device in wanted,
                    num_processes=choice.num_processes if item.device == "cpu" else 1,
                )
                for item in self.devices
            }
        )

    def run_is(self, *, live: bool) -> None:
        """While the run that is shown is live its load is shown too."""
        if live != self._live:
            self._live = live
            self._look()

    # A live load, while somebody may look at it

    def on_show(self) -> None:
        """In view again."""
        self._in_view = True
        self._look()

    def on_hide(self) -> None:
        """Nobody sees it."""
        self._in_view = False
        self._look()

    def on_descendant_focus(self) -> None:
        """Somebody looks at it."""
        self._look()

    def on_descendant_blur(self) -> None:
        """Perhaps not any more."""
        self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        """The window is left."""
        self._stop_watching()

    def _look(self) -> None:
        # Side by side with the others it is in view all the time.
        looked_at = self.has_focus_within or not self.screen.has_class("-wide")
        wanted = self._in_view and (self._live or looked_at)
        if wanted and self._watch is None:
            from tui.device.load_watch import LoadWatch  # not before the first paint

            self._watch = LoadWatch(self.devices, self.post_message)
        elif not wanted and self._watch is not None:
            self._stop_watching()
            self._tell(
                {
                    name: replace(now, load=None, shares=(), users=())
                    for name, now in self._list.now.items()
                }
            )

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    @on(LoadRead)
    def _show_load(self, event: LoadRead) -> None:
        if self._watch is None:  # stopped while this one was under way
            return
        told = {}
        for name, load in event.loads.items():
            now = self._list.known(name)
            shares = (*now.shares, load.share)[-NUM_BARS:] if load.share is not None else ()
            told[name] = replace(now, load=load, shares=shares, users=event.users[name])
        self._tell(told)

    def commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """What its keys do, for the palette: a name, the key, the action."""
        yield "Device: speed", "b in Device: how fast it trains this config", self.action_speed
        yield "Device: self-test", "y in Device: does it compute rightly", self.action_self_test

    def action_more(self, by: int) -> None:
        """One more of the device under the cursor, or one less."""
        self.post_message(self.DeviceChosen(self._list.current, by))

    # Questions

    def action_self_test(self) -> None:
        """Whether the device under the cursor computes rightly."""
        from tui.device import probing

        device = self._list.current.device
        self._probe("testing it", lambda: probing.self_test(device))

    def action_speed(self) -> None:
        """How fast the device under the cursor trains the config."""
        from tui.device import probing

        device, config = self._list.current.device, self._config()
        self._probe("measuring its speed", lambda: probing.speed(device, config))

    def _probe(self, doing: str, ask: Callable[[], Coroutine[Any, Any, str]]) -> None:
        device = self._list.current
        if not device.usable:
            sentence = clean(f"{device.device} cannot be used: {device.reason}")
            self.notify(sentence, severity="warning", markup=False)
            return
        if self._probing:
            self.notify("a device is being asked already: wait for its answer", timeout=3)
            return
        self._probing = True
        if not self._in_view:  # asked through the palette
            self.call_next(self.run_action, "screen.pane('device')")
        shared = self._live or self._list.known("cpu").users
        beside = ", beside a live run: both are slower meanwhile" if shared else ""
        self._say(device, Result(doing, f"{doing}{beside} …"))

        async def probe() -> None:
            try:
                result, bad = await ask(), False
            except MistakeError as error:
                result, bad = str(error), True
            except Exception as error:  # of the other process: the window goes on
                why = f"{type(error).__name__}: {one_line(str(error))}"
                result, bad = f"could not be asked: {why}; mnist-tui doctor looks further", True
            finally:
                self._probing = False
            meanwhile = ", while a run was live" if beside and not bad else ""
            words = f"{result}{meanwhile} ({time.strftime('%H:%M')})"
            self._say(device, Result(doing, words, bad))

        self.run_worker(probe())

    def _say(self, device: Device, said: Result) -> None:
        """In the place of what the same question gave before; another one's answer stays."""
        now = self._list.known(device.device)
        others = tuple(item for item in now.results if item.question != said.question)
        self._tell({device.device: replace(now, results=(*others, said))})

    def _tell(self, now: dict[str, Now]) -> None:
        self._list.tell({**self._list.now, **now})

    @on(DeviceList.Chosen)
    def _choose(self, event: DeviceList.Chosen) -> None:
        event.stop()
        self.post_message(self.DeviceChosen(event.device))


def _kind(device: Device) -> str:
    return device.device.partition(":")[0]
