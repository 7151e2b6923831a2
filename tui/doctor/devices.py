"""PyTorch and what it can train on, asked in a process that may hang or fail without harm."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core import devices
from tui import format as fmt
from tui.doctor.findings import Findings

if TYPE_CHECKING:
    from core.devices import Device

PATIENCE_SECONDS = 60.0
"""`import torch` alone takes seconds, and from a cold network drive many."""


def seen() -> list[Device]:
    """Ask."""
    return devices.list_devices_in_child(PATIENCE_SECONDS)


def look(found: list[Device]) -> Findings:
    """The build of PyTorch and every device: usable, or why not.

    Advice is for what a machine of this kind may have; every remedy is in `mnist-tui devices`.
    """
    findings = Findings("devices")
    usual = "mps" if sys.platform == "darwin" else "cuda"
    build = next((device.build for device in found if device.usable and device.build), None)
    findings.fact("PyTorch", build.removeprefix("PyTorch ") if build else "does not answer")
    for device in found:
        findings.fact(device.device, _state(device))
        if device.usable:
            continue
        sentence = f"{device.device}: {device.reason}: {device.remedy}"
        if build is None:
            findings.obstruct(sentence)
        elif device.device == usual or ":" in device.device:
            findings.advise(sentence)
    return findings


def _state(device: Device) -> str:
    if not device.usable:
        return f"cannot be used: {device.reason}"
    memory = fmt.size(device.memory_bytes) if device.memory_bytes else ""
    threads = fmt.threads(device.threads) if device.threads else ""
    return ", ".join(filter(None, ["usable", device.name, threads, memory]))
