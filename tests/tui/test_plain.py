"""`mnist-tui --plain`: the app's work in plain lines."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import warm
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, told_run, wait_for

from tui.cli import _parser, main

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = (sys.executable, "-m", "tui")


def test_with_start_it_trains_in_plain_lines(scratch: Scratch) -> None:
    done = warm.run(["--plain", "--start"], cwd=scratch.path)
    assert done.returncode == 0, done.stderr
    assert [line.split("  ")[0] for line in done.stdout.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert scratch.run().state().status(live=False) == "completed"


@pytest.mark.parametrize("arguments", [["--plain", "train"], ["train", "--plain"]])
def test_train_is_plain_wherever_it_is_said(arguments: Sequence[str]) -> None:
    assert _parser().parse_args(arguments).plain
    assert not _parser().parse_args(["train"]).plain


@pytest.mark.parametrize("arguments", [[], ["-r", "latest"], ["-r", "{run}/last.pth"]])
def test_without_a_live_run_it_says_which_commands_to_use(
    arguments: Sequence[str],
    scratch: Scratch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_run(scratch, "told")
    given = [argument.format(run=told.path) for argument in arguments]
    monkeypatch.setattr("sys.argv", ["mnist-tui", "--plain", *given])
    assert main() == 2
    captured = capsys.readouterr()
    (sentence,) = captured.err.splitlines()
    assert "`mnist-tui --plain --start`" in sentence
    assert "`mnist-tui runs`" in sentence
    assert captured.out == ""


def test_it_follows_the_live_run_to_its_end(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    training = warm.start(["train"])
    try:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        following = subprocess.Popen(
            [*COMMAND, "--plain"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        assert following.stdout is not None
        assert following.stdout.readline().startswith("epoch 1/1000000  loss ")
        training.terminate()
        rest = following.communicate(timeout=PATIENCE_SECONDS)[0]
        assert following.returncode == 0
        assert all(line.startswith("epoch ") for line in rest.splitlines())
    finally:
        training.kill()
        training.wait()
