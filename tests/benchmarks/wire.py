"""A training followed through a real sshd on 127.0.0.1: bytes, keys, and a client that freezes.

python tests/benchmarks/wire.py
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from counting import own_folder, say
from link_faults import log_in
from program import APP, wait_for_epoch
from scratch import Scratch
from ssh_server import ssh_server
from wire import COLUMNS, ROWS, SETTLE_SECONDS, freeze_and_thaw, key_delays, sent

from core.settings import file as config_file
from core.settings.file import PRESETS

if TYPE_CHECKING:
    from pty_app import PtyApp

    from core.runs import Run

EDITS = {"trainer.epochs": 10_000, "trainer.early_stop": 0, "trainer.tensorboard": False}


def prepare(folder: Path) -> Scratch:
    """The shipped config on the whole of MNIST, for longer than anybody measures."""
    scratch = Scratch(folder)
    folder.mkdir()
    text = config_file.read_text(PRESETS / "config.json")
    for path, value in EDITS.items():
        text = text.set(config_file.parse_path(path), value)
    scratch.config_path.write_text(text.text, encoding="utf-8")
    return scratch


def measure(app: PtyApp, run: Run, options: argparse.Namespace) -> None:
    """Print each figure with its budget."""
    following = sent(app, options.seconds)
    say(f"following, {COLUMNS}x{ROWS}: {following.rates} (must 2, aim 1.3)")
    median, p95 = key_delays(app, options.keys)
    say(
        f"key to screen while training: median {median * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms "
        "(must 60, aim 40)"
    )
    for _ in range(options.rounds):
        frozen = freeze_and_thaw(app, run, options.seconds)
        say(
            f"client frozen for {options.seconds:g} s: training {frozen.speed:.3f} of before "
            f"(must 0.98; all programs: {frozen.busy[0]:.2f}, then {frozen.busy[1]:.2f} cores); "
            f"the screen is right {frozen.right_after:.2f} s after it thaws (must 1)"
        )
    app.press("x")
    app.wait_for("stopped")
    time.sleep(SETTLE_SECONDS)
    say(f"nothing changes: {sent(app, options.seconds / 3).to_screen} bytes (must 0)")


def main() -> None:
    """Log in, train, measure, leave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of following, and of a freeze")
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3, help="of freezing")
    options = parser.parse_args()
    with own_folder("wire") as root:
        scratch = prepare(root / "there")
        (root / "sshd").mkdir()
        with (
            ssh_server(root / "sshd") as server,
            log_in(server, scratch.path, [*APP, "--start"], rows=ROWS, columns=COLUMNS) as app,
        ):
            run = wait_for_epoch(scratch, 2)
            time.sleep(SETTLE_SECONDS)
            measure(app, run, options)
            app.press("q")
            app.wait()


if __name__ == "__main__":
    main()
