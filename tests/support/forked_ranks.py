"""The processes of a run as torchrun starts them, forked from one that has imported torch already.

Under torchrun itself each of them imports it anew, which takes longer than all that is tested here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.processes.ranks import BY_TORCHRUN

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    import pytest
    from torch import Tensor

    from core.runs import Run

    Change = Callable[[Tensor], Tensor]

PRELOAD = ["core.trainer", "torch._dynamo", "torch.distributed", "torch.nn.parallel"]


@dataclass(frozen=True)
class Odd:
    """What is unlike a real process."""

    undropped: bool = False
    """Dropout passes everything on: what is drawn differs with the number of processes."""
    seen: Path | None = None
    """The folder where each notes the images it trains on, a step in a line."""
    stop_at: int | None = None
    """The step in which the last of them gets a signal."""


def start(run: Run, num_processes: int, odd: Odd | None = None) -> list[ForkServerProcess]:
    """Start them all; the first is the one that writes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ranks = []
    for number in range(num_processes):
        variables = {
            BY_TORCHRUN: "test", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            "RANK": str(number), "LOCAL_RANK": str(number),
            "WORLD_SIZE": str(num_processes), "LOCAL_WORLD_SIZE": str(num_processes),
        }  # fmt: skip
        arguments = (run.path, variables, odd or Odd())
        ranks.append(context.Process(target=_train, args=arguments, daemon=True))
        ranks[-1].start()
    return ranks


def train(run: Run, num_processes: int, odd: Odd | None = None) -> None:
    """Train to the end, which must be a good one."""
    ranks = start(run, num_processes, odd)
    assert exit_codes(ranks) == [0] * num_processes, run.log_path.read_text()


def exit_codes(ranks: list[ForkServerProcess]) -> list[int | None]:
    """Wait for the end of all."""
    for rank in ranks:
        rank.join(60)
    return [rank.exitcode for rank in ranks]


def undrop(patch: pytest.MonkeyPatch | None = None) -> None:
    """Make dropout pass everything on."""
    from torch import nn

    def keep(value: Tensor, *_: object, **__: object) -> Tensor:
        return value

    def keep_in(_: nn.Module, value: Tensor) -> Tensor:
        return value

    set_ = patch.setattr if patch is not None else setattr
    set_(nn.functional, "dropout", keep)
    set_(nn.Dropout2d, "forward", keep_in)


def _train(path: Path, variables: dict[str, str], odd: Odd) -> None:
    os.environ.update(variables)
    log = os.open(path / "train.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["core", str(path)]
    if odd.undropped:
        undrop()
    _watch(odd)
    from core.__main__ import main

    sys.exit(main())


def _watch(odd: Odd) -> None:
    from core import dataset

    rank, size = os.environ["RANK"], int(os.environ["WORLD_SIZE"])
    batch, num_steps = dataset.Samples.batch, 0

    def watched(samples: Any, indices: Tensor, change: Change | None = None) -> Any:
        nonlocal num_steps
        num_steps += 1
        if num_steps == odd.stop_at and int(rank) == size - 1:
            signal.raise_signal(signal.SIGUSR1)
        if odd.seen is not None:
            with (odd.seen / rank).open("a") as notes:
                notes.write(" ".join(map(str, indices.tolist())) + "\n")
        return batch(samples, indices, change)

    setattr(dataset.Samples, "batch", watched)  # noqa: B010  # as a patch does
