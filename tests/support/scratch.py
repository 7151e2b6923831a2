"""A scratch folder with a config that trains on tiny data, and runs made up from events."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiny_data import tiny_config

from core import runs
from core.events import EpochEnded, Event, PhaseChanged, RunEnded, RunStarted, StepEnded
from core.journal import Journal
from core.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 60.0
"""Until a test gives up waiting: two cores, both busy with something else."""

FOREVER: dict[str, Any] = {
    "trainer.epochs": 10**6,
    "trainer.save_period": 10**6,
    "trainer.early_stop": 0,
    "data_loader.args.batch_size": 2,
}
"""Edits of a config that trains until it is stopped, its epochs tenths of a second long."""


@dataclass(frozen=True)
class Scratch:
    """A folder to be in: config.json, the tiny data in `data`, and `saved` for the runs."""

    path: Path

    @property
    def data_dir(self) -> Path:
        """Where its config has the data, as seen from the folder."""
        return Path("data")

    @property
    def saved(self) -> Path:
        """Where its config keeps the runs, as seen from the folder."""
        return Path("saved")

    @property
    def config_path(self) -> Path:
        """The config that commands take here."""
        return self.path / "config.json"

    def write_config(self, edits: dict[str, Any] | None = None) -> Path:
        """Write the tiny config with some values changed."""
        text = tiny_config(self.data_dir, self.saved, edits)
        self.config_path.write_text(text.text, encoding="utf-8")
        return self.config_path

    def runs(self) -> list[Run]:
        """Every run directory that was claimed here, be it ever so empty."""
        found = sorted((self.path / self.saved).glob("**/config.json"))
        return [Run(path.parent.resolve()) for path in found]

    def run(self) -> Run:
        """The only run there is."""
        (run,) = self.runs()
        return run


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds; fails if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{seconds:g} s went by"
        time.sleep(0.05)


def told_run(scratch: Scratch, name: str, *more: Event, edits: dict[str, Any] | None = None) -> Run:
    """A finished run of one epoch that never happened; `more` is told before its end."""
    text = tiny_config(scratch.data_dir, scratch.saved, {"name": name, **(edits or {})})
    run = runs.create(scratch.path / scratch.saved, name, text.text)
    with Journal(run.journal_path) as journal:
        for event in (*beginning(), *more, RunEnded(outcome="completed", reason="", seconds=2.0)):
            journal.append(event)
    run.log_path.write_text(f"2026-11-23 14:22:33  training {name}\n", encoding="utf-8")
    return run


def beginning(device: str = "cpu", phase: str = "training", epochs: int = 1) -> list[Event]:
    """The first events of a run, up to the end of its first epoch."""
    metrics: dict[str, float | None] = {
        "loss": 0.5, "accuracy": 0.8, "val_loss": 0.25, "val_accuracy": 0.9,
    }  # fmt: skip
    return [
        RunStarted(
            pid=1, host=socket.gethostname(), device=device, threads=2, world_size=1, seed=123,
            versions={}, save_dir="/saved", data_dir="/data", epoch=0, step=0, epochs=epochs,
            num_steps=9, num_train=135, num_validation=15, num_parameters=21840,
            monitor="min val_loss", early_stop=10,
        ),
        PhaseChanged(phase=phase),
        *(
            StepEnded(
                epoch=1, step=step, step_in_epoch=step, loss=3.0 / step, lr=0.001,
                images_per_second=12900.0,
            )
            for step in range(1, 10)
        ),
        EpochEnded(
            epoch=1, step=9, metrics=metrics, lr=0.001, seconds=1.0, images_per_second=12900.0,
            best=True, num_bad_epochs=0,
        ),
    ]  # fmt: skip
