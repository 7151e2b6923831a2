"""What a training says of itself when it begins: the facts of its start, and what else to know."""

from __future__ import annotations

import math
import os
import platform
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from core.events import NoticeGiven, RunStarted
from core.own_code import copies as own_code
from core.processes.child import our_version

if TYPE_CHECKING:
    from core.checkpoint import Checkpoint
    from core.loop.training import Training


def announce(training: Training, start: Checkpoint | None, notices: list[str]) -> None:
    """Tell the journal; `start` is the checkpoint it goes on from."""
    trainer, parent = training.config.trainer, training.run.parent()
    training.emit(
        RunStarted(
            pid=os.getpid(),
            host=socket.gethostname(),
            device=training.devices,
            threads=training.threads,
            world_size=training.ranks.size,
            seed=training.config.seed,
            versions={
                "python": platform.python_version(),
                "torch": str(torch.__version__),
                "mnist-tui": our_version(),
            },
            save_dir=str(trainer.save_dir.expanduser().resolve()),
            data_dir=str(training.data_dir),
            classes=list(training.classes),
            verbosity=trainer.verbosity,
            parent=str(parent) if parent else None,
            changes=training.changes,
            code=own_code.sums(training.own.files) if training.own else {},
            names=own_code.names_in(training.raw_config) if training.own else [],
            epoch=training.epoch,
            step=training.step,
            epochs=trainer.epochs,
            num_steps=training.num_steps,
            num_train=len(training.train_set),
            num_validation=len(training.validation_set or ()),
            num_parameters=sum(item.numel() for item in training.model.parameters()),
            monitor=trainer.monitor,
            early_stop=trainer.patience if math.isfinite(trainer.patience) else None,
        )
    )
    if start is not None and start.path.parent != training.run.path:
        for event in training.history:  # of the parent; this journal does not have it
            training.emit(replace(event, inherited=True))
    for notice in notices:
        training.emit(NoticeGiven(message=notice))
