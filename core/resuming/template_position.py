"""Going on where pytorch-template stopped: what its checkpoints leave out is worked out again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from torch.optim.lr_scheduler import ReduceLROnPlateau

from core.building import build, rates
from core.errors import MistakeError
from core.settings.schedules import OWN_RATES
from core.template import folder as template
from core.template import log as template_log
from core.template.log import LoggedEpoch
from core.template.unpickling import Logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.checkpoint import Checkpoint
    from core.config import Config
    from core.events import EpochEnded
    from core.judge import Judge
    from core.loop.training import Training


def restore(training: Training, start: Checkpoint, before: Config) -> list[str]:
    """Take up the history and the patience; returns what a person should know."""
    monitor, judge = training.config.trainer.monitor, training.judge
    training.step = training.epoch * training.num_steps
    rows = template.history(_logged(start), monitor, training.num_steps)
    training.history = rows
    notices = [f"{start.path.name} keeps no exact position: the draws will be others"]
    if not judge.metric:
        return notices
    same = before.trainer.monitor == monitor
    _restore_judge(judge, rows, start.content["monitor_best"] if same else None)
    if not any(judge.metric in row.metrics for row in rows):
        notices.append(
            f"no log says when {judge.metric} was best: trainer.early_stop counts from "
            f"epoch {training.epoch + 1}"
        )
    return notices


def can_catch_up(training: Training) -> bool:
    """Whether the schedule goes by the number of its steps alone."""
    return not isinstance(training.scheduler, ReduceLROnPlateau)


def catch_up(training: Training, start: Checkpoint) -> list[str]:
    """Put the schedule where it stands after the epochs that were trained.

    The template saves no schedule, and begins it anew whenever a run is resumed there.
    """
    optimizer, config = training.optimizer, training.config
    saved = float(optimizer.param_groups[0]["lr"])
    rates.begin_anew(optimizer)
    scheduler = build.scheduler(
        config, optimizer, num_epochs=training.num_epochs, num_steps=training.num_steps
    )
    assert scheduler is not None
    by_batch = config.lr_scheduler is not None and config.lr_scheduler.interval == "batch"
    # The optimizer did step, in another program; torch would warn that it never has.
    optimizer._opt_called = True  # type: ignore[attr-defined]
    try:
        for _ in range(training.epoch * (training.num_steps if by_batch else 1)):
            scheduler.step()
    except ValueError as error:  # one of a fixed length is over
        raise MistakeError(f"lr_scheduler: {error}: give another one") from error
    training.scheduler = scheduler
    now = float(optimizer.param_groups[0]["lr"])
    if math.isclose(now, saved, rel_tol=1e-6):
        return []
    return [
        f"{start.path.name} stood at learning rate {saved:g}, its schedule stands at {now:g} after "
        f"epoch {training.epoch}: the schedule counts"
    ]


def first_rate(training: Training, claimed: float) -> float:
    """The learning rate the training began at: the template ignores another one on a resume."""
    schedule = training.config.lr_scheduler
    if schedule is not None and schedule.type in OWN_RATES:
        return claimed
    group: dict[str, Any] = training.optimizer.param_groups[0]
    return float(group.get("initial_lr", group["lr"]))


def another_rate(start: Checkpoint, actual: float, claimed: float) -> str:
    """That the file was trained otherwise than its config says."""
    return (
        f"{start.path.name} was trained at learning rate {actual:g}, not at the {claimed:g} of its "
        f"config: it goes on at {actual:g}, or give --lr"
    )


def _logged(start: Checkpoint) -> Sequence[LoggedEpoch]:
    """The epochs so far: in the file itself until April 2019, since then in the log."""
    logger = start.content.get("logger")
    if not isinstance(logger, Logger):
        return template_log.read(start.path.parent).until(start.epoch)
    entries = logger.attributes.get("entries")
    rows = entries.values() if isinstance(entries, dict) else ()
    found = [_entry(row) for row in rows if isinstance(row, dict)]
    return sorted(row for row in found if 0 < row.number <= start.epoch)


def _entry(row: dict[Any, Any]) -> LoggedEpoch:
    number = row.get("epoch")
    metrics = {
        str(name): float(value) if math.isfinite(value) else None
        for name, value in row.items()
        if name != "epoch" and isinstance(value, int | float)
    }
    return LoggedEpoch(number if isinstance(number, int) else 0, metrics, 0.0, 0.0)


def _restore_judge(judge: Judge, rows: list[EpochEnded], saved: object) -> None:
    """Judge the epochs again; then what the file says is the best counts, if it says so.

    A zero may mean that nothing was watched: then it is the best only where an epoch reached it.
    """
    values = [row.metrics.get(judge.metric) for row in rows]
    for row in rows:
        judge.judge(row.metrics)
    if not isinstance(saved, int | float) or math.isnan(saved) or (not saved and 0 not in values):
        return
    judge.best = float(saved)
    since = next((at for at, value in enumerate(reversed(values)) if value == saved), len(values))
    judge.num_bad_epochs = since
