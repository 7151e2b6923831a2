"""Several processes that train one run, by torch.distributed: what they tell each other.

Whatever is called here is called by every rank, at the same place of the training. What one of
them decides by its own clock, signals or requests goes through `any` and `ordered` first.

torch is imported inside functions only: a rank is made before that, and heeds signals meanwhile.
"""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.errors import MistakeError
from core.processes import importing
from core.processes.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

PATIENCE = timedelta(seconds=120)
"""Until a rank that says nothing counts as gone. One that was killed is noticed at once; this is
for a machine without power, and longer than a slow disk may take for a checkpoint."""
PATIENCE_AT_START = timedelta(hours=2)
"""While the first rank may be downloading a data set."""
PATIENCE_TO_MEET = timedelta(minutes=10)
"""For the others to come: they import torch, perhaps from a slow disk."""

_HERE = "mnist-tui/here/"
_SIGNS_OF_ONE_GONE = (
    "gloo",
    "nccl",
    "connection closed",
    "connection reset",
    "timed out",
    "timeout",
)


class Together(Ranks):
    """One of several ranks."""

    def __init__(self, *, rank: int, size: int, local_rank: int, local_size: int) -> None:
        self.rank, self.size = rank, size
        self.local_rank, self.local_size = local_rank, local_size
        self._starting: Any = None
        """The group that waits as long as a start may take; torch has no type for it."""

    @contextlib.contextmanager
    def joined(self, check: Callable[[], None]) -> Iterator[None]:
        """Meet the others, by the address that torchrun gave."""
        from torch import distributed

        importing.aside(self._meet, check, name="meet")
        yield
        # Not after an error: it would wait for those that are gone.
        distributed.destroy_process_group()

    @contextlib.contextmanager
    def first_before_others(self) -> Iterator[None]:
        """The first may download, or mend what the others read."""
        from torch import distributed

        if not self.first:
            distributed.barrier(group=self._starting)
        yield
        if self.first:
            distributed.barrier(group=self._starting)

    def share(self, num_samples: int) -> slice:
        """Every so-manieth sample; the shares differ by one at most."""
        return slice(self.rank, None, self.size) if self.rank < num_samples else slice(0, 1)

    def part(self, batch: Any) -> Any:
        """Of the indices that every rank has."""
        return batch[self.share(len(batch))]

    def num_whole(self, batch: Any, _labels: Tensor) -> int:
        """As many as there are indices."""
        return len(batch)

    def num_counted(self, num_samples: int) -> int:
        """As many as the share has, but none where it is one that others have too."""
        return len(range(self.rank, num_samples, self.size))

    def weighed(self, loss: Tensor, num_samples: int) -> Tensor:
        """A share counts by its size: the last batch of an epoch need not divide evenly."""
        return loss * (self.num_counted(num_samples) * self.size / num_samples)

    def wrapped(self, model: nn.Module) -> nn.Module:
        """In torch's own wrapper. It begins with the first rank's weights everywhere."""
        from torch.nn.parallel import DistributedDataParallel

        return DistributedDataParallel(model)

    def any(self, wanted: bool) -> bool:
        """One number a step: the only thing that every step costs beside its gradients."""
        import torch
        from torch import distributed

        word = torch.tensor([int(wanted)])
        distributed.all_reduce(word, distributed.ReduceOp.MAX)
        self.met = bool(word.item())
        return self.met

    def total(self, sums: Tensor) -> Tensor:
        """Added up in the order of the ranks, so that each has the same bits."""
        import torch

        if not sums.numel():
            return sums
        return torch.stack(self._all(sums.cpu())).sum(0).to(sums.device)

    def gathered(self, value: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        """All have the same keys and sizes."""
        found = {key: self._all(value[key]) for key in sorted(value)}
        return [{key: found[key][rank] for key in value} for rank in range(self.size)]

    def ordered(self, stop: int, orders: bytes) -> tuple[int, bytes]:
        """Two numbers, and a line of JSON now and then."""
        import torch
        from torch import distributed

        words = torch.tensor([stop, len(orders) if self.first else 0])
        distributed.all_reduce(words, distributed.ReduceOp.MAX)
        stop, length = words.tolist()
        if not length:
            return stop, b""
        text = torch.empty(length, dtype=torch.uint8)
        if self.first:
            text = torch.frombuffer(bytearray(orders), dtype=torch.uint8)
        distributed.broadcast(text, 0)
        return stop, bytes(text.tolist())

    def alike(self, model: nn.Module) -> None:
        """Those of the first, whose network is the one that is saved."""
        from torch import distributed

        for buffer in model.buffers():
            distributed.broadcast(buffer, 0)

    def says_one_is_gone(self, error: BaseException) -> bool:
        """torch has a class of its own only for some of them."""
        text = str(error).lower()
        by_torch = isinstance(error, RuntimeError) and any(
            sign in text for sign in _SIGNS_OF_ONE_GONE
        )
        return by_torch or super().says_one_is_gone(error)

    def one_is_gone(self) -> bool:
        """torchrun starts them all at once, and takes leave of those that end."""
        import psutil

        try:
            here = psutil.Process(os.getppid()).children()
            alive = sum(item.status() != psutil.STATUS_ZOMBIE for item in here)
        except psutil.Error:  # one that ended while it was looked at
            return True
        return alive < self.local_size

    def device(self, name: str) -> str:
        """The one of this machine's that the rank is the so-manieth to take."""
        names = name.split(",")
        kind = names[0].partition(":")[0]
        if kind == "cpu":
            return name
        if kind != "cuda":
            raise MistakeError(f"device: several processes train on cpu or cuda, not on {kind}")
        import torch

        # What a config says of a single GPU, n_gpu or auto, means none in particular.
        found = torch.cuda.device_count()
        names = names if len(names) > 1 else [f"cuda:{number}" for number in range(found)]
        if len(names) < self.local_size:
            raise MistakeError(
                f"device: {self.local_size} processes here, but {len(names)} for them to train "
                f"on ({', '.join(names)}): start as many processes, or give cpu"
            )
        torch.cuda.set_device(names[self.local_rank])  # NCCL takes it for its own
        return names[self.local_rank]

    def seed(self, seed: int, step: int = 0) -> int | None:
        """Another one for each rank but the first, whose draws are those of a single process.

        torch's generator looks at the last 32 bits alone: the factors stir them.
        """
        if self.first:
            return None
        return (seed + self.rank * 0x9E3779B1 + step * 0x85EBCA77) % 2**32

    def _meet(self) -> None:
        import torch
        import torch._dynamo  # by torch's own wrapper; it takes as long as torch again
        from torch import distributed
        from torch.distributed.rendezvous import rendezvous

        store, _, _ = next(rendezvous("env://", timeout=PATIENCE))
        # One may be longer on its way than any may take for an answer later.
        store.set(f"{_HERE}{self.rank}", "")
        store.wait([f"{_HERE}{rank}" for rank in range(self.size)], PATIENCE_TO_MEET)
        # The small things are on the CPU, whatever the network is on.
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        distributed.init_process_group(
            backend, store=store, rank=self.rank, world_size=self.size, timeout=PATIENCE
        )
        self._starting = distributed.new_group(backend="gloo", timeout=PATIENCE_AT_START)

    def _all(self, value: Tensor) -> list[Tensor]:
        import torch
        from torch import distributed

        found = [torch.empty_like(value) for _ in range(self.size)]
        distributed.all_gather(found, value)
        return found
