"""What a machine can train on, and the sentences for what it cannot."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core import devices
from core.devices import Device, DeviceError, choose, list_devices, list_devices_in_child
from core.machine import accelerators, why_not
from core.machine import host as machine

PROJECT = Path(__file__).resolve().parents[2]
FIELDS = ["device", "name", "usable", "reason", "remedy", "memory_bytes", "threads"]


def usable(device: str) -> Device:
    return Device(device, "A GPU", True, None, None, 8, None)


def broken(device: str) -> Device:
    return Device(device, "A GPU", False, "it is broken", "mend it", None, None)


def set_backends(patch: pytest.MonkeyPatch, **rows: list[Device]) -> None:
    for backend in ("cuda", "xpu", "mps", "xla"):
        found = rows.get(backend, [broken(backend)])
        patch.setitem(accelerators.PROBES, backend, partial(list, found))


def pretend_two_gpus(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(torch.version, "hip", None)
    patch.setattr(torch.version, "cuda", "13.0")
    patch.setattr(why_not, "nvidia_driver", lambda: "580.65.06")
    properties = SimpleNamespace(
        name="NVIDIA\x1b[2J T4", total_memory=15_000_000_000, uuid="4c0d-11"
    )
    patch.setattr(torch.cuda, "is_available", lambda: True)
    patch.setattr(torch.cuda, "device_count", lambda: 2)
    patch.setattr(torch.cuda, "get_device_properties", lambda index: properties)


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def cuda_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch built for CUDA that sees no GPU, whatever is installed here."""
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)


def test_importing_devices_and_choosing_the_cpu_leave_torch_alone() -> None:
    code = (
        "import core.devices as d, sys\n"
        "d.cpu_device(), d.choose('cpu', 1), d.choose(None, 0)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)


# The list


def test_the_list_starts_with_the_cpu_and_leaves_no_backend_out() -> None:
    rows = list_devices()
    assert replace(rows[0], build=None) == devices.cpu_device()
    assert rows[0].build == f"PyTorch {torch.__version__}"
    assert rows[0].threads == machine.usable_cpus()
    kinds = [row.device.split(":")[0] for row in rows]
    assert list(dict.fromkeys(kinds)) == ["cpu", "cuda", "xpu", "mps", "xla"]
    for row in rows:
        assert (row.reason is None) == (row.remedy is None) == row.usable
        assert list(row.to_json()) == FIELDS


def test_a_gpu_is_usable_after_one_operation_gave_the_right_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend_two_gpus(monkeypatch)
    results = {"cuda:0": 8.0, "cuda:1": 7.0}
    monkeypatch.setattr(accelerators, "self_test", results.__getitem__)
    first, second = accelerators.cuda_devices()
    assert (first.name, first.memory_bytes, first.uuid) == (
        "NVIDIA[2J T4",
        15_000_000_000,
        "4c0d-11",
    )
    assert (first.usable, first.reason, first.remedy) == (True, None, None)
    assert first.build == f"PyTorch {torch.__version__}, CUDA 13.0, driver 580.65.06"
    assert not second.usable
    assert second.reason == "its self-test gave 7 where 8 is right"


def test_a_gpu_that_fails_the_self_test_says_why_in_one_clean_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(device: str) -> float:
        raise RuntimeError("\n\x1b[31mCUDA error: out of memory\nCompile with TORCH_USE_CUDA_DSA")

    pretend_two_gpus(monkeypatch)
    monkeypatch.setattr(accelerators, "self_test", fail)
    first, _ = accelerators.cuda_devices()
    assert not first.usable
    assert first.reason == "its self-test failed: [31mCUDA error: out of memory"
    assert first.remedy
    assert first.memory_bytes == 15_000_000_000


def test_the_self_test_counts_to_eight() -> None:
    assert accelerators.self_test("cpu") == 8


@pytest.mark.usefixtures("cuda_build")
@pytest.mark.parametrize("value", ["", "-1", " -1,0"])
def test_hidden_gpus_are_told_from_missing_ones(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    (row,) = accelerators.cuda_devices()
    assert row.device == "cuda"
    assert "CUDA_VISIBLE_DEVICES" in str(row.reason)
    assert "unset CUDA_VISIBLE_DEVICES" in str(row.remedy)


@pytest.mark.usefixtures("cuda_build")
def test_a_missing_driver_is_named_with_the_version_torch_wants(tmp_path: Path) -> None:
    reason, remedy = why_not.no_cuda(tmp_path)
    assert reason == "this PyTorch is built for CUDA 13.0, but there is no NVIDIA driver"
    assert "install its driver" in remedy


@pytest.mark.usefixtures("cuda_build")
def test_the_driver_that_colab_hides_from_ssh_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / why_not.COLAB_DRIVER_FOLDER
    write(folder, "libcuda.so.1", "")
    reason, remedy = why_not.no_cuda(tmp_path)
    assert "LD_LIBRARY_PATH" in reason
    assert f"export LD_LIBRARY_PATH={folder}" in remedy
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/opt:{folder}")
    assert "no NVIDIA driver" in why_not.no_cuda(tmp_path)[0]


@pytest.mark.usefixtures("cuda_build")
def test_a_broken_driver_speaks_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("The NVIDIA driver on your system is too old (found version 11040).\nX")

    write(tmp_path, "proc/driver/nvidia/version", "")
    monkeypatch.setattr(torch.cuda, "init", fail)
    reason, remedy = why_not.no_cuda(tmp_path)
    assert reason == "The NVIDIA driver on your system is too old (found version 11040)."
    assert "nvidia-smi" in remedy


@pytest.mark.usefixtures("cuda_build")
def test_other_builds_of_torch_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "for the CPU only" in why_not.no_cuda(tmp_path)[0]
    monkeypatch.setattr(torch.version, "hip", "7.0")
    assert "ROCm 7.0" in why_not.no_cuda(tmp_path)[0]


@pytest.mark.usefixtures("cuda_build")
def test_a_variable_that_hides_amd_gpus_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", "7.0")
    monkeypatch.setenv("ROCR_VISIBLE_DEVICES", "-1")
    assert why_not.no_cuda() == (
        "ROCR_VISIBLE_DEVICES is '-1', which hides every GPU",
        "unset ROCR_VISIBLE_DEVICES, or name a GPU in it, such as 0",
    )


def test_a_tpu_is_refused_with_the_release_it_would_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "__version__", "2.14.1+cpu")
    (row,) = accelerators.xla_devices()
    assert row.reason == "there is no torch_xla for PyTorch 2.14, which a TPU needs"
    with pytest.raises(DeviceError, match="torch_xla"):
        choose("xla", 1)


def test_the_driver_is_read_from_the_kernel(tmp_path: Path) -> None:
    assert why_not.nvidia_driver(tmp_path) is None
    text = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\n"
    write(tmp_path, "proc/driver/nvidia/version", text)
    assert why_not.nvidia_driver(tmp_path) == "580.65.06"


def test_a_child_gives_the_same_list() -> None:
    assert list_devices_in_child() == list_devices()


def test_the_module_run_by_itself_writes_one_line_of_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_backends(monkeypatch, cuda=[usable("cuda:0")])
    devices.main()
    output = capsys.readouterr().out
    assert output.count("\n") == 1
    assert [row["device"] for row in json.loads(output)] == ["cpu", "cuda:0", "xpu", "mps", "xla"]


def test_a_driver_that_hangs_costs_the_time_out_and_leaves_the_cpu() -> None:
    cpu, gpu = list_devices_in_child(timeout_seconds=0.05)
    assert cpu == devices.cpu_device()
    assert (gpu.device, gpu.usable) == ("gpu", False)
    assert gpu.reason == "asking PyTorch for its devices took longer than 0.05 s"


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/bin/echo", "/no/such/python"])
def test_a_child_that_fails_leaves_the_cpu(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(sys, "executable", program)
    cpu, gpu = list_devices_in_child()
    assert cpu.usable
    assert not gpu.usable
    assert str(gpu.reason).startswith("asking PyTorch for its devices failed")


def test_a_folder_called_core_does_not_answer_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "core/__init__.py", "")
    write(tmp_path, "core/devices.py", "raise SystemExit('the wrong core')")
    monkeypatch.chdir(tmp_path)
    assert list_devices_in_child()[1].device != "gpu"


# The choice


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        ("cpu", "cpu"),
        ("auto", "cuda:0"),
        (" CUDA ", "cuda:0"),
        ("cuda:1", "cuda:1"),
        ("0", "cuda:0"),
        ("1", "cuda:1"),
        ("xpu", "xpu:0"),
        ("mps", "mps"),
    ],
)
def test_what_is_asked_by_name_wins_over_n_gpu(
    monkeypatch: pytest.MonkeyPatch, requested: str, expected: str
) -> None:
    set_backends(
        monkeypatch,
        cuda=[usable("cuda:0"), usable("cuda:1")],
        xpu=[usable("xpu:0")],
        mps=[usable("mps")],
    )
    assert choose(requested, 0) == (expected, [])


def test_auto_takes_the_first_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    set_backends(monkeypatch)
    assert choose("auto", 1) == ("cpu", [])
    set_backends(monkeypatch, mps=[usable("mps")])
    assert choose("auto", 1) == ("mps", [])
    set_backends(monkeypatch, cuda=[broken("cuda:0"), usable("cuda:1")], xpu=[usable("xpu:0")])
    assert choose("auto", 1) == ("cuda:1", [])


@pytest.mark.parametrize("requested", ["cuda", "cuda:1", "0", "mps", "xpu:0"])
def test_asked_by_name_and_not_usable_is_an_error_with_reason_and_remedy(
    monkeypatch: pytest.MonkeyPatch, requested: str
) -> None:
    set_backends(monkeypatch)
    with pytest.raises(
        DeviceError, match=r"^device: .* cannot be used here: it is broken; mend it"
    ):
        choose(requested, 1)


def test_an_index_past_the_last_names_the_ones_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    set_backends(monkeypatch, cuda=[usable("cuda:0"), broken("cuda:1")])
    with pytest.raises(DeviceError, match=r"^device: cuda:7 .* there is only cuda:0, cuda:1$"):
        choose("7", 1)
    with pytest.raises(DeviceError, match=r"^device: cuda:1 .* it is broken"):
        choose("cuda:1", 1)


@pytest.mark.parametrize("requested", ["0,2", "0, 2", "cuda:0,2"])
def test_several_devices_are_for_a_process_each(
    requested: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_backends(monkeypatch, cuda=[usable("cuda:0"), broken("cuda:1"), usable("cuda:2")])
    assert choose(requested, 1) == ("cuda:0,cuda:2", [])
    assert choose(None, 2) == ("cuda:0,cuda:2", [])


def test_several_devices_must_all_be_there_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    set_backends(monkeypatch)
    with pytest.raises(DeviceError, match=r"^device: cuda:0 cannot be used here: it is broken"):
        choose("0,1", 1)
    set_backends(monkeypatch, cuda=[usable("cuda:0")], xpu=[usable("xpu:0"), usable("xpu:1")])
    with pytest.raises(DeviceError, match=r"^device: cuda:1 .* there is only cuda:0$"):
        choose("0,1", 1)
    with pytest.raises(DeviceError, match=r"names cuda:0 more than once$"):
        choose("0,0", 1)
    with pytest.raises(DeviceError, match=r"only CUDA devices train together$"):
        choose("xpu:0,xpu:1", 1)
    with pytest.raises(DeviceError, match=r"only CUDA .*; on the CPU give --nproc N$"):
        choose("0,cpu", 1)
    with pytest.raises(DeviceError, match=r"is no device"):
        choose("0,", 1)


@pytest.mark.parametrize("requested", ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "mps:1", "-1"])
def test_a_name_that_means_nothing_is_an_error(requested: str) -> None:
    with pytest.raises(DeviceError, match=r"^device: '.*' is no device: give auto, cpu"):
        choose(requested, 1)


def test_n_gpu_falls_back_to_the_cpu_with_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    set_backends(monkeypatch)
    assert choose(None, 0) == ("cpu", [])
    assert choose(None, -1) == ("cpu", [])
    device, notices = choose(None, 1)
    assert device == "cpu"
    assert notices == ["n_gpu is 1 but no GPU can be used here (it is broken): training on the CPU"]


def test_n_gpu_takes_as_many_accelerators_as_there_are_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_backends(monkeypatch, mps=[usable("mps")])
    assert choose(None, 1) == ("mps", [])
    set_backends(monkeypatch, cuda=[usable("cuda:0"), usable("cuda:1")])
    assert choose(None, 1) == ("cuda:0", [])
    assert choose(None, 2) == ("cuda:0,cuda:1", [])
    device, notices = choose(None, 3)
    assert device == "cuda:0,cuda:1"
    assert notices == ["n_gpu is 3 but only 2 can be used here: training on cuda:0,cuda:1"]
    set_backends(monkeypatch, mps=[usable("mps")])
    device, notices = choose(None, 2)
    assert device == "mps"
    assert notices[0].endswith("training on mps")
