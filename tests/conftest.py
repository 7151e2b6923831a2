"""What every test may rely on: no test reads or writes what the person at this machine keeps."""

from __future__ import annotations

import gc
import gzip
import os
import struct
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# A busy machine is no mistake of the code's, and who runs the tests again sees the same.
settings.register_profile("quiet", deadline=None, derandomize=True, database=None)
settings.load_profile("quiet")

# Two hundred processes of the program are started, as people start it: with its bytecode kept. Some
# images of machines ask Python to keep none, and then each of them compiles it all again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Each test drops a whole window, and the collector looks through all modules again: a fifth of the
# time of the suite.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def scratch_home_of_fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same for fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("session-home")
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        yield


@pytest.fixture(autouse=True)
def scratch_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the user's own state and preferences, and a usual terminal."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home


@pytest.fixture
def write_idx() -> Callable[..., Path]:
    """A function that writes a small data set in MNIST's format."""
    return _write_idx


def _write_idx(
    folder: Path, *, num_train: int = 20, num_test: int = 10, compressed: bool = False
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", num_train), ("t10k", num_test)):
        images = struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28) + bytes(
            (7 * i) % 256 for i in range(count * 784)
        )
        labels = struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(i % 10 for i in range(count))
        for kind, content in (("images-idx3", images), ("labels-idx1", labels)):
            path = folder / f"{prefix}-{kind}-ubyte"
            if compressed:
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
            else:
                path.write_bytes(content)
    return folder
