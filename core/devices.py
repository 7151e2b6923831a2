"""What this machine can train on, and which of it a config means.

`import torch` takes seconds and 500 MB and a broken driver may hang it, so torch is imported inside
functions only: a window asks through `list_devices_in_child`, and reading a run asks nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, replace

from core.errors import MistakeError
from core.machine import accelerators
from core.machine import host as machine
from core.machine.accelerators import PROBES
from core.machine.device import Device, unusable
from core.machine.host import one_line
from core.machine.why_not import INSTALL_PAGE
from core.processes import child, importing


class DeviceError(MistakeError):
    """A device was asked for that cannot be used; the message is one line for the caller."""


def cpu_device() -> Device:
    """Return the CPU's row at once, without asking torch."""
    memory_bytes, threads = machine.usable_memory_bytes(), machine.usable_cpus()
    return Device("cpu", machine.cpu_name(), True, None, None, memory_bytes, threads)


def list_devices() -> list[Device]:
    """Return the CPU, then every accelerator, or why there is none of its kind.

    Imports torch and wakes the drivers. Within a second or so on a sound machine; a broken driver
    may never answer: `list_devices_in_child` survives that.
    """
    cpu = replace(cpu_device(), build=accelerators.torch_build())
    return [cpu, *(row for probe in PROBES.values() for row in probe())]


def list_devices_in_child(timeout_seconds: float = 60) -> list[Device]:
    """Return `list_devices()` as a child process sees it; raises nothing for torch's faults.

    If the child fails or takes longer than the time-out, the CPU's row comes with one row `gpu`
    that says so.
    """
    try:
        output = child.ask("core.devices", timeout_seconds=timeout_seconds)
        # Libraries may write to stdout too: ours is the last line.
        return [Device(**row) for row in json.loads(output.splitlines()[-1])]
    except subprocess.TimeoutExpired:
        reason = f"asking PyTorch for its devices took longer than {timeout_seconds:g} s"
        remedy = "look whether nvidia-smi answers: a broken driver hangs; training on cpu works"
    except (subprocess.SubprocessError, OSError, LookupError, TypeError, ValueError) as error:
        reason = f"asking PyTorch for its devices failed: {one_line(str(error))}"
        remedy = f"see whether `python -c 'import torch'` works, or install it anew: {INSTALL_PAGE}"
    return [cpu_device(), unusable("gpu", "any GPU", reason, remedy)]


def choose(requested: str | None, n_gpu: int) -> tuple[str, list[str]]:
    """Return the torch device to train on and the notices to show.

    `requested` (auto, cpu, cuda, cuda:1, mps, xpu, or indices as in pytorch-template) wins over
    `n_gpu`. Torch is imported only where an accelerator is in question. Several devices, each for
    a process of its own, come with a comma between them: `cuda:0,cuda:1`.

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
    if "," in asked:
        return _choose_several(asked), []
    return _choose_by_name(asked), []


def main() -> None:
    """Write this machine's devices to stdout, as one line of JSON."""
    importing.import_torch()
    sys.stdout.write(json.dumps([asdict(device) for device in list_devices()]) + "\n")


def _choose_by_count(n_gpu: int) -> tuple[str, list[str]]:
    if n_gpu <= 0:
        return "cpu", []
    found = _first_usable()
    if found is None:
        reason = PROBES["cuda"]()[0].reason
        return "cpu", [
            f"n_gpu is {n_gpu} but no GPU can be used here ({reason}): training on the CPU"
        ]
    if n_gpu == 1:
        return found.device, []
    kind = found.device.partition(":")[0]
    rows = PROBES["cuda"]() if kind == "cuda" else [found]  # only these can talk to each other
    usable = [row.device for row in rows if row.usable]
    name = ",".join(usable[:n_gpu])
    few = f"n_gpu is {n_gpu} but only {len(usable)} can be used here: training on {name}"
    return name, [few] if len(usable) < n_gpu else []


def _choose_several(asked: str) -> str:
    names = [name.strip() for name in asked.split(",")]
    if "cpu" in names:
        raise DeviceError(
            f"device: {one_line(asked)}: only CUDA devices train together; on the "
            "CPU give --nproc N"
        )
    found = [_choose_by_name(name) for name in names]
    for device in found:
        if not device.startswith("cuda:"):
            raise DeviceError(f"device: {one_line(asked)}: only CUDA devices train together")
        if found.count(device) > 1:
            raise DeviceError(f"device: {one_line(asked)}: names {device} more than once")
    return ",".join(found)


def _choose_by_name(asked: str) -> str:
    backend, index = _parse(asked)
    rows = PROBES[backend]()
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
    # A bare index is pytorch-template's `-d 0`; there it means a CUDA device.
    match = re.fullmatch(r"(?:(cuda|xpu):)?(\d+)|(cuda|xpu|mps|xla)", asked)
    if match is None:
        raise DeviceError(
            f"device: {one_line(asked)!r} is no device: give auto, cpu, cuda, cuda:1, xpu, mps "
            "or indices of CUDA devices, such as 0 or 0,1"
        )
    if match[3]:
        return match[3], None
    return match[1] or "cuda", int(match[2])


def _first_usable() -> Device | None:
    rows = (row for probe in PROBES.values() for row in probe())
    return next((row for row in rows if row.usable), None)


__all__ = [
    "Device", "DeviceError", "choose", "cpu_device", "list_devices", "list_devices_in_child",
]  # fmt: skip

if __name__ == "__main__":
    main()
