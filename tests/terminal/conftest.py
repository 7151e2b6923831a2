from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scratch import Scratch
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir with 600 training and 200 test images."""
    return write_tiny_mnist(tmp_path_factory.mktemp("data"))


@pytest.fixture
def scratch(tmp_path: Path, tiny_mnist: Path) -> Scratch:
    """A folder with a config of two epochs on tiny data, which lies where the presets look."""
    (tmp_path / "data").symlink_to(tiny_mnist)
    scratch = Scratch(tmp_path)
    scratch.write_config()
    return scratch
