"""The real run of tests/fixtures/recorded-run, told up to a moment of it.

python tests/support/recorded.py        records it anew
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unittest.mock import patch

from core.event_lines import from_line
from core.events import EpochEnded, Event, RunEnded, RunPaused, StepEnded
from core.journal import Journal
from core.runs import BEST, Run
from core.saved import results

if TYPE_CHECKING:
    from collections.abc import Iterator

Moment = Literal["running", "paused", "completed", "stopped", "failed"]

FIXTURE = Path(__file__).parents[1] / "fixtures" / "recorded-run"
NAME, ID = "Mnist_LeNet", "20261123_142233"
BEGAN = 1795443753.0
"""When that id was, in UTC."""
NUM_EPOCHS_BEFORE = 3
NUM_STEPS_BEFORE = 16
"""Step events of the epoch after those, at every moment but the last."""


@contextlib.contextmanager
def recorded(saved: Path, moment: Moment) -> Iterator[Run]:
    """The run directory up to a moment, its journal held while it is live, the clock still."""
    run = Run(saved / NAME / ID)
    run.path.mkdir(parents=True)
    shutil.copy(FIXTURE / "config.json", run.config_path)
    run.log_path.write_text(f"2026-11-23 14:22:33  training {NAME}\n", encoding="utf-8")
    events = list(told(moment))
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(Journal(run.journal_path))
        for event in events:
            journal.append(event)
        if moment not in ("running", "paused"):
            stack.close()
        stack.enter_context(patch("time.time", lambda: events[-1].time + 1.0))
        yield run


def add_test(run: Run) -> Path:
    """Put what testing the recorded run's best checkpoint gave beside it; the file itself is empty.

    The pictures are those of MNIST, which come along.
    """
    best = run.path / BEST
    best.touch()
    shutil.copy(FIXTURE / "test.json", results.path_of(best))
    return best


def told(moment: Moment) -> Iterator[Event]:
    """The events up to a moment."""
    every = [event for line in (FIXTURE / "events.jsonl").open("rb") if (event := from_line(line))]
    first, last = every[0].time, every[-1].time
    if moment == "completed":
        yield from every
        reason = "all 5 epochs are done"
        yield RunEnded(time=last, outcome="completed", reason=reason, seconds=last - first)
        return
    at = _middle(every)
    yield from every[:at]
    time = every[at - 1].time
    if moment == "paused":
        yield RunPaused(time=time)
    elif moment == "stopped":
        yield RunEnded(time=time, outcome="stopped", reason="asked to stop", seconds=time - first)
    elif moment == "failed":
        reason = (
            "the loss became nan in epoch 4, step 201: try a smaller optimizer.args.lr than 0.001"
        )
        yield RunEnded(time=time, outcome="failed", reason=reason, seconds=time - first)


def _middle(events: list[Event]) -> int:
    """The place in the middle of the epoch after the first few."""
    ends = [i for i, event in enumerate(events) if isinstance(event, EpochEnded)]
    steps = [i for i, event in enumerate(events) if isinstance(event, StepEnded)]
    return [i for i in steps if i > ends[NUM_EPOCHS_BEFORE - 1]][NUM_STEPS_BEFORE - 1] + 1


def record() -> None:
    """Train configs/config.json for five epochs, test it, and keep journal and results."""
    from core import launch, runs
    from core.evaluate import evaluate
    from core.settings import file as config_file

    with tempfile.TemporaryDirectory() as folder:
        text = config_file.read_text(config_file.PRESETS / "config.json")
        for path, value in (
            (("n_gpu",), 0), (("threads",), 2), (("trainer", "epochs"), 5),
            (("trainer", "tensorboard"), False), (("trainer", "save_dir"), folder),
        ):  # fmt: skip
            text = text.set(path, value)
        run = runs.create(Path(folder), NAME, text.text)
        launch.in_thread(run).join()
        asked = text.set(("trainer", "save_dir"), "saved/").text
        (FIXTURE / "config.json").write_text(asked, encoding="utf-8")
        (FIXTURE / "test.json").write_text(json.dumps(evaluate(run.path / BEST)), encoding="ascii")
        lines = [json.loads(line) for line in run.journal_path.read_text().splitlines()]
    kept = [value for value in lines if value["kind"] not in ("RunEnded", "NoticeGiven")]
    began = kept[0]["time"]
    for value in kept:
        value["time"] += BEGAN - began
        if value["kind"] == "RunStarted":
            value |= {"pid": 4242, "host": "here", "save_dir": "/home/you/saved",
                      "data_dir": "/home/you/data"}  # fmt: skip
    text_lines = (json.dumps(value, separators=(",", ":")) + "\n" for value in kept)
    (FIXTURE / "events.jsonl").write_text("".join(text_lines), encoding="ascii")


if __name__ == "__main__":
    record()
