from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tiny_data import write_tiny_mnist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir with 150 training and 200 test images."""
    return write_tiny_mnist(tmp_path_factory.mktemp("data"))
