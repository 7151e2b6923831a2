"""Looks at the load of the devices once a second, in a thread, while somebody wants to see it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psutil

from core.machine.load import LoadMeter
from core.saved.live_runs import live_runs
from tui import format as fmt
from tui.messages import LoadRead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.machine.device import Device
    from core.machine.load import Load
    from core.saved.live_runs import LiveRun

SECONDS = 1.0
LOOKS_A_SEARCH = 10
"""Searching the save folders for live runs costs more than looking at the load."""


class LoadWatch:
    """One thread, from its making until it is stopped."""

    def __init__(self, devices: Sequence[Device], post: Callable[[LoadRead], object]) -> None:
        self._devices, self._post = tuple(devices), post
        self._end = threading.Event()
        threading.Thread(target=self._watch, name="load", daemon=True).start()

    def stop(self) -> None:
        """Post nothing more."""
        self._end.set()

    def _watch(self) -> None:
        meter, look = LoadMeter(), 0
        live: list[LiveRun] = []
        while not self._end.wait(SECONDS):
            if look % LOOKS_A_SEARCH == 0:
                live = live_runs()
            look += 1
            loads = meter.read(self._devices)
            users = {name: _users(name, load, live) for name, load in loads.items()}
            if not self._end.is_set():
                self._post(LoadRead(loads, users))


def _users(device: str, load: Load, live: list[LiveRun]) -> tuple[str, ...]:
    """The live runs on a device, then whoever else its driver names."""
    ours = [item for item in live if device in item.started.device.split(",")]
    known = {item.started.pid for item in ours}
    others = [pid for pid in load.pids if pid not in known]
    return (*map(_name_of_run, ours), *map(_name_of_process, others))


def _name_of_run(item: LiveRun) -> str:
    name = fmt.run_name(item.run)
    started = item.started
    if started.device != "cpu":
        return name
    return f"{name} ({fmt.threads_of(started)})"


def _name_of_process(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.Error:  # of another container, or gone
        return f"pid {pid}"
