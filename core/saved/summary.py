"""What `runs --json` and `show --json` say of a run; the shapes are a contract with scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import runs
from core.saved import finding, sidecar
from core.template import folder as template

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run
    from core.state import RunState

OURS, TEMPLATE = "mnist-tui", "pytorch-template"


def summary(run: Run, state: RunState | None = None) -> dict[str, Any]:
    """A run with its checkpoints. `state` spares reading its journal where that was done."""
    return {**line(run, state), "checkpoints": checkpoints(run)}


def line(
    run: Run, state: RunState | None = None, config: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A run without its checkpoints, which take longer to read than all the rest.

    `state` and `config` spare reading them where that was done.
    """
    state = run.outline() if state is None else state
    config = run.config() if config is None else config
    parent = run.parent()
    return {
        "run": str(run.path),
        "name": str(config.get("name", run.path.parent.name)),
        "id": run.id,
        "status": state.status(live=run.live()),
        "epoch": state.epoch,
        "epochs": state.started.epochs if state.started else _epochs(config),
        "device": (state.started.device or None) if state.started else None,
        "origin": OURS if run.ours() else TEMPLATE,
        "parent": str(parent) if parent else None,
        "started": finding.started(run),
        "best": _best(state),
    }


def checkpoints(run: Run) -> list[dict[str, Any]]:
    """Its checkpoints, by epoch and step."""
    return [row for path in run.checkpoints() if (row := _checkpoint(run, path))]


def report(run: Run) -> dict[str, Any]:
    """A run with its whole history."""
    state = run.state()
    short = line(run, state)
    last = state.history[-1] if state.history else None
    started = state.started if run.ours() else None  # of the template's it is not all known
    return {
        "run": short["run"],
        "status": short["status"],
        "config": run.config(),
        "device": short["device"],
        "threads": started.threads if started else None,
        "num_steps": started.num_steps if started else None,
        "images_per_second": last.images_per_second if last else None,
        # The files of one's own that the names in the config are in, and their sha256.
        **({"code": started.code, "names": started.names} if started and started.code else {}),
        "history": [
            {"epoch": row.epoch, **row.metrics, "lr": row.lr, "seconds": row.seconds}
            for row in state.history
        ],
    }


def _checkpoint(run: Run, path: Path) -> dict[str, Any] | None:
    """None if the file is gone: a live run deletes its old ones."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    facts = sidecar.read(path)
    epoch, step, _ = (facts.epoch, facts.step, "") if facts else runs.position(path)
    return {
        "file": path.name,
        "epoch": max(epoch, 0),
        "step": step,
        "bytes": size,
        # A sidecar of the file's size was written after the file was read back and compared.
        "sound": facts is not None or sidecar.is_whole(path),
        "metrics": facts.metrics if facts else template.metrics_of(run, epoch),
    }


def _best(state: RunState) -> dict[str, Any] | None:
    if state.best is None or state.monitor is None:
        return None
    metric = state.monitor[1]
    return {
        "metric": metric,
        "value": state.best.metrics.get(metric),
        "epoch": state.best.epoch,
    }


def _epochs(config: dict[str, Any]) -> int:
    trainer = config.get("trainer")
    epochs = trainer.get("epochs", 0) if isinstance(trainer, dict) else 0
    return epochs if type(epochs) is int else 0
