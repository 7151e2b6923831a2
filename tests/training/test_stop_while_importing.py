"""A signal while torch is still imported is answered at once, not after the import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from program import APP, environment, outcome, scratch_in, train
from scratch import PATIENCE_SECONDS, wait_for
from tiny_data import write_tiny_mnist

from core import runs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("way", ["train", "detached"])
def test_a_signal_during_the_import_of_torch_ends_the_run_at_once_and_it_can_be_resumed(
    way: str, tmp_path: Path
) -> None:
    data = write_tiny_mnist(tmp_path / "data")
    cut = scratch_in(tmp_path / "cut", data, {})
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "numpy.py").write_text("import time\ntime.sleep(3600)\n")  # torch imports it
    usual = environment()
    path = {"PYTHONPATH": f"{slow}{os.pathsep}{usual['PYTHONPATH']}"}
    command = [*APP, "train"]
    if way == "detached":
        run = runs.create(cut.path / cut.saved, "detached", cut.config_path.read_text())
        command = [sys.executable, "-m", "core", str(run.path)]
    process = subprocess.Popen(
        command, env=usual | path, cwd=cut.path, stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: cut.runs() and cut.run().state().phase == "importing torch")
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors.count("Traceback")) == (128 + signal.SIGTERM, 0)
    run = cut.run()
    ended = run.state().ended
    assert ended is not None
    assert (ended.outcome, ended.reason) == ("stopped", "SIGTERM")
    if way == "train":
        train(cut, "-r", str(run.path))
        assert outcome(run) == "completed"
