"""What can be looked at of a tested checkpoint: its mistakes, what it gets right, all pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from core import classes as class_names
from core import results as results_files
from core.pictures import Pictures
from tui.class_labels import class_labels
from tui.digits.matrix import Matrix
from tui.digits.shown import Shown

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exhibits:
    """A checkpoint, the test images, and what testing it gave."""

    checkpoint: Path
    pictures: Pictures
    results: dict[str, Any] | None
    """As `mnist-tui test --json` says it; None where it was not tested yet."""

    @classmethod
    def of(cls, checkpoint: Path) -> Exhibits:
        """What is known of a checkpoint without opening it. Raises DataError."""
        pictures = Pictures.of_checkpoint(checkpoint)
        return cls(checkpoint, pictures, results_files.read(checkpoint))

    def same_as(self, other: Exhibits | None) -> bool:
        """Whether it is the same checkpoint, and as well tested."""
        return other is not None and (self.checkpoint, self.results) == (
            other.checkpoint,
            other.results,
        )

    def with_results(self, results: dict[str, Any]) -> Exhibits:
        """The same checkpoint, tested."""
        return replace(self, results=results)

    @property
    def matrix(self) -> Matrix:
        """Its confusion matrix."""
        assert self.results is not None
        confusion = self.results["confusion"]
        labels = class_labels(class_names.of_checkpoint(self.checkpoint), len(confusion))
        return Matrix(confusion, labels, cell_len(labels[0]))

    def behind(self, target: int, guess: int) -> Shown:
        """The pictures behind a cell of the matrix, the most certain mistake first."""
        assert self.results is not None
        mistakes = self.results["mistakes"]
        if target == guess:
            wrong = {item["index"] for item in mistakes}
            labels = self.pictures.labels
            right = [at for at, label in enumerate(labels) if label == target and at not in wrong]
            return Shown(
                f"{self._name(target)}, taken for what it is ({len(right):,})",
                right, self.pictures.ink, lambda index: f"no. {index:,}",
            )  # fmt: skip
        certain = {
            item["index"]: item["probability"]
            for item in mistakes
            if (item["target"], item["predicted"]) == (target, guess)
        }
        return Shown(
            f"{self._name(target)} taken for {self._name(guess)} ({len(certain):,})",
            list(certain), self.pictures.ink,
            lambda index: f"{self._name(guess)} at {certain[index]:.2f}  no. {index:,}",
        )  # fmt: skip

    def all_mistakes(self) -> Shown:
        """Every mistake, the most certain first."""
        assert self.results is not None
        said = {item["index"]: item for item in self.results["mistakes"]}

        def caption(index: int) -> str:
            item = said[index]
            target, guess = self._name(item["target"]), self._name(item["predicted"])
            return f"{target}, not {guess} at {item['probability']:.2f}"

        return Shown(f"all mistakes ({len(said):,})", list(said), self.pictures.ink, caption)

    def everything(self) -> Shown:
        """All test images in their order."""
        labels = self.pictures.labels
        return Shown(
            "the test images",
            range(len(labels)),
            self.pictures.ink,
            lambda index: f"{self._name(labels[index])}  no. {index:,}",
        )

    def _name(self, label: int) -> str:
        names = self.pictures.classes
        return names[label] if label < len(names) else str(label)
