"""What is written on a plain stream."""

from __future__ import annotations

import io
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from recorded import recorded
from scratch import Scratch, beginning, told_run

from core.devices import Device
from core.events import EpochEnded, NoticeGiven
from tui import console, say

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

Capture = pytest.CaptureFixture[str]


def test_a_complaint_is_one_clean_line_on_stderr(capsys: Capture) -> None:
    say.complain("no\x1b[2J\nluck")
    assert capsys.readouterr() == ("", "mnist-tui: no\\x1b[2J\\nluck\n")


def test_an_epoch_is_one_line() -> None:
    row = beginning()[-1]
    assert isinstance(row, EpochEnded)
    assert console.epoch_line(row, 3) == (
        "epoch 1/3  loss 0.5000  accuracy 0.8000  val_loss 0.2500  val_accuracy 0.9000  "
        "lr 0.001  1.0 s  12,900 images/s  best"
    )


def follow(run: Run, capsys: Capture, **options: Any) -> tuple[str, str]:
    console.follow(run, run.live, **options)
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_following_prints_each_epoch_once_and_notices_beside_it(
    scratch: Scratch, capsys: Capture
) -> None:
    run = told_run(scratch, "told", NoticeGiven(message="look\x1b here"))
    out, err = follow(run, capsys)
    assert [line.split("  ")[0] for line in out.splitlines()] == ["epoch 1/1"]
    assert err == "mnist-tui: look\\x1b here\n"


def test_progress_is_drawn_by_who_follows_and_by_no_thread_of_its_own(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread would end with a traceback where the terminal goes away, which the log keeps."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    begun: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", begun.append)
    run = told_run(scratch, "told")
    console.follow(run, run.live)
    assert begun == []
    assert "epoch 1 of 1" in terminal.getvalue()


def test_following_from_an_offset_says_nothing_of_what_was_before(
    scratch: Scratch, capsys: Capture
) -> None:
    run = told_run(scratch, "told", NoticeGiven(message="old"))
    assert follow(run, capsys, offset=run.journal_path.stat().st_size) == ("", "")


def test_at_verbosity_0_epochs_are_not_said(scratch: Scratch, capsys: Capture) -> None:
    run = told_run(scratch, "told", edits={"trainer.verbosity": 0})
    assert follow(run, capsys) == ("", "")


def test_no_runs_say_how_to_get_one(capsys: Capture) -> None:
    console.run_table([])
    assert "start one with mnist-tui" in capsys.readouterr().out


def test_a_device_says_what_it_has_or_what_to_do(capsys: Capture) -> None:
    console.device_table(
        [
            Device("cpu", "A processor", True, None, None, 24_000_000_000, 2),
            Device("cuda", "", False, "no driver", "install one", None, None),
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "cpu\tA processor\tusable\t2 threads, 24.0 GB",
        "cuda\t\tcannot be used: no driver\tinstall one",
    ]


def test_a_test_result_has_the_matrix_and_the_share_of_each_class(
    scratch: Scratch, capsys: Capture
) -> None:
    results = {
        "loss": 0.1, "accuracy": 0.75, "num_samples": 1200,
        "confusion": [[600, 300], [0, 300]], "mistakes": [{"index": 1}] * 300,
    }  # fmt: skip
    console.test_result(scratch.path / "last.pth", json.loads(json.dumps(results)))
    out = capsys.readouterr().out
    assert "loss 0.1000  accuracy 0.7500 on 1,200 test images" in out
    assert "   0   600 300  66.7%" in out
    assert out.endswith("300 mistakes\n")
    (scratch.path / "last.pth.test.json").touch()
    console.test_result(scratch.path / "last.pth", results)
    assert capsys.readouterr().out.endswith("300 mistakes; kept in last.pth.test.json\n")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_chart_keeps_to_the_width_it_was_given(
    width: int, scratch: Scratch, capsys: Capture
) -> None:
    run = told_run(scratch, "told")
    console.show(run, ascii_glyphs=True, width=width, height=12)
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= width for line in lines[2:14])


def test_who_leaves_a_run_that_goes_on_is_told_where(tmp_path: Path, capsys: Capture) -> None:
    with recorded(tmp_path, "running") as run:
        console.farewell(run, metric="loss", ascii_glyphs=False)
    assert "it goes on in process 4242 on here: mnist-tui shows it again" in capsys.readouterr().out
    with recorded(tmp_path / "ended", "completed") as run:
        console.farewell(run, metric="loss", ascii_glyphs=False)
    assert "goes on" not in capsys.readouterr().out
