"""What the Device pane says of each device."""

from __future__ import annotations

from dataclasses import replace

from core.machine.device import Device, unusable
from core.machine.load import Load
from tui.device.rows import Now, Result, bar, entry
from tui.widgets.device_list import DeviceList

CPU = Device("cpu", "AMD EPYC", True, None, None, 24_600_000_000, 2, "PyTorch 2.14.1+cpu")
CUDA = unusable(
    "cuda", "any GPU", "there is no NVIDIA driver for a GPU", "install its driver first"
)


def text(device: Device, now: Now, width: int = 60, *, brief: bool = False) -> list[str]:
    rows = entry(device, now, width, brief=brief)
    assert all(len(row) <= width for row in rows)
    return ["".join(cell.char for cell in row).rstrip() for row in rows]


def test_a_device_says_what_it_is_and_has() -> None:
    assert text(CPU, Now(chosen=True)) == [
        "▸ cpu    AMD EPYC",
        "         2 threads, 24.6 GB",
        "         PyTorch 2.14.1+cpu",
    ]
    assert len(text(CPU, Now(), brief=True)) == 2


def test_a_reason_hangs_below_the_name_and_not_at_the_edge() -> None:
    assert text(CUDA, Now(), 40) == [
        "  cuda   cannot: there is no NVIDIA",
        "         driver for a GPU; install its",
        "         driver first",
    ]
    assert "install" not in "".join(text(CUDA, Now(), 40, brief=True))


def test_load_users_and_results_have_lines_of_their_own() -> None:
    load = Load(0.94, 3_100_000_000, 24_600_000_000)
    now = Now(load=load, shares=(0.2, 0.7, 0.94), users=("[/x]/1",))
    now = replace(now, results=(Result("test", "it works (14:22)"), Result("speed", "9 images/s")))
    assert text(CPU, now, 70) == [
        "  cpu    AMD EPYC",
        "         2 threads, 3.1 of 24.6 GB used   busy  94 % ▂▆█",
        "         PyTorch 2.14.1+cpu",
        "         used by [/x]/1",
        "         it works (14:22)",
        "         9 images/s",
    ]


def test_the_history_is_short_and_never_out_of_range() -> None:
    assert bar((0.0, 0.5, 1.0, 7.0, -1.0)) == "▁▅██▁"
    assert len(bar((0.5,) * 100)) == 8


def test_what_does_not_fit_is_scrolled_to_by_the_cursor() -> None:
    devices = DeviceList([CPU, *(unusable(f"d{n}", "x", "no", "so") for n in range(9))])
    devices.complete = True
    rows = ["".join(cell.char for cell in row) for row in devices.draw(60, 6)]
    assert rows[-1] == "  ▾ 6 more lines"
    devices.cursor = 9
    rows = ["".join(cell.char for cell in row) for row in devices.draw(60, 6)]
    assert rows[-1].startswith("  d8")
    assert rows[0] == "  ▴ 6 more lines"
    assert not any("cpu" in row for row in rows)


def test_numbers_that_change_are_never_broken_apart() -> None:
    now = Now(load=Load(1.0, 3_100_000_000, 24_600_000_000), shares=(1.0,) * 9)
    assert text(CPU, now, 46)[1:3] == [
        "         2 threads, 3.1 of 24.6 GB used",
        "         busy 100 % ████████",
    ]
