"""`python -m core.predict CHECKPOINT…`: what networks take drawings for, as fast as one draws.

A process of its own: nothing of a live run is touched. Each line of stdin is a picture, 28×28 bytes
of ink in hexadecimal; each line of stdout answers it as JSON: the picture as the networks see it,
and of each checkpoint the probability of every class. The first line of all says how many classes
each tells apart, or what is wrong. It ends when stdin does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.building.trained import Trained, probabilities
from core.dataset import normalize
from core.drawings.as_mnist import as_mnist
from core.errors import MistakeError
from core.images.idx import IMAGE_SHAPE

if TYPE_CHECKING:
    from core.drawings.as_mnist import Ink
    from core.images.data_sets import Normalization


class Predictor:
    """A network that is shown pictures."""

    def __init__(self, path: Path, device_name: str = "cpu") -> None:
        """Raises MistakeError."""
        trained = Trained.read(path, device_name)
        self._outputs, self._device = trained.outputs, trained.device
        self._scale: Normalization = trained.scale
        self.num_classes = len(self.probabilities(np.zeros(IMAGE_SHAPE, np.uint8)))

    def probabilities(self, picture: Ink) -> list[float]:
        """Of each class, for 28×28 pixels as the data set has them."""
        with torch.inference_mode():
            images = torch.from_numpy(picture.copy())[None, None].to(self._device)
            output = self._outputs(normalize(images, self._scale))
            values: list[float] = probabilities(output)[0].tolist()
        return values


def main() -> int:
    """Answer until nobody asks any more."""
    torch.set_num_threads(1)  # of one picture: more would take cores from a live run
    try:
        predictors = [Predictor(Path(name)) for name in sys.argv[1:]]
    except MistakeError as error:
        _say({"mistake": str(error).splitlines()[0]})
        return 0
    _say({"num_classes": [predictor.num_classes for predictor in predictors]})
    for line in sys.stdin:
        drawn = np.frombuffer(bytes.fromhex(line), np.uint8).reshape(IMAGE_SHAPE)
        picture = as_mnist(drawn)
        values = [predictor.probabilities(picture) for predictor in predictors]
        _say({"picture": picture.tobytes().hex(), "probabilities": values})
    return 0


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
