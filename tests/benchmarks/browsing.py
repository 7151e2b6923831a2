"""A thousand runs of twenty checkpoints: how long until they are listed, and how they scroll.

Each figure is printed beside its budget, in time of the clock, which is worse where the cores are
busy with something else.

    python tests/benchmarks/browsing.py [--runs N] [--checkpoints N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from invented import NUM_STEPS, recorded
from pty_app import PtyApp
from tiny_data import tiny_config

from core.event_lines import to_line
from core.events import RunEnded
from core.saved import sidecar
from core.saved.sidecar import Sidecar
from tui.runs import watch
from tui.runs.watch import RunsWatch

if TYPE_CHECKING:
    from tui.messages import RunsFound

ROWS, COLUMNS = 40, 120
NUM_WINDOWS, NUM_KEYS = 3, 36
LOOKS = 3
"""At whether something changed, while reads are counted."""
WARM_SECONDS = 6.0
"""After which torch is imported, and the window has nothing to do."""


def report(what: str, measured: float, unit: str, budget: float, aim: float) -> None:
    verdict = "ok" if measured <= budget else "TOO MUCH"
    print(f"{what:<58} {measured:>9.2f} {unit:<4} of {budget:g} (aim {aim:g})   {verdict}")


def make(folder: Path, num_runs: int, num_checkpoints: int) -> None:
    """The runs, all alike but for their ids."""
    events = recorded(num_checkpoints, epochs=num_checkpoints)
    lines = [to_line(event) for event in events]
    lines.append(to_line(RunEnded(outcome="completed", reason="", seconds=1.0)))
    journal = b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
    for number in range(num_runs):
        minutes, seconds = divmod(number, 60)
        hours, minutes = divmod(minutes, 60)
        run = folder / "saved" / "Mnist_LeNet" / f"20261101_{hours:02}{minutes:02}{seconds:02}"
        make_run(run, folder, journal, num_checkpoints)


def make_run(run: Path, folder: Path, journal: bytes, num_checkpoints: int) -> None:
    run.mkdir(parents=True)
    text = tiny_config(folder / "data", folder / "saved", {"name": run.parent.name}).text
    (run / "config.json").write_text(text, encoding="utf-8")
    for epoch in range(1, num_checkpoints + 1):
        path = run / f"checkpoint-epoch{epoch}.pth"
        path.write_bytes(b"x" * 10)
        metrics: dict[str, float | None] = {"loss": 0.4 / epoch, "val_loss": 0.3 / epoch}
        facts = Sidecar(path.name, epoch, epoch * NUM_STEPS, 10, "0" * 64, metrics)
        sidecar.write(path, facts)
    (run / "events.jsonl").write_bytes(journal)


def window(folder: Path) -> PtyApp:
    """The app, over SSH as far as it knows."""
    env = {
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22",
    }
    command: list[str | Path] = [
        Path(sys.executable).parent / "mnist-tui",
        "-c",
        folder / "config.json",
    ]
    return PtyApp(command, rows=ROWS, columns=COLUMNS, env=env, cwd=folder)


def listed(folder: Path, num_runs: int, *, wait_seconds: float) -> tuple[float, float, bool]:
    """From `4` to the first rows, and to all; whether torch was imported before these."""
    with window(folder) as app:
        app.wait_for("Nothing is running yet")
        time.sleep(wait_seconds)
        began = time.perf_counter()
        app.press("4")
        app.wait_for("✓ finished", timeout=60)  # the first screen has the word, not the sign
        first = app.heard - began
        maps = Path(f"/proc/{app.process.pid}/maps")
        imported = maps.exists() and "libtorch" in maps.read_text()
        app.wait_for(f"{num_runs} runs", timeout=60)
        return first, time.perf_counter() - began, imported


def scrolling(folder: Path, num_runs: int) -> list[float]:
    """From a key to the screen: a page further down, then up again."""
    taken = []
    with window(folder) as app:
        app.wait_for("Nothing is running yet")
        time.sleep(WARM_SECONDS)
        app.press("4")
        app.wait_for(f"{num_runs} runs", timeout=60)
        app.press("pagedown")
        time.sleep(0.5)
        for number in range(NUM_KEYS):
            before = app.text()
            began = time.perf_counter()
            app.press("pagedown" if number < NUM_KEYS // 2 else "pageup")
            app.wait_for(lambda text, b=before: text != b)  # type: ignore[misc]
            taken.append(app.heard - began)
            time.sleep(0.1)
    return sorted(taken)


def reads_when_nothing_changes(folder: Path) -> int:
    """Files and folders opened by the watch of the list in a few of its looks."""
    complete = threading.Event()
    num_opened, counting = 0, False

    def hook(event: str, _arguments: object) -> None:
        nonlocal num_opened
        if counting and event in ("open", "os.listdir", "os.scandir"):
            num_opened += 1

    def heard(message: RunsFound) -> None:
        if message.complete:
            complete.set()

    sys.addaudithook(hook)
    watching = RunsWatch(folder / "saved", heard)
    watching.be_looked_at(looked_at=True)
    assert complete.wait(60)
    time.sleep(2 * watch.SECONDS)
    counting = True
    time.sleep(LOOKS * watch.SECONDS)
    counting = False
    watching.close()
    return num_opened


def imports_torch(folder: Path) -> bool:
    """Whether the list is made with torch, in a process of its own."""
    code = (
        "import json, sys, threading; from pathlib import Path\n"
        "from tui.runs.watch import RunsWatch; from tui.widgets import runs_pane\n"
        "done = threading.Event()\n"
        f"RunsWatch(Path({str(folder / 'saved')!r}), lambda m: m.complete and done.set()).look()\n"
        "assert done.wait(60); print(json.dumps('torch' in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return bool(json.loads(said.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--checkpoints", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, options.runs, options.checkpoints)
        (folder / "config.json").write_text(
            tiny_config(folder / "data", folder / "saved", {}).text, encoding="utf-8"
        )
        print(f"{options.runs} runs of {options.checkpoints} checkpoints")
        for words, seconds in (("at once", 0.0), ("torch imported", WARM_SECONDS)):
            found = [listed(folder, options.runs, wait_seconds=seconds) for _ in range(NUM_WINDOWS)]
            firsts, every, imported = zip(*found, strict=True)
            report(f"4 to the first rows, {words}", statistics.median(firsts), "s", 0.3, 0.1)
            report(f"4 to all rows, {words}", statistics.median(every), "s", 5, 2)
            if not seconds:
                report("windows with torch before the first rows", sum(imported), "", 0, 0)
        taken = scrolling(folder, options.runs)
        report("a page further, median", statistics.median(taken) * 1000, "ms", 50, 30)
        report("a page further, p95", taken[int(0.95 * NUM_KEYS)] * 1000, "ms", 50, 30)
        opened = reads_when_nothing_changes(folder)
        report(f"files opened in {LOOKS} looks, nothing changed", opened, "", 0, 0)
        report("torch imported to make the list", imports_torch(folder), "", 0, 0)


if __name__ == "__main__":
    main()
