"""What this process may use of the machine, and what a container or a batch system takes off."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil
import pytest

from core.machine import host as machine

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)


@pytest.mark.usefixtures("eight_cpus")
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ({"sys/fs/cgroup/cpu.max": "5000 100000\n"}, 1),
        ({"sys/fs/cgroup/cpu.max": "9900000 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu.max": "nonsense\n"}, 8),
        (
            {
                "proc/self/cgroup": "0::/slurm/job_1/step_0\n",
                "sys/fs/cgroup/slurm/job_1/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/slurm/job_1/step_0/cpu.max": "max 100000\n",
            },
            3,
        ),
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/docker/abc\n0::/\nbroken line\n",
                "sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us": "250000\n",
                "sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            {
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            8,
        ),
        ({"proc/self/cgroup": "0::/../../elsewhere\n", "elsewhere/cpu.max": "1 1\n"}, 8),
    ],
)
def test_cpus_are_limited_by_every_cgroup_quota(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    for path, text in files.items():
        write(tmp_path, path, text)
    assert machine.usable_cpus(tmp_path) == expected


def test_cpus_without_affinity_are_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.usable_cpus(tmp_path) == 1


@pytest.mark.parametrize(
    "path",
    ["sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"],
)
def test_memory_is_limited_by_the_cgroup(tmp_path: Path, path: str) -> None:
    total = psutil.virtual_memory().total
    assert machine.usable_memory_bytes(tmp_path) == total
    write(tmp_path, path, "max\n")
    assert machine.usable_memory_bytes(tmp_path) == total
    write(tmp_path, path, "1000000\n")
    assert machine.usable_memory_bytes(tmp_path) == 1_000_000


def test_the_cpu_is_named_by_the_kernel_or_else_by_the_platform(tmp_path: Path) -> None:
    assert machine.cpu_name(tmp_path)
    write(tmp_path, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast\x1b[2J CPU\nflags\t: x\n")
    assert machine.cpu_name(tmp_path) == "Fast[2J CPU"
