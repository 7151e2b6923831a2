"""Links that are lost, in every way and at every moment: what is left, and what becomes of the run.

python tests/benchmarks/link.py --count 100 --seed 7
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "support"))

import psutil  # noqa: E402
import torch  # noqa: E402
from pty_app import PtyApp  # noqa: E402
from scratch import Scratch  # noqa: E402
from ssh_server import SshServer, ssh_server  # noqa: E402
from tiny_data import write_tiny_mnist  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.runs import Run

EPOCHS = 40
EDITS: dict[str, Any] = {
    "trainer.epochs": EPOCHS, "trainer.early_stop": 0, "trainer.save_period": 10**6,
    "data_loader.args.batch_size": 8,
}  # fmt: skip
FAULTS = ("client killed", "frozen, then killed", "terminal closed", "closed without a signal")
MOMENTS = ("importing", "loading", "training", "saving", "idle")
OTHER_SESSION = """
import os, sys
if os.fork():
    os.wait()
else:
    os.setsid()  # so that nobody tells it when the terminal goes
    os.execv(sys.argv[1], sys.argv[1:])
"""
PATIENCE_SECONDS = 120.0


def start(fault: str, server: SshServer, folder: Path, *, idle: bool) -> PtyApp:
    """The app in a terminal, behind an SSH client where the fault is one of the link."""
    command = [sys.executable, "-m", "tui", *([] if idle else ["--start"])]
    environment = {"PYTHONPATH": str(PROJECT)}
    if fault in FAULTS[:2]:
        kept = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
        settings = " ".join(f"{name}={value}" for name, value in (kept | environment).items())
        line = f"cd {folder} && {settings} exec {' '.join(command)}"
        return PtyApp(server.command(line))
    if fault == FAULTS[3]:
        command = [sys.executable, "-c", OTHER_SESSION, *command]
    return PtyApp(command, cwd=folder, env=environment)


def cut(app: PtyApp, fault: str, chance: random.Random, longest_freeze: float) -> None:
    """Do it."""
    if fault == FAULTS[1]:
        app.process.send_signal(signal.SIGSTOP)
        time.sleep(chance.uniform(0.1, 1) * longest_freeze)
    if fault in FAULTS[:2]:
        app.process.kill()
        app.process.wait(10)
    app.hang_up()


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def reached(scratch: Scratch, moment: str) -> bool:
    """Whether the run is where it is to be cut."""
    if not scratch.runs():
        return False
    state = scratch.run().state()
    if moment == "importing":
        return state.phase == "importing torch" or state.started is not None
    if moment == "loading":
        return state.phase == "loading data" or state.started is not None
    return state.epoch >= 2 and (moment == "training" or state.phase == "saving")


def ours(folder: Path) -> list[psutil.Process]:
    """The program's processes that are in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder and "tui" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def weights(run: Run) -> dict[str, Any]:
    content: dict[str, Any] = torch.load(run.path / "last.pth", weights_only=True)["state_dict"]
    return content


def one(
    root: Path, number: int, server: SshServer, chance: random.Random, longest_freeze: float,
    undisturbed: dict[str, Any],
) -> str:  # fmt: skip
    """One loss; what went wrong, or nothing."""
    fault, moment = FAULTS[number % len(FAULTS)], MOMENTS[number // len(FAULTS) % len(MOMENTS)]
    scratch = Scratch(root / f"{number:03d}")
    scratch.path.mkdir()
    (scratch.path / "data").symlink_to(root / "data")
    scratch.write_config(EDITS)
    wrong = ""
    with start(fault, server, scratch.path, idle=moment == "idle") as app:
        if moment == "idle":
            app.wait_for("Nothing is running yet.", PATIENCE_SECONDS)
        elif not wait_until(lambda: reached(scratch, moment)):
            return f"{fault}, {moment}: the run never came so far"
        time.sleep(chance.random() * 0.3)
        cut(app, fault, chance, longest_freeze)
        wrong = what_is_wrong(scratch, moment, undisturbed)
    for process in ours(scratch.path):
        process.kill()
    shutil.rmtree(scratch.path, ignore_errors=True)
    return f"{fault}, {moment}: {wrong}" if wrong else ""


def what_is_wrong(scratch: Scratch, moment: str, undisturbed: dict[str, Any]) -> str:
    """What differs from a run that nothing happened to, and from an empty machine."""
    if moment == "idle":
        return "" if wait_until(lambda: not ours(scratch.path), 10) else "left behind"
    if not wait_until(lambda: scratch.run().state().ended is not None):
        return "the run did not end"
    if not wait_until(lambda: not ours(scratch.path), 10):
        return "a process outlived its run"
    final, ended = weights(scratch.run()), scratch.run().state().ended
    if ended is None or ended.outcome != "completed":
        return f"ended otherwise: {ended}"
    same = all(torch.equal(value, final[name]) for name, value in undisturbed.items())
    return "" if same else "other weights"


def main() -> None:
    """Cut, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--freeze", type=float, default=40.0, help="seconds at most")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    root = Path(tempfile.mkdtemp(prefix="link-"))
    os.environ["XDG_STATE_HOME"], os.environ["XDG_CONFIG_HOME"] = str(root / "s"), str(root / "c")
    try:
        write_tiny_mnist(root / "data")
        quiet = Scratch(root / "undisturbed")
        quiet.path.mkdir()
        (quiet.path / "data").symlink_to(root / "data")
        quiet.write_config(EDITS)
        train = [sys.executable, "-m", "tui", "train"]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        subprocess.run(train, cwd=quiet.path, check=True, capture_output=True, env=environment)
        undisturbed, results = weights(quiet.run()), Counter[str]()
        (root / "sshd").mkdir()
        with ssh_server(root / "sshd") as server:
            for number in range(options.count):
                wrong = one(root, number, server, chance, options.freeze, undisturbed)
                results[wrong or "as it should be"] += 1
                if wrong:
                    print(f"{number}: {wrong}", flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{options.count} links lost, seed {options.seed}")
    for result, count in results.most_common():
        print(f"{count:5}  {result}")


if __name__ == "__main__":
    main()
