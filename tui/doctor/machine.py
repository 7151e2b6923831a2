"""The machine and the packages: memory, processors, versions."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from core.machine import host as machine
from core.processes.child import our_version
from tui import format as fmt
from tui.doctor.findings import Findings

NEEDED = ("torch", "torchvision", "numpy", "textual", "rich", "pydantic", "psutil")
OPTIONAL = {"tensorboard": "trainer.tensorboard", "nvidia-ml-py": "the load of NVIDIA GPUs"}
"""What each is for."""
ENOUGH_BYTES = 1_000_000_000
"""For PyTorch, MNIST and the window."""


def look() -> Findings:
    """What there is of memory, processors and packages."""
    findings = Findings("machine")
    findings.fact("mnist-tui", our_version() or "a checkout")
    findings.fact("Python", platform.python_version())
    findings.fact("system", platform.platform())
    threads = fmt.threads(machine.usable_cpus())
    findings.fact("processor", f"{machine.cpu_name()}, {threads} may be used")
    look_at_memory(findings, machine.usable_memory_bytes(), machine.used_memory_bytes())
    look_at_packages(findings, {name: installed(name) for name in (*NEEDED, *OPTIONAL)})
    return findings


def look_at_memory(findings: Findings, total: int, used: int) -> None:
    """What of the memory is free."""
    free = max(0, total - used)
    findings.fact("memory", f"{fmt.size(free)} free of {fmt.size(total)}")
    if free < ENOUGH_BYTES:
        findings.advise(f"free some memory: a training takes about {fmt.size(ENOUGH_BYTES)}")


def look_at_packages(findings: Findings, versions: dict[str, str | None]) -> None:
    """Which packages there are; without one that is needed nothing works."""
    missing = [name for name in NEEDED if versions[name] is None]
    told = [f"{name} {found}" for name, found in versions.items() if found is not None]
    findings.fact("packages", ", ".join(told))
    if missing:
        names = ", ".join(missing)
        findings.obstruct(f"{names}: not installed: `pip install {' '.join(missing)}`")
    for name, purpose in OPTIONAL.items():
        if versions[name] is None:
            findings.fact("not installed", f"{name}, for {purpose} only")


def installed(name: str) -> str | None:
    """The version of a package, found without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
