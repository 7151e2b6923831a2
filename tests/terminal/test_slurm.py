"""The scripts of docs/where.md for SLURM, bash in the place of its batch shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from program import PROJECT, environment, kill_all_in, outcome, wait_for_epoch
from scratch import FOREVER, PATIENCE_SECONDS, Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEUED = 128 + 10
SHORT, REQUEUING = re.findall(
    r"```(?:sh|bash)\n(#!/bin/bash\n.*?)```",
    (PROJECT / "docs" / "where.md").read_text(encoding="utf-8"),
    re.DOTALL,
)
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


class Cluster:
    """A folder to submit jobs from, with a `scontrol` that only keeps what it was asked."""

    def __init__(self, scratch: Scratch) -> None:
        self._folder, self._tools = scratch.path, scratch.path / "bin"
        self._tools.mkdir()
        self._asked = scratch.path / "asked"
        self._write_tool("scontrol", f'echo "$@" >> {self._asked}')
        self._write_tool("mnist-tui", f'exec {sys.executable} -m tui "$@"')

    def submit(self, script: str) -> subprocess.Popen[bytes]:
        """Run a batch script as job 42; the process is the batch shell."""
        path = self._folder / "job.sh"
        path.write_text(script)
        settings = {
            "PATH": f"{self._tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._folder),
            "SLURM_JOB_ID": "42",
        }
        return subprocess.Popen(
            ["bash", str(path)], cwd=self._folder, env=environment() | settings,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def requeued(self) -> list[str]:
        """What `scontrol` was asked."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []

    def _write_tool(self, name: str, line: str) -> None:
        path = self._tools / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)


@pytest.fixture
def cluster(scratch: Scratch) -> Iterator[Cluster]:
    yield Cluster(scratch)
    kill_all_in(scratch.path)


def test_a_job_saves_itself_before_its_time_is_over_is_requeued_and_goes_on(
    scratch: Scratch, cluster: Cluster
) -> None:
    scratch.write_config({**FOREVER, "trainer.epochs": 8})
    first = cluster.submit(REQUEUING)
    run = wait_for_epoch(scratch, 1)
    first.send_signal(REQUEUED - 128)  # the batch shell alone
    assert first.wait(PATIENCE_SECONDS) == REQUEUED
    assert outcome(run) == "stopped"
    assert cluster.requeued() == ["requeue 42"]

    second = cluster.submit(REQUEUING)
    assert second.wait(PATIENCE_SECONDS) == 0
    assert cluster.requeued() == ["requeue 42"]
    assert scratch.run() == run  # there is no other
    assert outcome(run) == "completed"


def test_in_the_place_of_the_batch_shell_the_program_saves_itself(
    scratch: Scratch, cluster: Cluster
) -> None:
    scratch.write_config(FOREVER)
    job = cluster.submit(SHORT)
    run = wait_for_epoch(scratch, 1)
    job.send_signal(REQUEUED - 128)
    assert job.wait(PATIENCE_SECONDS) == REQUEUED
    assert outcome(run) == "stopped"
    assert (run.path / "last.pth").exists()
