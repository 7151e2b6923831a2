"""How busy CPUs, memory and GPUs are, and which runs use them."""

from __future__ import annotations

import os
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest
from scratch import beginning

from core import runs
from core.journal import Journal
from core.machine import host as machine
from core.machine import nvidia
from core.machine.device import Device
from core.machine.load import CpuMeter, LoadMeter
from core.machine.nvidia import Gpu, gpus_from
from core.record.journal_end import last_start
from core.saved.live_runs import live_runs

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1 << 30
GPU = Device("cuda:1", "A GPU", True, None, None, 16 * GIB, None, uuid="b0-1")


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_share_of_the_cpus_is_that_since_the_last_look() -> None:
    meter = CpuMeter()
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
    load = meter.read()
    assert load.share is not None
    assert 0.1 < load.share <= 1.0
    assert load.total_bytes == machine.usable_memory_bytes()
    assert load.used_bytes is not None
    assert 0 < load.used_bytes < load.total_bytes


def test_with_a_quota_the_share_is_that_of_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    used, now = [10.0, 10.5], [100.0, 101.0]
    monkeypatch.setattr(machine, "quota_seconds_used", lambda: used.pop(0))
    monkeypatch.setattr(machine, "usable_cpus", lambda: 2)
    monkeypatch.setattr(time, "monotonic", lambda: now.pop(0))
    assert CpuMeter().read().share == pytest.approx(0.25)


def test_memory_and_time_are_those_of_the_cgroup_that_limits_us(tmp_path: Path) -> None:
    whole = psutil.virtual_memory()
    assert machine.used_memory_bytes(tmp_path) == pytest.approx(
        whole.total - whole.available, rel=0.3
    )
    assert machine.quota_seconds_used(tmp_path) is None
    group = "sys/fs/cgroup"
    write(tmp_path, f"{group}/memory.max", f"{GIB}\n")
    write(tmp_path, f"{group}/memory.current", f"{GIB // 2}\n")
    write(tmp_path, f"{group}/memory.stat", "anon 5\ninactive_file 1048576\n")
    assert machine.used_memory_bytes(tmp_path) == GIB // 2 - (1 << 20)
    write(tmp_path, f"{group}/cpu.max", "150000 100000\n")
    write(tmp_path, f"{group}/cpu.stat", "usage_usec 2500000\nuser_usec 1\n")
    assert machine.quota_seconds_used(tmp_path) == 2.5


def test_nvidia_smi_is_read_with_its_gaps() -> None:
    facts = [["GPU-a0", "37", "1024", "15360"], ["GPU-b0-1", "[N/A]", "[N/A]", "81559"], ["odd"]]
    users = [["GPU-a0", "41"], ["GPU-a0", "[Insufficient Permissions]"], ["GPU-b0-1", "42"]]
    mib = 1 << 20
    assert gpus_from(facts, users) == [
        Gpu("a0", 0.37, 1024 * mib, 15360 * mib, (41,)),
        Gpu("b0-1", None, None, 81559 * mib, (42,)),
    ]


def test_nvidia_smi_is_asked_where_there_is_no_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia.read() == []
    tool = tmp_path / "nvidia-smi"
    tool.write_text('#!/bin/sh\ncase "$1" in --query-gpu*) echo "GPU-b0-1, 50, 1, 2";; esac\n')
    tool.chmod(0o755)
    assert nvidia.read() == [Gpu("b0-1", 0.5, 1 << 20, 2 << 20)]
    loads = LoadMeter().read([GPU])
    assert loads["cuda:1"].share == 0.5
    assert set(loads) == {"cpu", "cuda:1"}


def test_nvml_is_asked_first_and_may_not_know_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_supported(_handle: object) -> None:
        raise RuntimeError("Not Supported")

    nvml = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(used=1, total=2),
        nvmlDeviceGetUUID=lambda handle: "GPU-b0-1",
        nvmlDeviceGetUtilizationRates=not_supported,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [SimpleNamespace(pid=7)],
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert nvidia.read() == [Gpu("b0-1", None, 1, 2, (7,))]


def test_the_live_runs_are_known_with_where_they_train(tmp_path: Path) -> None:
    run = runs.create(tmp_path, "lives", "{}")
    done = runs.create(tmp_path, "done", "{}")
    for item in (run, done):
        with Journal(item.journal_path) as journal:
            for event in beginning(device="cpu"):
                journal.append(event)
            for event in beginning(device="cuda:0"):
                journal.append(event)
    assert last_start(tmp_path / "nowhere.jsonl") is None
    with Journal(run.journal_path):
        (found,) = live_runs()
    assert found.run.path == run.path
    assert (found.started.device, found.started.threads) == ("cuda:0", 2)
    assert live_runs() == []
    os.truncate(done.journal_path, 0)
    assert last_start(done.journal_path) is None
