"""Images that a run is judged on although the weights it begins with were trained on them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from core.checking.check import num_images
from core.config import Config
from core.images.data_sets import LOADERS
from core.images.idx import DataError
from core.settings.file import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator


def notices(before: dict[str, Any], after: Config) -> Iterator[str]:
    """What should be said of the validation images of `after`, given the config before it.

    Both take theirs from the front of one fixed order, whatever the seed: a larger part holds
    images that the smaller one left to train on.
    """
    with contextlib.suppress(ConfigError, DataError):  # neither is known: nothing can be said
        was, now = Config.parse(before), after
        kinds = [(item.data_loader.type, item.data_loader.args.training) for item in (was, now)]
        if kinds[0] != kinds[1] or kinds[0][0] not in LOADERS:
            return
        (train, kept), (_, judged) = num_images(was), num_images(now)
        seen = judged - kept
        if seen <= 0 or train + kept != sum(num_images(now)):
            return
        split = was.data_loader.args.validation_split
        remedy = f"keep validation_split at {split:g}, or test it" if kept else "test it instead"
        yield (
            f"the weights were trained on {seen:,} of the {judged:,} validation images: "
            f"val_ numbers look too good, {remedy}"
        )
