"""Picture files shown to a network, for `mnist-tui predict`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.drawings import photo
from core.drawings.as_mnist import as_mnist
from core.errors import MistakeError
from core.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.drawings.as_mnist import Ink

Picture = tuple[str, "Ink"]
"""A file as it was named, and the digit in it as the network will see it."""


@dataclass(frozen=True, slots=True)
class FileGuess:
    """What a network takes the picture in a file for."""

    file: str
    """As it was named."""
    picture: bytes
    """As it was seen: 28×28 bytes of ink."""
    probabilities: tuple[float, ...]

    @property
    def likeliest(self) -> list[int]:
        """Every class, the likeliest first."""
        values = self.probabilities
        return sorted(range(len(values)), key=lambda index: -values[index])

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        digit = self.likeliest[0]
        return {
            "file": self.file,
            "digit": digit,
            "probability": self.probabilities[digit],
            "probabilities": list(self.probabilities),
        }


def read(files: Sequence[str]) -> tuple[list[Picture], list[str]]:
    """The pictures that can be read, in their order, and a sentence for each of the others."""
    pictures: list[Picture] = []
    mistakes = []
    for file in files:
        try:
            pictures.append((file, as_mnist(photo.read(expanded(file)))))
        except MistakeError as error:
            mistakes.append(str(error))
    return pictures, mistakes


def guess(checkpoint: Path, device_name: str, pictures: Sequence[Picture]) -> list[FileGuess]:
    """What the network of a checkpoint takes pictures for. Raises MistakeError."""
    from core.predict import Predictor  # imports torch

    predictor = Predictor(checkpoint, device_name)
    found = [
        FileGuess(file, picture.tobytes(), tuple(predictor.probabilities(picture)))
        for file, picture in pictures
    ]
    if not all(math.isfinite(value) for item in found for value in item.probabilities):
        raise MistakeError(
            f"{checkpoint}: its network answers with values that are no numbers: give another one"
        )
    return found
