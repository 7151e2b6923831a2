"""The CPUs and the memory that this process may use, by the limits of its containers and jobs."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path("/")


def usable_cpus(root: Path = ROOT) -> int:
    """How many CPUs this process may use: its affinity, within its cgroup's quota.

    A container on a 64-core machine sees 64 cores and may use two; a thread for each of them is
    far slower than two.
    """
    # Not on macOS.
    has_affinity = hasattr(os, "sched_getaffinity")
    count = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return max(1, min([count, *_cpu_quotas(root)]))


def cpu_name(root: Path = ROOT) -> str:
    """The processor's name from /proc/cpuinfo, or what the platform says of it."""
    named = re.search(r"^model name\s*:\s*(\S.*)$", _read(root / "proc/cpuinfo"), re.MULTILINE)
    # ARM kernels give no model name, and Linux often no processor.
    name = named[1] if named else platform.processor() or platform.machine()
    return one_line(name) or "CPU"


def usable_memory_bytes(root: Path = ROOT) -> int:
    """The main memory this process may use: the machine's, within its cgroup's limit."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_memory_limits(root)])


def used_memory_bytes(root: Path = ROOT) -> int:
    """How much of `usable_memory_bytes` is taken; what is only cached can be had back."""
    import psutil  # not before the first paint

    machine = psutil.virtual_memory()
    limited = [
        (limit, used) for folder in _cgroup_folders("memory", root)
        for limit in _memory_limits_of(folder)
        if limit < machine.total and (used := _memory_used_of(folder)) is not None
    ]  # fmt: skip
    return min(limited)[1] if limited else machine.total - machine.available


def quota_seconds_used(root: Path = ROOT) -> float | None:
    """CPU seconds that whoever shares our quota has used; None where no quota binds us."""
    for folder in _cgroup_folders("cpu", root):
        if _quotas_of(folder):
            used = re.search(r"^usage_usec (\d+)$", _read(folder / "cpu.stat"), re.MULTILINE)
            if used:
                return int(used[1]) / 1e6
            if (text := _read(folder / "cpuacct.usage").strip()).isdigit():
                return int(text) / 1e9
    return None


def one_line(text: str) -> str:
    """The first line that says something, without control characters, at most 200 long."""
    lines = (
        "".join(char for char in line if char.isprintable()).strip() for line in text.splitlines()
    )
    return next((line for line in lines if line), "")[:200]


def _cpu_quotas(root: Path) -> Iterator[int]:
    """Yield each quota that binds this process, in whole CPUs, rounded up."""
    for folder in _cgroup_folders("cpu", root):
        yield from _quotas_of(folder)


def _quotas_of(folder: Path) -> list[int]:
    v1 = f"{_read(folder / 'cpu.cfs_quota_us')} {_read(folder / 'cpu.cfs_period_us')}"
    # No quota is "max" in v2 and -1 in v1.
    matches = (
        re.fullmatch(r"\s*([1-9]\d*)\s+([1-9]\d*)\s*", text)
        for text in (_read(folder / "cpu.max"), v1)
    )
    return [-(-int(match[1]) // int(match[2])) for match in matches if match]


def _memory_limits(root: Path) -> Iterator[int]:
    """Yield each memory limit that binds this process, in bytes; v1's "none" is a huge number."""
    for folder in _cgroup_folders("memory", root):
        yield from _memory_limits_of(folder)


def _memory_limits_of(folder: Path) -> Iterator[int]:
    for file in ("memory.max", "memory.limit_in_bytes"):
        if (text := _read(folder / file).strip()).isdigit():
            yield int(text)


def _memory_used_of(folder: Path) -> int | None:
    """Bytes that a cgroup holds, without files it could drop; None if it does not say."""
    for file in ("memory.current", "memory.usage_in_bytes"):
        if (text := _read(folder / file).strip()).isdigit():
            name = r"^(?:total_)?inactive_file (\d+)$"
            cached = re.findall(name, _read(folder / "memory.stat"), re.MULTILINE)
            return int(text) - max(map(int, cached), default=0)
    return None


def _cgroup_folders(controller: str, root: Path) -> Iterator[Path]:
    """Yield the folders whose limits may bind this process: its cgroups and all above them.

    A container mounts its own cgroup as the top; a batch system sets the limit at any level of
    the path that /proc/self/cgroup gives. Folders may be missing, or come twice.
    """
    mount = root / "sys/fs/cgroup"
    yield from (mount, mount / controller)
    for line in _read(root / "proc/self/cgroup").splitlines():
        # `0::/path` is v2, `4:cpu,cpuacct:/path` is v1.
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        base = mount / controller if controllers else mount
        inner = PurePosixPath(path.lstrip("/"))
        # `..` in it is a cgroup outside of this container.
        if ".." not in inner.parts:
            yield from (base / part for part in (inner, *inner.parents))


def _read(path: Path) -> str:
    """A small file's text, or nothing if there is none to be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
