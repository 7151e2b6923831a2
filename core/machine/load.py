"""How busy the devices of this machine are now: CPUs, memory, NVIDIA GPUs. Needs no torch."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from core.machine import host as machine
from core.machine import nvidia

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from core.machine.device import Device


@dataclass(frozen=True, slots=True)
class Load:
    """What is taken of a device; None where nobody says."""

    share: float | None = None
    """Of its time, 0 to 1."""
    used_bytes: int | None = None
    total_bytes: int | None = None
    pids: tuple[int, ...] = ()
    """Processes that are known to use it; of GPUs only."""


class LoadMeter:
    """Asked once a second or so: a share is that of the time since the last look."""

    def __init__(self) -> None:
        self._cpu = CpuMeter()

    def read(self, devices: Sequence[Device]) -> dict[str, Load]:
        """The load of each device that says it, by its name."""
        found = {"cpu": self._cpu.read()}
        gpus = {device.uuid: device.device for device in devices if device.uuid}
        if gpus:
            for gpu in nvidia.read():
                if gpu.uuid in gpus:
                    found[gpus[gpu.uuid]] = Load(
                        gpu.share, gpu.used_bytes, gpu.total_bytes, gpu.pids
                    )
        return found


class CpuMeter:
    """The CPUs that this process may use, and their memory."""

    def __init__(self) -> None:
        self._before = self._now()

    def read(self) -> Load:
        """Who uses them does not matter: all programs count, or all that share our quota."""
        (busy_then, then), (busy_now, now) = self._before, self._now()
        self._before = busy_now, now
        share = (busy_now - busy_then) / (now - then) if now > then else 0.0
        return Load(
            min(1.0, max(0.0, share)), machine.used_memory_bytes(), machine.usable_memory_bytes()
        )

    def _now(self) -> tuple[float, float]:
        """CPU seconds used so far, and those there were to be used."""
        by_quota = machine.quota_seconds_used()
        if by_quota is not None:
            return by_quota, time.monotonic() * machine.usable_cpus()
        busy = total = 0.0
        for cpu in _our_cpus():
            whole = sum(cpu[:8])  # what guests use is in `user` already
            idle = cpu.idle + getattr(cpu, "iowait", 0.0)
            busy, total = busy + whole - idle, total + whole
        return busy, total


def _our_cpus() -> list[Any]:
    every = psutil.cpu_times(percpu=True)
    if not hasattr(os, "sched_getaffinity"):  # macOS
        return every
    allowed = os.sched_getaffinity(0)
    return [cpu for number, cpu in enumerate(every) if number in allowed]
