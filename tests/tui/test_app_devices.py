"""The Device pane: what there is, how busy and how fast it is."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from scratch import beginning
from tiny_data import tiny_config
from window import USUAL, WIDE, Window, opened

from core import runs
from core.devices import cpu_device
from core.errors import MistakeError
from core.journal import Journal
from core.machine.device import Device, unusable
from core.processes import several
from tui.device import probing
from tui.messages import DevicesFound

if TYPE_CHECKING:
    from scratch import Scratch

GPU = Device("cuda:0", "A [/x] GPU", True, None, None, 16_000_000_000, None, "PyTorch, driver 580")
FOUND = [cpu_device(), GPU, unusable("mps", "Apple GPU", "only Macs have it", "use another")]


def num_watches() -> int:
    return sum(thread.name == "load" for thread in threading.enumerate())


async def find(window: Window) -> None:
    window.main.post_message(DevicesFound(FOUND))
    await window.until_shown("cannot: only Macs have it")


async def test_the_cursor_moves_and_enter_chooses_the_next_runs_device(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("2")
        await window.until_shown("asking torch for other devices")
        await find(window)
        assert "A [/x] GPU" in window.text()
        assert "▸ cpu" in window.text()
        await window.press("down", "enter")
        assert window.app.draft.get(("device",)) == "cuda:0"
        await window.until_shown("▸ cuda:0")
        await window.press("down", "down", "enter")
        assert "mps cannot be used: only Macs have it" in window.notices()
        assert window.app.draft.get(("device",)) == "cuda:0"


async def test_plus_and_minus_choose_several_gpus(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("2")
        window.main.post_message(DevicesFound([*FOUND, replace(GPU, device="cuda:1")]))
        await window.until_shown("cannot: only Macs have it")
        await window.press("down", "plus")
        assert window.app.draft.get(("device",)) == "cuda:0"
        await window.press("down", "down", "plus")
        assert window.app.draft.get(("device",)) == "cuda:0,cuda:1"
        assert "the next run is trained on cuda:0 and cuda:1" in window.notices()
        await window.until_shown("▸ cuda:1")
        assert "▸ cuda:0" in window.text()
        await window.press("minus")
        assert window.app.draft.get(("device",)) == "cuda:0"
        await window.press("up", "up", "minus")
        assert "cuda:0: is the only one" in window.notices()


async def test_plus_on_the_cpu_trains_in_two_processes_that_the_window_asks(
    scratch: Scratch,
) -> None:
    cpu = replace(cpu_device(), threads=2)
    async with opened(scratch, USUAL) as window:
        window.main.post_message(DevicesFound([cpu]))
        await window.press("2", "plus")
        await window.until_shown("the next run in 2 processes")
        assert "cpu, 2 processes of 1 thread" in window.text()
        await window.press("plus")
        assert "the CPU runs 2 at once" in window.notices()
        window.app.draft.set(("trainer", "epochs"), 1000)
        window.app.draft.set(("trainer", "early_stop"), 0)
        await window.press("s")
        await window.until_shown("best val_loss")
        await window.press("x")
        await window.until_shown("■ stopped")
        assert window.app.state is not None
        assert window.app.state.started is not None
        assert window.app.state.started.world_size == 2
        assert isinstance(window.app.worker, several.Processes)
        await window.until(lambda: not window.app.training)  # torchrun itself needs a moment


async def test_speed_and_self_test_are_told_in_the_row(scratch: Scratch) -> None:
    asked: list[dict[str, str]] = []
    answers: list[Any] = [
        {"images_per_second": 12900.0, "seconds_an_epoch": 4.2, "threads": 2},
        {"passed": True, "difference": 0.0, "seconds": 0.5},
        {"passed": False, "difference": 0.9, "seconds": 0.5},
        MistakeError("the driver [/x] is gone"),
    ]
    go_on = asyncio.Event()

    async def ask(question: dict[str, str]) -> dict[str, Any]:
        asked.append(question)
        await go_on.wait()
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer
        return found

    with patch.object(probing, "_ask", ask):
        async with opened(scratch, USUAL) as window:
            await window.press("2")
            await find(window)
            await window.press("b")
            await window.until_shown("measuring its speed …")
            await window.press("y")
            assert "a device is being asked already" in window.notices()
            go_on.set()
            await window.until_shown("12,900 images/s with this config, an epoch in about 4.2 s (")
            assert asked == [{"device": "cpu", "config": window.app.draft.text.text}]
            await window.press("down", "y")
            await window.until_shown("self-test passed: a training step gives the right numbers")
            assert asked[1] == {"device": "cuda:0"}
            await window.press("y")
            await window.until_shown("self-test failed: a training step's gradient is wrong by 90%")
            await window.press("y")
            await window.until_shown("the driver [/x] is gone (")


@pytest.mark.parametrize(
    "error", [OSError(12, "Cannot allocate memory"), KeyError("passed"), RuntimeError("odd [/x]")]
)
async def test_an_error_of_the_probe_is_told_and_the_next_question_answered(
    error: Exception, scratch: Scratch
) -> None:
    answers: list[Any] = [error, {"passed": True, "difference": 0.0, "seconds": 0.5}]

    async def ask(_question: dict[str, str]) -> dict[str, Any]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer
        return found

    with patch.object(probing, "_ask", ask):
        async with opened(scratch, WIDE) as window:
            await window.press("2", "y")
            await window.until_shown(f"could not be asked: {type(error).__name__}")
            await window.press("y")
            await window.until_shown("self-test passed")


async def test_the_load_is_shown_only_while_somebody_may_look(scratch: Scratch) -> None:
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": "told"})
    run = runs.create(scratch.path / scratch.saved, "told", text.text)
    with patch("tui.device.load_watch.SECONDS", 0.1), Journal(run.journal_path) as journal:
        for event in beginning(epochs=10):
            journal.append(event)
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            assert num_watches() == 0
            await window.press("2")
            await window.until_shown("% ")
            await window.until_shown("used by told/")
            assert "(2 threads)" in window.text()
            await window.press("3")
            await window.until(lambda: num_watches() == 0, "at rest")
        async with opened(scratch, WIDE, shown=[run]) as window:
            await window.until_shown(" busy ")
        async with opened(scratch, WIDE) as window:
            await window.settle()
            assert num_watches() == 0
            await window.press("2")
            await window.until_shown(" busy ")
            await window.press("escape", "3")
            await window.until_hidden(" busy ")
    assert num_watches() == 0 or not window.app.is_running


async def test_the_probe_answers_from_a_process_of_its_own() -> None:
    assert (await probing.self_test("cpu")).startswith("self-test passed")
    with pytest.raises(MistakeError, match=r"^device: cuda:99 cannot be used here"):
        await probing.self_test("cuda:99")
