"""What this machine can train on, and why it cannot use the rest.

`import torch` takes seconds and 500 MB and a broken driver may hang it, so torch is imported inside
functions only: a window asks through `list_devices_in_child`, and reading a run asks nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core import child, machine
from core.errors import MistakeError
from core.machine import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path("/")
COLAB_DRIVER_FOLDER = "usr/lib64-nvidia"
INSTALL_PAGE = "https://pytorch.org/get-started/locally"

Result = TypeVar("Result")


class DeviceError(MistakeError):
    """A device was asked for that cannot be used; the message is one line for the caller."""


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

    def to_json(self) -> dict[str, object]:
        """Return the fields as `devices --json` shows them."""
        return asdict(self)


def cpu_device() -> Device:
    """Return the CPU's row at once, without asking torch."""
    memory_bytes, threads = machine.usable_memory_bytes(), machine.usable_cpus()
    return Device("cpu", machine.cpu_name(), True, None, None, memory_bytes, threads)


def list_devices() -> list[Device]:
    """Return the CPU, then every cuda, xpu and mps device, or why there is none of its kind.

    Imports torch and wakes the drivers. Within a second or so on a sound machine; a broken driver
    may never answer: `list_devices_in_child` survives that.
    """
    return [cpu_device(), *(row for probe in _PROBES.values() for row in probe())]


def list_devices_in_child(timeout_seconds: float = 60) -> list[Device]:
    """Return `list_devices()` as a child process sees it; raises nothing for torch's faults.

    If the child fails or takes longer than the time-out, the CPU's row comes with one row `gpu`
    that says so.
    """
    try:
        output = _ask_child(timeout_seconds)
        # Libraries may write to stdout too: ours is the last line.
        return [Device(**row) for row in json.loads(output.splitlines()[-1])]
    except subprocess.TimeoutExpired:
        reason = f"asking PyTorch for its devices took longer than {timeout_seconds:g} s"
        remedy = "look whether nvidia-smi answers: a broken driver hangs; training on cpu works"
    except (subprocess.SubprocessError, OSError, LookupError, TypeError, ValueError) as error:
        reason = f"asking PyTorch for its devices failed: {one_line(str(error))}"
        remedy = f"see whether `python -c 'import torch'` works, or install it anew: {INSTALL_PAGE}"
    return [cpu_device(), _unusable("gpu", "any GPU", reason, remedy)]


def choose(requested: str | None, n_gpu: int) -> tuple[str, list[str]]:
    """Return the torch device to train on and the notices to show.

    `requested` (auto, cpu, cuda, cuda:1, mps, xpu, or an index as in pytorch-template) wins over
    `n_gpu`. Torch is imported only where an accelerator is in question.

    Raises:
        DeviceError: What was asked for by name cannot be used.
    """
    if requested is None:
        return _choose_by_count(n_gpu)
    asked = requested.strip().lower()
    if asked == "cpu":
        return "cpu", []
    if asked == "auto":
        found = _first_usable()
        return (found.device if found else "cpu"), []
    return _choose_by_name(asked), []


def main() -> None:
    """Write this machine's devices to stdout, as one line of JSON."""
    sys.stdout.write(json.dumps([device.to_json() for device in list_devices()]) + "\n")


# The choice


def _choose_by_count(n_gpu: int) -> tuple[str, list[str]]:
    if n_gpu <= 0:
        return "cpu", []
    found = _first_usable()
    if found is None:
        reason = _PROBES["cuda"]()[0].reason
        return "cpu", [
            f"n_gpu is {n_gpu} but no GPU can be used here ({reason}): training on the CPU"
        ]
    if n_gpu == 1:
        return found.device, []
    return found.device, [
        f"n_gpu is {n_gpu} but training on several devices at once is not built yet: "
        f"training on {found.device}"
    ]


def _choose_by_name(asked: str) -> str:
    backend, index = _parse(asked)
    rows = _PROBES[backend]()
    name = backend if index is None else f"{backend}:{index}"
    wanted = rows if index is None else [row for row in rows if row.device == name]
    for row in wanted:
        if row.usable:
            return row.device
    # A row without an index stands for a backend without devices.
    if not wanted and ":" in rows[0].device:
        known = ", ".join(row.device for row in rows)
        raise DeviceError(f"device: {name} cannot be used here: there is only {known}")
    culprit = (wanted or rows)[0]
    raise DeviceError(f"device: {name} cannot be used here: {culprit.reason}; {culprit.remedy}")


def _parse(asked: str) -> tuple[str, int | None]:
    """Return the backend and the index, if one is named; raises DeviceError."""
    if re.fullmatch(r"\d+(\s*,\s*\d+)+", asked):
        raise DeviceError(
            f"device: {asked} names several devices, but training on several at once is not built "
            f"yet: name one, such as {asked.split(',', maxsplit=1)[0].strip()}"
        )
    # A bare index is pytorch-template's `-d 0`; there it means a CUDA device.
    match = re.fullmatch(r"(?:(cuda|xpu):)?(\d+)|(cuda|xpu|mps)", asked)
    if match is None:
        raise DeviceError(
            f"device: {one_line(asked)!r} is no device: give auto, cpu, cuda, cuda:1, xpu, mps "
            "or the index of a CUDA device"
        )
    if match[3]:
        return match[3], None
    return match[1] or "cuda", int(match[2])


def _first_usable() -> Device | None:
    rows = (row for probe in _PROBES.values() for row in probe())
    return next((row for row in rows if row.usable), None)


# The accelerators


def _cuda_devices() -> list[Device]:
    """Return the CUDA (or ROCm) devices, or the one row that says why there is none."""
    import torch  # seconds: see the module's docstring

    # Not `torch.accelerator.current_accelerator()`: it names cuda on a CPU-only machine.
    if not _quietly(torch.cuda.is_available):
        return [_unusable("cuda", "NVIDIA or AMD GPU", *_why_no_cuda())]
    remedy = "look at nvidia-smi: the GPU may be full, or too old or too new for this PyTorch"
    return [
        _tested(f"cuda:{index}", _properties(torch.cuda, index), remedy)
        for index in range(torch.cuda.device_count())
    ]


def _xpu_devices() -> list[Device]:
    """Return the Intel GPUs, or the one row that says why there is none."""
    import torch  # seconds: see the module's docstring

    if not _quietly(torch.xpu.is_available):
        if getattr(torch.version, "xpu", None) is None:
            reason = "this PyTorch is not built for Intel GPUs"
            remedy = f"with an Intel GPU, install PyTorch's XPU build: {INSTALL_PAGE}"
        else:
            reason = "no Intel GPU was found"
            remedy = "with an Intel GPU, install its driver with Level Zero"
        return [_unusable("xpu", "Intel GPU", reason, remedy)]
    remedy = "look at xpu-smi: the GPU may be full, or its driver too old for this PyTorch"
    return [
        _tested(f"xpu:{index}", _properties(torch.xpu, index), remedy)
        for index in range(torch.xpu.device_count())
    ]


def _mps_devices() -> list[Device]:
    """Return the GPU of a Mac, or the row that says why there is none."""
    if (sys.platform, platform.machine()) != ("darwin", "arm64"):
        reason = "only Macs with Apple silicon have it"
        return [_unusable("mps", "Apple GPU", reason, "train on another device")]
    import torch  # seconds: see the module's docstring

    if not _quietly(torch.backends.mps.is_available):
        if torch.backends.mps.is_built():
            reason, remedy = "PyTorch finds no Metal GPU on this Mac", "update macOS"
        else:
            reason = "this PyTorch is not built for Apple GPUs"
            remedy = f"install PyTorch for Apple silicon: {INSTALL_PAGE}"
        return [_unusable("mps", "Apple GPU", reason, remedy)]
    remedy = "update macOS and PyTorch"
    return [_tested("mps", lambda: ("Apple GPU", torch.mps.recommended_max_memory()), remedy)]


# In the order in which `auto` prefers them.
_PROBES: dict[str, Callable[[], list[Device]]] = {
    "cuda": _cuda_devices,
    "xpu": _xpu_devices,
    "mps": _mps_devices,
}


def _properties(backend: Any, index: int) -> Callable[[], tuple[str, int]]:
    """Return a function that asks `torch.cuda` or `torch.xpu` for a device's name and bytes."""

    def ask() -> tuple[str, int]:
        properties = backend.get_device_properties(index)
        return one_line(properties.name), int(properties.total_memory)

    return ask


def _tested(device: str, ask: Callable[[], tuple[str, int]], remedy: str) -> Device:
    """Return an accelerator's row: usable only if one operation on it gives the right number."""
    name, memory_bytes = device, None
    try:
        name, memory_bytes = ask()
        result = _quietly(lambda: _self_test(device))
        reason = None if result == 8 else f"its self-test gave {result:g} where 8 is right"
    # Drivers raise whatever they like: RuntimeError, AssertionError, NotImplementedError, …
    except Exception as error:
        reason = f"its self-test failed: {one_line(str(error)) or type(error).__name__}"
    if reason is None:
        return Device(device, name, True, None, None, memory_bytes, None)
    return Device(device, name, False, reason, remedy, memory_bytes, None)


def _self_test(device: str) -> float:
    """Return the sum of eight ones, added up on the device."""
    import torch  # seconds: see the module's docstring

    return torch.ones(8, device=device).sum().item()


def _why_no_cuda(root: Path = ROOT) -> tuple[str, str]:
    """Return reason and remedy for a torch that sees no CUDA or ROCm device."""
    import torch  # seconds: see the module's docstring

    if torch.version.hip is not None:
        reason = f"this PyTorch is built for ROCm {torch.version.hip}, but finds no AMD GPU"
        return reason, "with an AMD GPU, see whether rocm-smi lists it; or use another build"
    if torch.version.cuda is None:
        reason = "this PyTorch is built for the CPU only"
        return reason, f"with an NVIDIA GPU, install PyTorch's CUDA build: {INSTALL_PAGE}"
    return _why_no_nvidia(torch.version.cuda, root) or _driver_fault(torch.version.cuda)


def _why_no_nvidia(cuda_version: str, root: Path) -> tuple[str, str] | None:
    """Return what the environment and the file system say against NVIDIA GPUs, if anything."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    # CUDA reads the list up to the first entry that is no device.
    if visible is not None and visible.split(",")[0].strip() in ("", "-1"):
        reason = f"CUDA_VISIBLE_DEVICES is {one_line(visible)!r}, which hides every GPU"
        return reason, "unset CUDA_VISIBLE_DEVICES, or name a GPU in it, such as 0"
    folder = root / COLAB_DRIVER_FOLDER
    searched = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    if any(folder.glob("libcuda.so*")) and str(folder) not in searched:
        # Colab sets it for notebooks, not for a login over SSH.
        reason = f"the NVIDIA driver lies in {folder}, which is not in LD_LIBRARY_PATH"
        return reason, f"start again after: export LD_LIBRARY_PATH={folder}:$LD_LIBRARY_PATH"
    if not (root / "proc/driver/nvidia").exists() and shutil.which("nvidia-smi") is None:
        reason = f"this PyTorch is built for CUDA {cuda_version}, but there is no NVIDIA driver"
        remedy = "with an NVIDIA GPU, install its driver, or start the container with --gpus all"
        return reason, remedy
    return None


def _driver_fault(cuda_version: str) -> tuple[str, str]:
    """Return what CUDA itself says where there is a driver, and it does not work."""
    import torch  # seconds: see the module's docstring

    reason = "PyTorch finds no NVIDIA GPU, though there is a driver"
    try:
        _quietly(torch.cuda.init)
    except Exception as error:
        reason = one_line(str(error)) or reason
    return reason, f"see whether nvidia-smi lists the GPU and a CUDA version of {cuda_version} on"


def _unusable(device: str, name: str, reason: str, remedy: str) -> Device:
    return Device(device, name, False, reason, remedy, None, None)


# Small helpers


def _ask_child(timeout_seconds: float) -> str:
    """Return the stdout of `python -m core.devices`; raises SubprocessError or OSError."""
    process = subprocess.Popen(
        [sys.executable, "-m", "core.devices"],
        env=child.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    try:
        output, errors = process.communicate(timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        # A process that hangs inside a driver outlives even SIGKILL: do not wait for it long.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=1)
        raise
    if process.returncode != 0:
        last_line = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise subprocess.SubprocessError(last_line)
    return output


def _quietly(ask: Callable[[], Result]) -> Result:
    """Return `ask()` without the warnings torch writes across the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ask()


if __name__ == "__main__":
    main()
