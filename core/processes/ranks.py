"""The processes that train one run together: which of them this is, and what falls to it.

By itself a process is all of them, and nothing here costs anything. Under torchrun each is a rank;
what they tell each other is in `together.py`.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import Tensor, nn

BY_TORCHRUN = "TORCHELASTIC_RUN_ID"
"""Set by torchrun alone; clusters set RANK and WORLD_SIZE for programs that never asked."""


class RankLostError(Exception):
    """Another rank is gone, without which this one cannot go on."""


class Ranks:
    """A process that trains by itself, and what those of several do in its place."""

    rank = local_rank = 0
    """Among all, and among those of this machine."""
    size = local_size = 1
    met: bool | None = None
    """Whether the last step was one after which the ranks talk; None before the first."""

    @property
    def first(self) -> bool:
        """Whether this is the one that writes: journal, log, checkpoints."""
        return self.rank == 0

    @contextlib.contextmanager
    def joined(self, check: Callable[[], None]) -> Iterator[None]:
        """While it lasts, the ranks can talk; `check` is called until all have met."""
        yield

    @contextlib.contextmanager
    def first_before_others(self) -> Iterator[None]:
        """The first rank does what follows, then the others do."""
        yield

    def share(self, num_samples: int) -> slice:
        """Which samples of a batch are this rank's.

        A rank that would have none works on one that does not count: it must take part.
        """
        return slice(None)

    def part(self, batch: Any) -> Any:
        """What of a batch of indices is this rank's; by itself all, whatever it holds."""
        return batch

    def num_whole(self, _batch: Any, labels: Tensor) -> int:
        """How many samples the whole batch has, of which these are the labels of a part."""
        return len(labels)

    def num_counted(self, num_samples: int) -> int:
        """How many samples of a batch count as this rank's."""
        return num_samples

    def weighed(self, loss: Tensor, num_samples: int) -> Tensor:
        """The loss whose gradients' mean over the ranks is the gradient of the whole batch."""
        return loss

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The network whose backward pass brings every rank the same gradients."""
        return model

    def any(self, wanted: bool) -> bool:
        """Whether any rank wants it, known to all."""
        return wanted

    def total(self, sums: Tensor) -> Tensor:
        """The sums of all ranks, the same bits on each."""
        return sums

    def gathered(self, value: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        """What each rank has, in their order."""
        return [value]

    def ordered(self, stop: int, orders: bytes) -> tuple[int, bytes]:
        """The signal that any rank received, 0 for none; and what the first was asked."""
        return stop, orders

    def alike(self, model: nn.Module) -> None:
        """Give each rank what the first one's network counted, such as running means."""

    def says_one_is_gone(self, error: BaseException) -> bool:
        """Whether an error says that another rank is gone."""
        return isinstance(error, RankLostError)

    def one_is_gone(self) -> bool:
        """Whether another rank of this machine has ended."""
        return False

    def device(self, name: str) -> str:
        """The device of this rank, where those of all are named, with a comma between them."""
        return name.split(",")[0]

    def seed(self, seed: int, step: int = 0) -> int | None:
        """What this rank's draws begin with; None where they go on from the network's own."""
        return None


ALONE = Ranks()


def of_environment(environment: Mapping[str, str] = os.environ) -> Ranks:
    """As torchrun set it; by itself without."""
    if BY_TORCHRUN not in environment or int(environment.get("WORLD_SIZE", "1")) == 1:
        return ALONE
    from core.loop.together import Together  # torch.distributed only where it is wanted

    return Together(
        rank=int(environment["RANK"]),
        size=int(environment["WORLD_SIZE"]),
        local_rank=int(environment.get("LOCAL_RANK", "0")),
        local_size=int(environment.get("LOCAL_WORLD_SIZE", "1")),
    )
