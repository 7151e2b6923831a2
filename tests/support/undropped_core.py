"""`python -m core` whose networks drop nothing out; each process notes the images it trains on.

What is drawn differs with the number of processes; without draws their weights must agree.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from core import dataset
from core.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from torch import Tensor

    Change = Callable[[Tensor], Tensor]

SEEN = "MNIST_TUI_TEST_SEEN"
"""The folder of the notes: a file of each rank, the images of a step in a line."""


def undrop(patch: pytest.MonkeyPatch | None = None) -> None:
    """Make dropout pass everything on."""

    def keep(value: Tensor, *_: object, **__: object) -> Tensor:
        return value

    def keep_in(_: nn.Module, value: Tensor) -> Tensor:
        return value

    set_ = patch.setattr if patch is not None else setattr
    set_(nn.functional, "dropout", keep)
    set_(nn.Dropout2d, "forward", keep_in)


def _note() -> None:
    batch = dataset.Samples.batch
    file = Path(os.environ[SEEN]) / os.environ["RANK"]

    def noted(samples: Any, indices: Tensor, change: Change | None = None) -> Any:
        with file.open("a") as notes:
            notes.write(" ".join(map(str, indices.tolist())) + "\n")
        return batch(samples, indices, change)

    setattr(dataset.Samples, "batch", noted)  # noqa: B010  # as a patch does


if __name__ == "__main__":
    undrop()
    _note()
    sys.exit(main())
