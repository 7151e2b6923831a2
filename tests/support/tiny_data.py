"""A small MNIST of real digits, configs that train on it in a moment, and the trainer run on them.

torch is imported only when something is trained.
"""

from __future__ import annotations

import gzip
import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from core import runs
from core.control import Control
from core.events import EpochEnded, Event, NoticeGiven
from core.images.data_sets import MNIST
from core.journal import Journal
from core.requests import Inbox
from core.settings import file as config_file
from core.settings.file import PRESETS, parse_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.control import Subject
    from core.images.idx import Split
    from core.runs import Run
    from core.settings.jsontext import JsonText

NUM_TRAIN, NUM_TEST = 150, 200
STEPS = 9
"""In an epoch of `tiny_config`: 135 images in batches of 16. One look at validation follows."""

Kind = TypeVar("Kind", bound=Event)


def write_tiny_mnist(
    data_dir: Path, *, num_train: int = NUM_TRAIN, num_test: int = NUM_TEST
) -> Path:
    """The first images of the bundled MNIST as uncompressed IDX files in torchvision's layout."""
    folder = data_dir / "MNIST" / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    for training, number in ((True, num_train), (False, num_test)):
        split = MNIST.find(data_dir / "none", training=training)
        write_cut(split, folder, number)
    return data_dir


def write_cut(split: Split, folder: Path, number: int) -> None:
    """The first samples of a half of some set as uncompressed IDX files."""
    for source in (split.images, split.labels):
        with gzip.open(source) if source.suffix == ".gz" else source.open("rb") as file:
            magic = file.read(4)
            _, *sides = struct.unpack(form := f">{magic[3]}I", file.read(4 * magic[3]))
            head = magic + struct.pack(form, number, *sides)
            values = file.read(number * math.prod(sides))  # not the whole, which takes its time
        (folder / source.name.removesuffix(".gz")).write_bytes(head + values)


def tiny_config(data_dir: Path, save_dir: Path, edits: dict[str, Any] | None = None) -> JsonText:
    """The shipped config on the tiny data: 2 epochs of 9 steps, one thread, on the CPU.

    `edits` are values by dotted path, which come last; a whole block is a value too.
    """
    text = config_file.read_text(PRESETS / "config.json")
    values: dict[str, Any] = {
        "data_loader.args.data_dir": str(data_dir),
        "data_loader.args.batch_size": 16,
        "trainer.epochs": 2,
        "trainer.save_dir": str(save_dir),
        "trainer.tensorboard": False,
        "n_gpu": 0,
        "threads": 1,
        **(edits or {}),
    }
    for path, value in values.items():
        text = text.set(parse_path(path), value)
    return text


def tiny_run(data_dir: Path, save_dir: Path, edits: dict[str, Any] | None = None) -> Run:
    """A new run directory of a tiny config, not yet trained."""
    text = tiny_config(data_dir, save_dir, edits)
    return runs.create(save_dir, "tiny", text.text)


@dataclass
class Trained:
    """How a training in this very thread went."""

    outcome: str = ""
    reason: str = ""
    events: list[Event] = field(default_factory=list)

    def all(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def notices(self) -> str:
        """What a person was told."""
        return "\n".join(event.message for event in self.all(NoticeGiven))

    @property
    def metrics(self) -> list[dict[str, float | None]]:
        """Of each epoch that was trained or inherited."""
        return [event.metrics for event in self.all(EpochEnded)]


class StopAt(Control):
    """Stops the run at its n-th look for requests: after a step, or a batch of validation."""

    looks_left: int | None = None

    def check(self, subject: Subject) -> None:
        if self.looks_left is not None:
            self.looks_left -= 1
            if self.looks_left == 0:
                self.stop_by_signal("SIGTEST")
        super().check(subject)


def train_here(
    run: Run,
    changes: dict[str, Any] | None = None,
    *,
    stop_at: int | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Trained:
    """Train `run` in this thread, with its journal; the trainer's own exceptions come through."""
    from core import trainer

    trained = Trained()
    with Journal(run.journal_path) as journal:

        def emit(event: Event) -> None:
            trained.events.append(event)
            journal.append(event)
            if on_event is not None:
                on_event(event)

        control = StopAt(Inbox(run.requests_path), emit)
        control.looks_left = stop_at
        trained.outcome, trained.reason = trainer.train(
            run, changes or {}, emit=emit, control=control
        )
    return trained
