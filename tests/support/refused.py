"""What is said of a file that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core import checkpoint
from core.checkpoint import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path) -> str:
    """Why `path` cannot be used; one line that names it."""
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")
