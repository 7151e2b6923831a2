"""A real run of pytorch-template, from the command line and from the window."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from template_run import RUN_ID, copy_template_run
from window import USUAL, WIDE, opened

from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scratch import Scratch
    from window import Window

    from core.runs import Run

NUM_TEST = 200
ROW = f"Mnist_LeNet/{RUN_ID}"


@pytest.fixture
def real(scratch: Scratch) -> Run:
    """The real run, a copy, where the config here keeps its runs."""
    return copy_template_run(scratch.path / scratch.saved)


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """A function that runs a command here: its exit code, stdout and stderr."""
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    handlers = [signal.getsignal(number) for number in numbers]

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["mnist-tui", *map(str, arguments)])
        capsys.readouterr()
        code = main()
        return code, *capsys.readouterr()

    yield call
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


def other_run(scratch: Scratch, real: Run) -> Run:
    """The run that was made beside the template's."""
    (run,) = [run for run in scratch.runs() if run.path != real.path]
    return run


# From the command line


def test_it_is_listed(real: Run, call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = call("runs", "--json")
    (row,) = json.loads(out)
    assert (code, row["run"], row["epoch"]) == (0, str(real.path), 3)
    assert [item["epoch"] for item in row["checkpoints"]] == [1, 2, 3, 3]
    _, out, _ = call("runs")
    assert out.startswith(f"{ROW}\t✓ finished\tval_loss 0.0666\t3 of 3\t\t")


def test_it_is_shown_with_its_chart(real: Run, call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = call("show", RUN_ID)
    assert (code, err) == (0, "")
    assert "✓ finished   3 epochs   all 3 epochs are done" in out
    assert "best val_loss 0.0666 at epoch 3" in out
    last = next(line for line in out.splitlines() if line.startswith("epoch 3/3"))
    assert last.endswith("val_top_k_acc 0.9985  25 s  best")
    _, out, _ = call("show", "latest", "--json")
    report: dict[str, Any] = json.loads(out)
    assert [row["epoch"] for row in report["history"]] == [1, 2, 3]
    assert report["history"][2]["val_accuracy"] == 0.9790083586626139
    _, out, _ = call("follow", real.path)
    assert out == ""


def test_it_is_tested_by_its_id_and_by_its_file(
    real: Run, call: Callable[..., tuple[int, str, str]]
) -> None:
    for reference in (RUN_ID, real.path / "checkpoint-epoch3.pth"):
        code, out, _ = call("test", "-r", reference, "--json")
        assert code == 0
        results = json.loads(out)
        assert results["num_samples"] == NUM_TEST
        assert results["accuracy"] > 0.95


def test_it_goes_on_to_epoch_4(
    scratch: Scratch, real: Run, call: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = call("train", "-r", RUN_ID)
    assert (code, out) == (2, "")
    assert err == "mnist-tui: finished 3 of 3 epochs: give --epochs N\n"
    code, out, err = call("train", "-r", RUN_ID, "--epochs", "4")
    assert code == 0, err
    assert [line.split("  ")[0] for line in out.splitlines()] == ["epoch 4/4"]
    child = other_run(scratch, real)
    assert [row.epoch for row in child.state().history] == [1, 2, 3, 4]
    assert child.parent() == real.path / "checkpoint-epoch3.pth"


def test_it_is_fine_tuned_with_another_rate(
    scratch: Scratch, real: Run, call: Callable[..., tuple[int, str, str]]
) -> None:
    best = real.path / "model_best.pth"
    code, out, err = call("train", "--fine-tune", best, "--lr", "0.0001", "--epochs", "1")
    assert code == 0, err
    assert [line.split("  ")[0] for line in out.splitlines()] == ["epoch 1/1"]
    assert "lr 0.0001" in out
    assert f"begins with the weights of {best}" in err
    assert other_run(scratch, real).parent() == best
    code, out, _ = call("runs", "--json")
    assert {row["parent"] for row in json.loads(out)} == {None, str(best)}


def test_fine_tuning_takes_blocks_of_a_config_as_resuming_does(
    scratch: Scratch, real: Run, call: Callable[..., tuple[int, str, str]]
) -> None:
    blocks = scratch.path / "blocks.json"
    blocks.write_text(json.dumps({"optimizer": {"type": "SGD", "args": {"lr": 0.01}}}))
    code, _, err = call("train", "--fine-tune", RUN_ID, "-c", blocks, "--epochs", "1")
    assert code == 0, err
    assert other_run(scratch, real).config()["optimizer"]["type"] == "SGD"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-r", RUN_ID, "--fine-tune", RUN_ID], "--fine-tune: begins anew where -r goes on"),
        (["--fine-tune", "none.pth"], "none.pth: there is no such file"),
        (["--fine-tune", "none"], "none: there is no such run: mnist-tui runs lists them"),
        (["--fine-tune", RUN_ID, "--set", "arch.type=NormalizedCnn"], "arch.type: "),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing_behind(
    arguments: list[str],
    expected: str,
    scratch: Scratch,
    real: Run,
    call: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = call("train", *arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert expected in err
    assert scratch.runs() == [real]


# From the window


async def select(window: Window, number: int) -> None:
    """Show the runs, and put the cursor that many rows below the template's run."""
    await window.list_runs()
    await window.until_shown(ROW)
    await window.press(*["down"] * number)


async def ended(window: Window) -> Run:
    """Wait until the run that this window trains has ended."""
    app = window.app
    await window.until(lambda: app.worker is not None and app.worker.ended is not None, "ended")
    assert app.worker is not None
    assert app.worker.ended is not None
    assert app.worker.ended.outcome == "completed", app.worker.ended.reason
    return app.worker.run


async def test_the_window_lists_and_opens_it(scratch: Scratch, real: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await select(window, 0)
        for text in ("✓ finished (template)", "val_loss 0.0666", "3 of 3", "checkpoint-epoch2.pth"):
            await window.until_shown(text)
        await window.press("enter")
        await window.until_shown(f"3 Live ─ {ROW}")
        for text in ("✓ finished", "3 epochs in ", "best val_loss 0.0666 at epoch 3", "0.9790"):
            await window.until_shown(text)
        await window.press("l")
        await window.until_shown("06:27:05,580 - trainer - INFO")


async def test_the_window_tests_it(scratch: Scratch, real: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await select(window, 0)
        await window.press("t")
        await window.until_page()
        await window.until_shown("model_best.pth on the test images")
        await window.until_shown("of 200 wrong")


async def test_the_window_goes_on_with_it_to_epoch_4(scratch: Scratch, real: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await select(window, 0)
        await window.press("r")
        await window.until_shown("All 3 epochs are done. Train up to which epoch?")
        await window.type("4")
        await window.press("enter")
        await window.until_asked()  # a new run, and not exact: its files do not say all
        await window.press("y")
        run = await ended(window)
        await window.until_shown("✓ finished")
    assert [row.epoch for row in run.state().history] == [1, 2, 3, 4]
    assert run.parent() == real.path / "checkpoint-epoch3.pth"


async def test_the_window_fine_tunes_it_with_another_rate(scratch: Scratch, real: Run) -> None:
    async with opened(scratch, WIDE) as window:
        await select(window, 1)
        await window.press("f")
        await window.until_shown("1 Config ─ fine-tunes checkpoint-epoch1.pth")
        await window.until_shown("s       fine-tune checkpoint-epoch1.pth: up to 3 epochs")
        assert window.app.draft.parent == real.path / "checkpoint-epoch1.pth"
        await window.change("optimizer.args.lr", "0.0002")
        await window.change("trainer.epochs", "1")
        await window.press("escape", "s")
        run = await ended(window)
    assert run.parent() == real.path / "checkpoint-epoch1.pth"
    assert run.fine_tunes()
    assert [(row.epoch, row.lr) for row in run.state().history] == [(1, 0.0002)]
    assert run.path.is_relative_to((scratch.path / scratch.saved).resolve())


async def test_undo_takes_the_fine_tuning_back_and_redo_brings_it(
    scratch: Scratch, real: Run
) -> None:
    async with opened(scratch, USUAL) as window:
        before = window.app.draft.text.text
        await select(window, 0)
        await window.press("f")
        await window.until(lambda: window.app.draft.parent is not None, "taken")
        await window.until_shown("fine-tunes model_best.pth ─ config.json")
        await window.press("ctrl+z")
        assert (window.app.draft.parent, window.app.draft.text.text) == (None, before)
        await window.press("ctrl+y")
        assert window.app.draft.parent == real.path / "model_best.pth"


async def test_a_checkpoint_that_cannot_be_read_is_not_fine_tuned(
    scratch: Scratch, real: Run
) -> None:
    (real.path / "model_best.pth").write_bytes(b"PK\x03\x04")
    async with opened(scratch, WIDE) as window:
        await select(window, 0)
        await window.press("f")
        await window.until(lambda: "is cut off or damaged" in window.notices(), "said")
        assert window.app.draft.parent is None
