from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from scratch import Scratch
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def tiny_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir with 150 training and 200 test images."""
    return write_tiny_mnist(tmp_path_factory.mktemp("data"))


@pytest.fixture
def scratch(tmp_path: Path, tiny_mnist: Path) -> Iterator[Scratch]:
    """A folder with a config of two epochs on tiny data, which lies where the presets look.

    What still trains in it at the end is killed: a test that failed must not leave a run behind
    that outlives its terminal, as runs do.
    """
    (tmp_path / "data").symlink_to(tiny_mnist)
    scratch = Scratch(tmp_path)
    scratch.write_config()
    yield scratch
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if Path(process.cwd()) == tmp_path:
                process.kill()
