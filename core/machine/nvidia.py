"""How busy NVIDIA GPUs are, and who uses them: by nvidia-ml-py if it is there, else nvidia-smi."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SMI_SECONDS = 5.0
"""A driver that is broken never answers."""
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU as its driver sees it; None for what it does not say."""

    uuid: str
    """As torch has it, without `GPU-`."""
    share: float | None
    used_bytes: int | None
    total_bytes: int | None
    pids: tuple[int, ...] = ()


def read() -> list[Gpu]:
    """Every GPU; none where there is no driver, or it does not answer."""
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return _by_smi()
    try:
        return _by_nvml(nvml)
    except Exception:  # NVMLError of many kinds, and an old pynvml without some function
        return _by_smi()


def _by_nvml(nvml: Any) -> list[Gpu]:
    nvml.nvmlInit()  # again at each look: cheap, and a driver may have come back
    found = []
    for index in range(nvml.nvmlDeviceGetCount()):
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        uuid = nvml.nvmlDeviceGetUUID(handle)
        text = uuid.decode() if isinstance(uuid, bytes) else str(uuid)
        found.append(
            Gpu(
                uuid=text.removeprefix("GPU-"),
                # Not told of a part of a GPU (MIG), nor on some rented ones.
                share=_told(_busy, nvml, handle),
                used_bytes=int(memory.used),
                total_bytes=int(memory.total),
                pids=_told(_users, nvml, handle) or (),
            )
        )
    return found


def _busy(nvml: Any, handle: object) -> float:
    return float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu) / 100


def _users(nvml: Any, handle: object) -> tuple[int, ...]:
    return tuple(int(item.pid) for item in nvml.nvmlDeviceGetComputeRunningProcesses(handle))


def _told(ask: Callable[[Any, object], Any], nvml: Any, handle: object) -> Any:
    with contextlib.suppress(Exception):
        return ask(nvml, handle)
    return None


def _by_smi() -> list[Gpu]:
    facts = _smi("--query-gpu=uuid,utilization.gpu,memory.used,memory.total")
    users = _smi("--query-compute-apps=gpu_uuid,pid") if facts else []
    return gpus_from(facts, users)


def gpus_from(facts: list[list[str]], users: list[list[str]]) -> list[Gpu]:
    """The GPUs from the tables of nvidia-smi: uuid, %, MiB, MiB; and uuid, pid."""
    found = []
    for uuid, busy, used, total in (row for row in facts if len(row) == 4):
        pids = (_number(row[1]) for row in users if len(row) == 2 and row[0] == uuid)
        share = _number(busy)
        found.append(
            Gpu(
                uuid=uuid.removeprefix("GPU-"),
                share=None if share is None else share / 100,
                used_bytes=_bytes(used),
                total_bytes=_bytes(total),
                pids=tuple(pid for pid in pids if pid is not None),
            )
        )
    return found


def _smi(query: str) -> list[list[str]]:
    command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
    try:
        output = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=True,
            timeout=SMI_SECONDS, stdin=subprocess.DEVNULL,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return []
    return [[cell.strip() for cell in line.split(",")] for line in output.splitlines()]


def _number(text: str) -> int | None:
    """None for `[N/A]` and its like."""
    return int(text) if text.isdecimal() else None


def _bytes(mebibytes: str) -> int | None:
    number = _number(mebibytes)
    return None if number is None else number * _MIB
