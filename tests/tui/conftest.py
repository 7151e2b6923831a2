from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from scratch import PATIENCE_SECONDS, Scratch
from tiny_data import tiny_run, write_tiny_mnist

from core import launch
from core.runs import Run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir with 150 training and 200 test images."""
    return write_tiny_mnist(tmp_path_factory.mktemp("data"))


@pytest.fixture
def scratch(tmp_path: Path, tiny_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A folder to be in, with a config of two epochs on tiny data and no run yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(tiny_mnist)
    scratch = Scratch(tmp_path)
    scratch.write_config()
    return scratch


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, tiny_mnist: Path) -> Run:
    """A run of two epochs, really trained; tests take `finished`, a copy of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        run = tiny_run(tiny_mnist, tmp_path_factory.mktemp("trained"))
        worker = launch.in_thread(run)
        assert worker.join(PATIENCE_SECONDS)
        assert run.state().status(live=False) == "completed"
    return run


@pytest.fixture
def finished(scratch: Scratch, trained_once: Run) -> Run:
    """A finished run of two epochs in the scratch folder, a test's own."""
    path = scratch.saved / "tiny" / trained_once.id
    shutil.copytree(trained_once.path, path)
    return Run(path.resolve())
