"""Why torch sees no accelerator of a kind here, and what to do: two clauses each."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.machine.host import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path("/")
COLAB_DRIVER_FOLDER = "usr/lib64-nvidia"
INSTALL_PAGE = "https://pytorch.org/get-started/locally"

Result = TypeVar("Result")


def no_cuda(root: Path = ROOT) -> tuple[str, str]:
    """Return reason and remedy for a torch that sees no CUDA or ROCm device."""
    import torch  # seconds: see core/devices.py

    if torch.version.hip is not None:
        hidden = _hidden("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")
        reason = f"this PyTorch is built for ROCm {torch.version.hip}, but finds no AMD GPU"
        return hidden or (reason, "with an AMD GPU, see whether rocm-smi lists it")
    if torch.version.cuda is None:
        reason = "this PyTorch is built for the CPU only"
        return reason, f"with an NVIDIA GPU, install PyTorch's CUDA build: {INSTALL_PAGE}"
    return (
        _hidden("CUDA_VISIBLE_DEVICES")
        or _no_nvidia_driver(torch.version.cuda, root)
        or _driver_fault(torch.version.cuda)
    )


def no_xpu() -> tuple[str, str]:
    """Return reason and remedy for a torch that sees no Intel GPU."""
    import torch  # seconds: see core/devices.py

    if getattr(torch.version, "xpu", None) is None:
        reason = "this PyTorch is not built for Intel GPUs"
        return reason, f"with an Intel GPU, install PyTorch's XPU build: {INSTALL_PAGE}"
    reason = "no Intel GPU was found"
    return reason, "with an Intel GPU, install its driver with Level Zero"


def no_mps() -> tuple[str, str]:
    """Return reason and remedy for a torch that sees no GPU on a Mac with Apple silicon."""
    import torch  # seconds: see core/devices.py

    if torch.backends.mps.is_built():
        return "PyTorch finds no Metal GPU on this Mac", "update macOS"
    reason = "this PyTorch is not built for Apple GPUs"
    return reason, f"install PyTorch for Apple silicon: {INSTALL_PAGE}"


def no_xla() -> tuple[str, str]:
    """Return reason and remedy for a TPU, which is never used."""
    import torch  # seconds: see core/devices.py

    remedy = "train on another device"
    if importlib.util.find_spec("torch_xla") is not None:
        return "mnist-tui does not train on TPUs", remedy
    release = ".".join(str(torch.__version__).split(".")[:2])
    return f"there is no torch_xla for PyTorch {release}, which a TPU needs", remedy


def nvidia_driver(root: Path = ROOT) -> str | None:
    """The version of the NVIDIA driver that is loaded."""
    try:
        text = (root / "proc/driver/nvidia/version").read_text(errors="replace")
    except OSError:
        return None
    found = re.search(r"NVRM version:.*?\s(\d+(?:\.\d+)+)\s", text)
    return found[1] if found else None


def quietly(ask: Callable[[], Result]) -> Result:
    """Return `ask()` without the warnings torch writes across the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ask()


def _hidden(*variables: str) -> tuple[str, str] | None:
    """Return which environment variable hides every GPU, if one does."""
    for name in variables:
        value = os.environ.get(name)
        # The list is read up to the first entry that is no device.
        if value is not None and value.split(",")[0].strip() in ("", "-1"):
            reason = f"{name} is {one_line(value)!r}, which hides every GPU"
            return reason, f"unset {name}, or name a GPU in it, such as 0"
    return None


def _no_nvidia_driver(cuda_version: str, root: Path) -> tuple[str, str] | None:
    """Return what the file system says against NVIDIA GPUs, if anything."""
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
    import torch  # seconds: see core/devices.py

    reason = "PyTorch finds no NVIDIA GPU, though there is a driver"
    try:
        quietly(torch.cuda.init)
    except Exception as error:
        reason = one_line(str(error)) or reason
    return reason, f"see whether nvidia-smi lists the GPU and a CUDA version of {cuda_version} on"
