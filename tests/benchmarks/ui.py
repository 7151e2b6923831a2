"""What the window costs: drawing, folding, bytes on the wire, the time from a key to the screen.

Each figure is printed beside its budget. Drawing and folding are measured in time of the processor;
the rest in time of the clock, which is worse where the cores are busy with something else.
`--quick` leaves out what needs a terminal and a training.

    python tests/benchmarks/ui.py [--quick]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import islice
from operator import truediv
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from invented import NUM_STEPS, falling, recorded
from keys import key_times
from pty_app import PtyApp
from tiny_data import tiny_config, write_tiny_mnist

from core import runs
from core.events import RunEnded
from core.journal import Follower, Journal
from core.state import RunState, fold
from tui.chart.loss_plot import plot_of
from tui.chart.view import ChartView
from tui.plot import EVERY_GLYPHS, Mark, Plot, Series, Stroke, chart

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.events import Event
    from core.runs import Run

ROWS, COLUMNS = 30, 100
NUM_EVENTS = 100_000
NUM_KEYS = 120
NUM_PAINTS = 9
TEXTUAL_ALONE = """
import time
began = time.perf_counter()
import textual.app
print(time.perf_counter() - began)
"""


def report(what: str, measured: float, unit: str, budget: float, aim: float) -> None:
    verdict = "ok" if measured <= budget else "TOO MUCH"
    print(f"{what:<58} {measured:>9.2f} {unit:<4} of {budget:g} (aim {aim:g})   {verdict}")


def milliseconds(act: Callable[[], object], times: int = 50) -> float:
    """The median of so many times, in time of the processor: others may be busy too."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1000


def redraw() -> None:
    """Two series of 10,000 points each; then a run of a million steps and as many epochs' worth."""
    xs = [i / 1000 for i in range(1, 10_001)]
    losses = [falling(x) for x in xs]
    lower = [loss * 0.8 for loss in losses]
    plot = Plot(
        series=[
            Series("train", xs, losses, losses, "train"),
            Series("val", xs, lower, lower, "val", Stroke.DASHED),
        ],
        title="loss", x_label="epoch", y_label="loss", x_max=10.0, fit_from=0.05,
        marks=[Mark(9.0, 0.1, "best val_loss 0.1000 at epoch 9")],
    )  # fmt: skip
    for glyphs in EVERY_GLYPHS:
        taken = milliseconds(lambda g=glyphs: chart(plot, width=COLUMNS, height=26, glyphs=g))  # type: ignore[misc]
        report(f"redraw, 2 series of 10,000 points, {glyphs.name}", taken, "ms", 3, 1.5)
    for number in (1_000, 10_000, 100_000, 1_000_000):
        state = long_run(number)
        taken = milliseconds(
            lambda s=state: chart(plot_of(s, ChartView()), width=COLUMNS, height=26)  # type: ignore[misc]
        )
        report(f"redraw, 2 series of {number:,} points, folded", taken, "ms", 3, 1.5)


def long_run(number: int) -> RunState:
    """A run with so many steps written down, and as many values of validation."""
    state = fold(RunState(), islice(recorded(1, epochs=number), 1))
    xs = [i / NUM_STEPS for i in range(1, number + 1)]
    values = [falling(x) for x in xs]
    curve = state.train_loss.extend(xs, values, xs)
    validation = state.train_loss.extend(xs, [value * 0.8 for value in values], xs)
    last = int(xs[-1])
    return replace(state, train_loss=curve, lr=curve, metrics={"val_loss": validation}, epoch=last)


def journal(folder: Path) -> None:
    """A journal of 100,000 events, read and folded."""
    per_epoch = 200
    events = list(recorded(NUM_EVENTS / per_epoch, epochs=10**6, events_per_epoch=per_epoch))
    run = told(folder, "long", events)
    taken = milliseconds(lambda: fold(RunState(), Follower(run.journal_path).read()), 3) / 1000
    report(f"a journal of {len(events):,} events read and folded", taken, "s", 1, 0.5)


def told(folder: Path, name: str, events: list[Event], *, end: bool = True) -> Run:
    text = tiny_config(folder / "data", folder / "saved", {"name": name})
    run = runs.create(folder / "saved", name, text.text)
    with Journal(run.journal_path) as journal:
        for event in events:
            journal.append(event)
        if end:
            journal.append(RunEnded(outcome="completed", reason="", seconds=1.0))
    return run


def window(folder: Path, *options: str | Path) -> PtyApp:
    """The app in a terminal of 100 x 30, as it comes over SSH."""
    env = {
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22",
    }
    command = [Path(sys.executable).parent / "mnist-tui", *options]
    return PtyApp(command, rows=ROWS, columns=COLUMNS, env=env, cwd=folder)


def first_paint(folder: Path) -> None:
    """From the command to the first words on the screen; in turn what Textual's import takes.

    The budget in seconds is that of a machine which imports Textual in 0.2 s, so the ratio holds
    where the seconds are those of another one.
    """
    taken, imports = [], []
    for _ in range(NUM_PAINTS):
        began = time.perf_counter()
        with window(folder, "-c", folder / "config.json") as app:
            app.wait_for("Nothing is running yet")
            taken.append(app.heard - began)
        said = subprocess.check_output([sys.executable, "-c", TEXTUAL_ALONE], text=True)
        imports.append(float(said))
    report("first paint", statistics.median(taken), "s", 0.5, 0.4)
    over = statistics.median(map(truediv, taken, imports))
    report("first paint over `import textual.app` alone", over, "x", 2.5, 2.0)
    print(f"{'`import textual.app` alone':<58} {statistics.median(imports):>9.2f} s")


def bytes_sent(folder: Path) -> None:
    """Following a run that is told live, ten steps a second; then one that has ended."""
    events = list(recorded(6, epochs=10, events_per_epoch=100))
    run = told(folder, "followed", events[:150], end=False)
    with Journal(run.journal_path) as journal, window(folder, "-r", run.path) as app:
        app.wait_for("train")
        time.sleep(3)
        before, began = len(app.raw), time.monotonic()
        for event in events[150:350]:
            journal.append(event)
            time.sleep(0.1)
        seconds = time.monotonic() - began
        report(
            "bytes a second while following, 100 x 30",
            (len(app.raw) - before) / seconds / 1000, "kB", 2, 1.3,
        )  # fmt: skip
        journal.append(RunEnded(outcome="completed", reason="", seconds=1.0))
    with window(folder, "-r", run.path) as app:
        app.wait_for("finished")
        time.sleep(6)  # torch is imported, and the devices are there
        before = len(app.raw)
        time.sleep(4)
        report("bytes while nothing changes, 4 s", len(app.raw) - before, "B", 0, 0)


def keys(folder: Path) -> None:
    """From a key to the screen, while this very process of the app trains."""
    with window(folder, "-c", folder / "config.json", "--start") as app:
        app.wait_for("best val_loss", timeout=120)  # every metric is known
        time.sleep(1)
        taken = list(islice(key_times(app), NUM_KEYS))
        app.press("q")
        app.wait_for("then leave")
        app.press("s")
        app.wait(60)
    taken.sort()
    report("key to screen while training, median", statistics.median(taken) * 1000, "ms", 50, 30)
    report("key to screen while training, p95", taken[int(0.95 * NUM_KEYS)] * 1000, "ms", 50, 30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no terminal and no training")
    options = parser.parse_args()
    redraw()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal(folder)
        if options.quick:
            return
        write_tiny_mnist(folder / "data")
        forever = {"trainer.epochs": 10**6, "trainer.save_period": 10**6, "trainer.early_stop": 0}
        (folder / "config.json").write_text(
            tiny_config(folder / "data", folder / "saved", forever).text
        )
        first_paint(folder)
        bytes_sent(folder)
        keys(folder)


if __name__ == "__main__":
    main()
