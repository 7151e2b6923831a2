"""The pictures of a data set as bytes of ink, to be looked at: no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.images import classes, data_sets, idx
from core.images.idx import IMAGE_SHAPE
from core.runs import Run

if TYPE_CHECKING:
    from core.images.data_sets import DataSet

NUM_PIXELS = math.prod(IMAGE_SHAPE)


@dataclass(frozen=True, slots=True)
class Pictures:
    """One half of a data set."""

    pixels: bytes
    """28×28 bytes a picture, row by row: 0 paper, 255 ink."""
    labels: bytes
    """A byte a picture."""
    classes: tuple[str, ...]
    """The names of the labels."""

    @classmethod
    def read(cls, data_set: DataSet, data_dir: Path, *, training: bool) -> Pictures:
        """Those on this machine. Raises DataError."""
        split = data_set.find(data_dir, training=training)
        split.num_samples()
        names = data_set.contents(data_dir).classes
        return cls(bytes(idx.read(split.images)[1]), bytes(idx.read(split.labels)[1]), names)

    @classmethod
    def of_checkpoint(cls, path: Path, *, training: bool = False) -> Pictures:
        """Those that a checkpoint was trained on, or is tested on. Raises DataError."""
        run = Run(path.parent)
        loader = run.config().get("data_loader")
        loader = loader if isinstance(loader, dict) else {}
        args = loader.get("args")
        written = args.get("data_dir") if isinstance(args, dict) else None
        start = run.first_start()  # a relative folder means where training was started
        data_dir = Path(start.data_dir if start else str(written or "data"))
        data_set = data_sets.named(str(loader.get("type", "MnistDataLoader")))
        pictures = cls.read(data_set, data_dir, training=training)
        # As the network was told them: the folder may hold another set by now.
        names = classes.of_checkpoint(path)
        return cls(pictures.pixels, pictures.labels, names or pictures.classes)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.labels)

    def ink(self, index: int) -> bytes:
        """The pixels of a picture."""
        return self.pixels[index * NUM_PIXELS : (index + 1) * NUM_PIXELS]
