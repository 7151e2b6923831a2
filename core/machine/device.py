"""One row of what this machine can train on, or cannot."""

from __future__ import annotations

from dataclasses import asdict, dataclass

_NOT_IN_JSON = ("build", "uuid")
"""What only the window shows; the rest is a contract with scripts."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device of this machine, or one kind of device that cannot be used here."""

    device: str
    """As torch names it: `cpu`, `cuda:0`, `mps`, `xpu:0`; without an index if there is none."""
    name: str
    usable: bool
    """True for the CPU, and for an accelerator that has just passed the self-test."""
    reason: str | None
    """Why it cannot be used: a clause without a full stop. None if usable."""
    remedy: str | None
    """What to do about it: a clause without a full stop. None if usable."""
    memory_bytes: int | None
    threads: int | None
    """CPUs this process may use; of the CPU only."""
    build: str | None = None
    """What drives it: `PyTorch 2.14.1, CUDA 13.0, driver 580.65`. None until torch was asked."""
    uuid: str | None = None
    """By which NVIDIA's tools know it, without their `GPU-`."""

    def to_json(self) -> dict[str, object]:
        """Return the fields as `devices --json` shows them."""
        return {name: value for name, value in asdict(self).items() if name not in _NOT_IN_JSON}


def unusable(device: str, name: str, reason: str, remedy: str) -> Device:
    """A row that only says why there is no such device."""
    return Device(device, name, False, reason, remedy, None, None)
