"""Over a real SSH connection that is frozen and cut."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from link_faults import log_in
from program import APP, environment, outcome, processes_in, wait_for_epoch
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, wait_for
from ssh_server import MISSING, SshServer, ssh_server
from wire import COLUMNS, ROWS, freeze_and_thaw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def test_a_cut_link_leaves_a_run_that_another_folder_shows_and_stops(
    server: SshServer, scratch: Scratch, tmp_path: Path
) -> None:
    scratch.write_config(FOREVER)
    with log_in(server, scratch.path, [*APP, "--start"]) as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.wait_for("running", PATIENCE_SECONDS)
        app.process.kill()
        app.process.wait(PATIENCE_SECONDS)
    time.sleep(1)
    assert scratch.run().live()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with log_in(server, elsewhere, APP) as app:  # from any folder, it opens on the live run
        app.wait_for("running", PATIENCE_SECONDS)
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
    assert scratch.run().live()
    stop = [*APP, "stop", "latest"]
    subprocess.run(stop, cwd=elsewhere, check=True, env=environment())
    assert outcome(scratch.run()) == "stopped"
    wait_for(lambda: not processes_in(scratch.path))


def test_a_client_that_freezes_and_dies_leaves_nothing_but_the_run(
    server: SshServer, scratch: Scratch
) -> None:
    scratch.write_config({**FOREVER, "trainer.epochs": 20})
    with log_in(server, scratch.path, [*APP, "--start", "--rate", "30"]) as app:
        wait_for(lambda: scratch.runs() and scratch.run().state().epoch >= 1)
        app.process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        app.process.kill()
        app.process.wait(PATIENCE_SECONDS)
    wait_for(lambda: outcome(scratch.run()) == "completed")
    wait_for(lambda: not processes_in(scratch.path))


def test_a_client_that_thaws_shows_what_a_window_shows_that_was_never_frozen(
    server: SshServer, scratch: Scratch
) -> None:
    scratch.write_config(FOREVER)
    command = [*APP, "--start"]
    with log_in(server, scratch.path, command, rows=ROWS, columns=COLUMNS) as app:
        app.wait_for("running", PATIENCE_SECONDS)
        run = wait_for_epoch(scratch, 2)
        frozen = freeze_and_thaw(app, run, 2.0)
        assert frozen.right_after < 3  # the benchmark says 1, and how fast it trains meanwhile
        app.press("x")
        app.wait_for("stopped")
        app.press("q")
        assert app.wait() == 0


def test_an_idle_window_ends_with_its_connection(server: SshServer, scratch: Scratch) -> None:
    with log_in(server, scratch.path, APP) as app:
        app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        app.process.kill()
        app.process.wait(PATIENCE_SECONDS)
        wait_for(lambda: not processes_in(scratch.path))
