"""The accelerators that torch knows, each with a self-test, or why there is none of a kind."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from core.machine import why_not
from core.machine.device import Device, unusable
from core.machine.host import one_line
from core.machine.why_not import quietly

if TYPE_CHECKING:
    from collections.abc import Callable


class _Facts(NamedTuple):
    name: str
    memory_bytes: int
    uuid: str | None = None


def cuda_devices() -> list[Device]:
    """Return the CUDA (or ROCm) devices, or the one row that says why there is none."""
    import torch  # seconds: see core/devices.py

    # Not `torch.accelerator.current_accelerator()`: it names cuda on a CPU-only machine.
    if not quietly(torch.cuda.is_available):
        return [unusable("cuda", "NVIDIA or AMD GPU", *why_not.no_cuda())]
    remedy = "look at nvidia-smi: the GPU may be full, or too old or too new for this PyTorch"
    build = _cuda_build()
    return [
        _tested(f"cuda:{index}", _properties(torch.cuda, index), build, remedy)
        for index in range(torch.cuda.device_count())
    ]


def xpu_devices() -> list[Device]:
    """Return the Intel GPUs, or the one row that says why there is none."""
    import torch  # seconds: see core/devices.py

    if not quietly(torch.xpu.is_available):
        return [unusable("xpu", "Intel GPU", *why_not.no_xpu())]
    remedy = "look at xpu-smi: the GPU may be full, or its driver too old for this PyTorch"
    build = torch_build()
    return [
        _tested(f"xpu:{index}", _properties(torch.xpu, index), build, remedy)
        for index in range(torch.xpu.device_count())
    ]


def mps_devices() -> list[Device]:
    """Return the GPU of a Mac, or the row that says why there is none."""
    if (sys.platform, platform.machine()) != ("darwin", "arm64"):
        reason = "only Macs with Apple silicon have it"
        return [unusable("mps", "Apple GPU", reason, "train on another device")]
    import torch  # seconds: see core/devices.py

    if not quietly(torch.backends.mps.is_available):
        return [unusable("mps", "Apple GPU", *why_not.no_mps())]

    def ask() -> _Facts:
        return _Facts("Apple GPU", torch.mps.recommended_max_memory())

    build = f"{torch_build()}, macOS {platform.mac_ver()[0]}"
    return [_tested("mps", ask, build, "update macOS and PyTorch")]


def xla_devices() -> list[Device]:
    """Return the row that says why TPUs are not used."""
    return [unusable("xla", "Google TPU", *why_not.no_xla())]


# In the order in which `auto` prefers them.
PROBES: dict[str, Callable[[], list[Device]]] = {
    "cuda": cuda_devices,
    "xpu": xpu_devices,
    "mps": mps_devices,
    "xla": xla_devices,
}


def torch_build() -> str:
    """`PyTorch 2.14.1`, as it calls itself."""
    import torch  # seconds: see core/devices.py

    return f"PyTorch {one_line(str(torch.__version__))}"


def self_test(device: str) -> float:
    """Return the sum of eight ones, added up on the device."""
    import torch  # seconds: see core/devices.py

    return torch.ones(8, device=device).sum().item()


def _cuda_build() -> str:
    import torch  # seconds: see core/devices.py

    if torch.version.hip is not None:
        return f"{torch_build()}, ROCm {torch.version.hip}"
    driver = why_not.nvidia_driver()
    return f"{torch_build()}, CUDA {torch.version.cuda}" + (f", driver {driver}" if driver else "")


def _properties(backend: Any, index: int) -> Callable[[], _Facts]:
    """Return a function that asks `torch.cuda` or `torch.xpu` for the facts of a device."""

    def ask() -> _Facts:
        properties = backend.get_device_properties(index)
        uuid = getattr(properties, "uuid", None)
        name, memory_bytes = one_line(properties.name), int(properties.total_memory)
        return _Facts(name, memory_bytes, None if uuid is None else str(uuid))

    return ask


def _tested(device: str, ask: Callable[[], _Facts], build: str, remedy: str) -> Device:
    """Return an accelerator's row: usable only if one operation on it gives the right number."""
    facts = None
    try:
        facts = ask()
        result = quietly(lambda: self_test(device))
        reason = None if result == 8 else f"its self-test gave {result:g} where 8 is right"
    # Drivers raise whatever they like: RuntimeError, AssertionError, NotImplementedError, …
    except Exception as error:
        reason = f"its self-test failed: {one_line(str(error)) or type(error).__name__}"
    return Device(
        device=device,
        name=facts.name if facts else device,
        usable=reason is None,
        reason=reason,
        remedy=None if reason is None else remedy,
        memory_bytes=facts.memory_bytes if facts else None,
        threads=None,
        build=build,
        uuid=facts.uuid if facts else None,
    )
