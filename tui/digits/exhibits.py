"""What can be looked at of a tested checkpoint: its mistakes, what it gets right, all pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from core.images import classes as class_names
from core.images.pictures import Pictures
from core.saved import results as results_files
from tui import format as fmt
from tui.class_labels import class_labels
from tui.digits.matrix import Matrix
from tui.digits.picture import WIDTH
from tui.digits.shown import Shown

if TYPE_CHECKING:
    from pathlib import Path


ARROW = "what it is → what it was taken for"


@dataclass(frozen=True)
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
        if target == guess:
            wrong = {item["index"] for item in self._mistakes}
            labels = self.pictures.labels
            right = [at for at, label in enumerate(labels) if label == target and at not in wrong]
            title = f"{self._name(target)}, taken for what it is ({len(right):,})"
            return Shown(title, right, self.pictures.ink, self._caption)
        chosen = [
            item["index"]
            for item in self._mistakes
            if (item["target"], item["predicted"]) == (target, guess)
        ]
        title = f"{self._name(target)}, taken for {self._name(guess)} ({len(chosen):,})"
        return Shown(title, chosen, self.pictures.ink, self._caption, self._note)

    def all_mistakes(self) -> Shown:
        """Every mistake, the most certain first."""
        found = [item["index"] for item in self._mistakes]
        title = f"all mistakes ({len(found):,}), the surest first"
        return Shown(title, found, self.pictures.ink, self._caption, self._note)

    def everything(self) -> Shown:
        """All test images in their order."""
        labels = self.pictures.labels
        return Shown(
            "all test images", range(len(labels)), self.pictures.ink, self._caption, self._note,
            numbered=True,
        )  # fmt: skip

    @property
    def _mistakes(self) -> list[dict[str, Any]]:
        return self.results["mistakes"] if self.results is not None else []

    @cached_property
    def _by_index(self) -> dict[int, dict[str, Any]]:
        return {item["index"]: item for item in self._mistakes}

    def _caption(self, index: int) -> tuple[str, str]:
        """What it is, and what it was taken for and how surely, where that is known."""
        target, number = self.pictures.labels[index], f"no. {index:,}"
        item = self._by_index.get(index)
        if item is None:
            right = f", taken for {self._name(target)}" if self.results is not None else ""
            whole = f"is {self._name(target)}{right}"
            return (whole if cell_len(whole) <= WIDTH else self._name(target)), number
        guess, sure = item["predicted"], fmt.share(item["probability"], 1)
        return self._taken(target, guess), f"{sure} sure   {number}"

    def _taken(self, target: int, guess: int) -> str:
        """In words where those fit below a picture."""
        whole = f"is {self._name(target)}, taken for {self._name(guess)}"
        return whole if cell_len(whole) <= WIDTH else f"{self._name(target)} → {self._name(guess)}"

    @cached_property
    def _note(self) -> str:
        """What the arrow means, where a caption has one."""
        used = any("→" in self._taken(item["target"], item["predicted"]) for item in self._mistakes)
        return ARROW if used else ""

    def _name(self, label: int) -> str:
        names = self.pictures.classes
        return names[label] if label < len(names) else str(label)
