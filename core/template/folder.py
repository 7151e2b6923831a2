"""The run directories of pytorch-template: `saved/models/NAME/ID` with its log beside.

They are shown as ours are. What the template does not write down (learning rate, device, speed)
is unknown here too.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.events import EpochEnded, RunEnded, RunStarted
from core.judge import Judge
from core.state import RunState, fold
from core.template import log as template_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from core.runs import Run
    from core.template.log import LoggedEpoch

BEST_NAMES = ("model_best.pth", "model_best.pth.tar")
_STEPS = 1
"""In an epoch, as long as nobody knows how many there were."""


def state(run: Run, epoch: int) -> RunState:
    """A run as its log and its config tell it; `epoch` is the last one that was saved."""
    log = template_log.read(run.path)
    if not log.epochs and not epoch:
        return RunState()
    trainer = _trainer(run.config())
    last = max([epoch, *(row.number for row in log.epochs)])
    began = log.began if log.began is not None else _modified(run.config_path)
    rows = history(log.epochs, trainer["monitor"], _STEPS, inherited=True)
    folded = fold(RunState(), [_started(trainer, began), *rows])
    ended = rows[-1].time if rows else began
    if 0 < trainer["epochs"] <= last:
        reason = f"all {trainer['epochs']} epochs are done"
        end = RunEnded(time=ended, outcome="completed", reason=reason, seconds=ended - began)
        folded = fold(folded, [end])
    return replace(folded, epoch=last, step=last * _STEPS)


def history(
    epochs: Iterable[LoggedEpoch], monitor: str, num_steps: int, *, inherited: bool = False
) -> list[EpochEnded]:
    """The epochs of a log as ours are told; which was the best is found out again."""
    judge = Judge(monitor, math.inf)
    return [
        EpochEnded(
            time=row.time,
            epoch=row.number,
            step=row.number * num_steps,
            metrics=row.metrics,
            lr=None,
            seconds=row.seconds,
            images_per_second=None,
            best=judge.judge(row.metrics),
            num_bad_epochs=judge.num_bad_epochs,
            inherited=inherited,
        )
        for row in epochs
    ]


def epoch_of_best(checkpoint: Path) -> int | None:
    """The epoch of a `model_best.pth`, whose name does not tell it; None where nobody knows."""
    if checkpoint.name not in BEST_NAMES:
        return None
    return template_log.read(checkpoint.parent).best_epoch or None


def metrics_of(run: Run, epoch: int) -> dict[str, Any]:
    """What the log says of an epoch; empty where it does not."""
    rows: Sequence[LoggedEpoch] = template_log.read(run.path).epochs
    return next((dict(row.metrics) for row in rows if row.number == epoch), {})


def _started(trainer: dict[str, Any], began: float) -> RunStarted:
    return RunStarted(
        time=began,
        pid=0,
        host="",
        device="",
        threads=0,
        world_size=1,
        seed=0,
        versions={},
        save_dir="",
        data_dir="",
        epoch=0,
        step=0,
        epochs=trainer["epochs"],
        num_steps=_STEPS,
        num_train=0,
        num_validation=0,
        num_parameters=0,
        monitor=trainer["monitor"],
        early_stop=None,
    )


def _trainer(config: dict[str, Any]) -> dict[str, Any]:
    """How far a run should go and what it watches, as far as its config makes sense."""
    block = config.get("trainer")
    block = block if isinstance(block, dict) else {}
    epochs, words = block.get("epochs"), str(block.get("monitor", "off")).split()
    if len(words) == 1 and block.get("monitor_mode") in ("min", "max"):  # as it was in 2018
        words = [block["monitor_mode"], *words]
    watched = len(words) == 2 and words[0] in ("min", "max")
    return {
        "epochs": epochs if type(epochs) is int else 0,
        "monitor": " ".join(words) if watched else "off",
    }


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
