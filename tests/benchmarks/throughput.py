"""How fast an epoch of the shipped config is: ours, a bare loop, a plain DataLoader loop.

Every variant runs in a process of its own; they take turns, and the ratios are of medians, so
that a busy machine slows all alike. `--load` adds two spinning processes, `--beside` another torch
training, as on a shared server.

    python tests/benchmarks/throughput.py --count 3 [--load] [--beside] [--tensorboard]
        [--template CHECKOUT]

CHECKOUT is a clone of github.com/victoresque/pytorch-template; it needs pandas and tensorboard.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import termios
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import launch, runs
from core.images import idx
from core.saved import finding
from core.settings import file as config_file

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 128
LEARNING_RATE = 0.001
WARM_UP_STEPS = 20
WINDOWED = "ours, the window open"


def ours(folder: Path, *, epochs: int, preset: str = "config.json") -> dict[str, float]:
    """Our trainer in its worker thread, as the app has it; figures of the last epoch."""
    text = config_file.read_text(config_file.PRESETS / preset)
    text = text.set(("trainer", "tensorboard"), False)
    text = text.set(("trainer", "epochs"), epochs).set(("trainer", "save_dir"), str(folder))
    run = runs.create(folder, "ours", text.text)
    launch.in_thread(run).join()
    last = run.state().history[-1]
    return {"images_per_second": last.images_per_second or 0.0, "epoch_seconds": last.seconds}


def windowed(folder: Path, *, epochs: int) -> dict[str, float]:
    """The same in the window, over SSH as far as it knows, its Live pane in view."""
    text = config_file.read_text(config_file.PRESETS / "config.json")
    text = text.set(("trainer", "tensorboard"), False)
    text = text.set(("trainer", "epochs"), epochs).set(("trainer", "save_dir"), str(folder))
    text = text.set(("name",), "windowed")
    config = folder / "windowed.json"
    config.write_text(text.text, encoding="utf-8")
    known = {run.path for run in finding.scan(folder)}
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (30, 100))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "-c", str(config), "--start"],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"},
    )  # fmt: skip
    threading.Thread(target=_drain, args=(master,), daemon=True).start()
    while not (run := next((one for one in finding.scan(folder) if one.path not in known), None)):
        time.sleep(0.5)
    while run.state().ended is None:
        time.sleep(0.5)
    process.terminate()
    process.wait()
    last = run.state().history[-1]
    return {"images_per_second": last.images_per_second or 0.0, "epoch_seconds": last.seconds}


def _drain(terminal: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(terminal, 1 << 16):
            pass


def bare(folder: Path, *, threads: int, channels_last: bool, seconds: float) -> dict[str, float]:
    """Forward, backward, step on resident normalised tensors: no metrics, no log, no validation."""
    import torch

    from core import dataset
    from core.building import build
    from core.config import Component

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    samples = dataset.load(folder / "none", training=True)
    images, labels = dataset.normalize(samples.images[:54000]), samples.labels[:54000]
    model = build.model(Component(type="MnistModel"))
    if channels_last:
        model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, amsgrad=True)
    began, done, step = time.perf_counter(), 0, 0
    while True:
        order = torch.randperm(len(labels))
        for start in range(0, len(labels), BATCH):
            indices = order[start : start + BATCH]
            optimizer.zero_grad()
            torch.nn.functional.nll_loss(model(images[indices]), labels[indices]).backward()
            optimizer.step()
            step, done = step + 1, done + len(indices)
            if step == WARM_UP_STEPS:
                began, done = time.perf_counter(), 0
            elif time.perf_counter() - began > seconds and step > WARM_UP_STEPS:
                return {"images_per_second": done / (time.perf_counter() - began)}


def loader(folder: Path, *, workers: int, tensorboard: bool) -> dict[str, float]:
    """A plain loop over torchvision's DataLoader, with metrics and validation, as most are."""
    import torch
    from torch.utils.data import DataLoader, Subset
    from torchvision import datasets, transforms

    from core import dataset
    from core.building import build
    from core.config import Component

    torch.manual_seed(0)
    normalize = transforms.Normalize((dataset.MEAN,), (dataset.DEVIATION,))
    transform = transforms.Compose([transforms.ToTensor(), normalize])
    images = datasets.MNIST(str(_raw_files(folder)), train=True, transform=transform)
    to_train, to_validate = dataset.split_validation(len(images), 6000)
    train = DataLoader(Subset(images, to_train.tolist()), BATCH, shuffle=True, num_workers=workers)
    validate = DataLoader(Subset(images, to_validate.tolist()), BATCH, num_workers=workers)
    model = build.model(Component(type="MnistModel"))
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, amsgrad=True)
    log = _TemplatesLog(folder) if tensorboard else None
    began = time.perf_counter()
    for step, (batch, labels) in enumerate(train):
        optimizer.zero_grad()
        output = model(batch)
        loss = torch.nn.functional.nll_loss(output, labels)
        loss.backward()
        optimizer.step()
        values = {"loss": loss.item(), **_metrics(output, labels)}
        if log is not None:
            log.batch("train", step, values, batch if step % 11 == 0 else None)
    model.eval()
    with torch.no_grad():
        for step, (batch, labels) in enumerate(validate):
            output = model(batch)
            loss = torch.nn.functional.nll_loss(output, labels)
            values = {"loss": loss.item(), **_metrics(output, labels)}
            if log is not None:
                log.batch("valid", step, values, batch)
    if log is not None:
        log.epoch(model)
    return {"epoch_seconds": time.perf_counter() - began}


def _metrics(output: Any, labels: Any) -> dict[str, float]:
    from core import metrics

    return {
        "accuracy": metrics.accuracy(output, labels).item(),
        "top_k_acc": metrics.top_k_acc(output, labels).item(),
    }


class _TemplatesLog:
    """TensorBoard as pytorch-template has it: every batch, pictures of every eleventh and of all
    validation batches, histograms of the weights once an epoch."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder / "tensorboard"))
        self._then = time.perf_counter()

    def batch(self, part: str, step: int, values: dict[str, float], images: Any) -> None:
        from torchvision.utils import make_grid

        now = time.perf_counter()
        self._writer.add_scalar(f"steps_per_sec/{part}", 1 / (now - self._then), step)
        self._then = now
        for name, value in values.items():
            self._writer.add_scalar(f"{name}/{part}", value, step)
        if images is not None:
            self._writer.add_image(f"input/{part}", make_grid(images, nrow=8, normalize=True), step)

    def epoch(self, model: Any) -> None:
        for name, values in model.named_parameters():
            self._writer.add_histogram(name, values, 0, bins="auto")


def template(folder: Path, checkout: Path) -> dict[str, float]:
    """pytorch-template's own `train.py` with its shipped config, as its log times the second of
    two epochs: from one epoch's result to the next."""
    config = json.loads((checkout / "config.json").read_text())
    config["data_loader"]["args"]["data_dir"] = str(_raw_files(folder))
    config["trainer"] |= {"epochs": 2, "save_dir": str(folder / "template")}
    written = folder / "template.json"
    written.write_text(json.dumps(config))
    command = [sys.executable, "train.py", "-c", str(written)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    newest = max((folder / "template").glob("log/*/*/info.log"), key=os.path.getmtime)
    results = [line for line in newest.read_text().splitlines() if " epoch  " in line]
    first, second = (datetime.fromisoformat(line[:23].replace(",", ".")) for line in results)
    return {"epoch_seconds": (second - first).total_seconds()}


def _raw_files(folder: Path) -> Path:
    raw = folder / "data" / "MNIST" / "raw"
    if not raw.exists():
        raw.mkdir(parents=True)
        for path in idx.BUNDLED.glob("*.gz"):
            with gzip.open(path) as source, (raw / path.stem).open("wb") as target:
                shutil.copyfileobj(source, target)
    return raw.parents[1]


def _in_child(call: str, folder: Path) -> dict[str, float]:
    code = (
        f"import sys, json; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        f"import pathlib, throughput as t; f = pathlib.Path({str(folder)!r}); "
        f"print(json.dumps(t.{call}))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextlib.contextmanager
def _beside(commands: list[list[str]]) -> Iterator[None]:
    others = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        time.sleep(5 if others else 0)
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3, help="rounds")
    parser.add_argument("--load", action="store_true", help="two spinning processes beside it")
    parser.add_argument("--beside", action="store_true", help="another torch training beside it")
    parser.add_argument("--tensorboard", action="store_true", help="the loader loop with it too")
    parser.add_argument("--template", type=Path, metavar="CHECKOUT", help="pytorch-template too")
    options = parser.parse_args()
    variants = {
        "ours": "ours(f, epochs=2)",
        WINDOWED: "windowed(f, epochs=2)",
        "bare, 1 thread": "bare(f, threads=1, channels_last=False, seconds=5)",
        "bare, 2 threads": "bare(f, threads=2, channels_last=False, seconds=5)",
        "bare, 1 thread, channels_last": "bare(f, threads=1, channels_last=True, seconds=5)",
        "bare, 2 threads, channels_last": "bare(f, threads=2, channels_last=True, seconds=5)",
    }
    if not (options.load or options.beside):
        variants["DataLoader, 2 workers"] = "loader(f, workers=2, tensorboard=False)"
        variants["DataLoader, no workers"] = "loader(f, workers=0, tensorboard=False)"
        variants["sprint.json, its whole epoch"] = "ours(f, epochs=1, preset='sprint.json')"
    if options.tensorboard:
        variants["DataLoader, TensorBoard"] = "loader(f, workers=2, tensorboard=True)"
    if options.template:
        checkout = options.template.resolve()
        variants["pytorch-template itself"] = f"template(f, pathlib.Path({str(checkout)!r}))"
    spin = [[sys.executable, "-c", "while True: pass"]] * 2 if options.load else []
    folder = Path(tempfile.mkdtemp(prefix="throughput-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    if options.beside:
        code = (
            "import throughput as t, pathlib; t.bare(pathlib.Path('.'), threads=2, "
            "channels_last=False, seconds=1e9)"
        )
        os.environ["PYTHONPATH"] = str(Path(__file__).parent)
        spin = [[sys.executable, "-c", code]]
    try:
        with _beside(spin):
            _report(variants, folder, options.count)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _report(variants: dict[str, str], folder: Path, count: int) -> None:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in variants}
    for _ in range(count):
        for name, call in variants.items():
            found[name].append(_in_child(call, folder))
    print(f"{count} rounds, medians, {os.cpu_count()} CPUs")

    def median(name: str, key: str) -> float:
        return statistics.median(item[key] for item in found[name])

    rates = {name: median(name, "images_per_second") for name in found if "bare" in name}
    mine = median("ours", "images_per_second")
    print(f"{'ours':<32} {mine:>8,.0f} images/s")
    shown, best = median(WINDOWED, "images_per_second"), max(rates.values())
    ratios = f"over ours {shown / mine:.2f}   over the best bare loop {shown / best:.2f}"
    print(f"{WINDOWED:<32} {shown:>8,.0f} images/s   {ratios}")
    for name, rate in rates.items():
        print(f"{name:<32} {rate:>8,.0f} images/s   ours over it {mine / rate:.2f}")
    epoch = median("ours", "epoch_seconds")
    print(f"{'ours, an epoch':<32} {epoch:>8.2f} s")
    for name in found:
        if "epoch_seconds" in found[name][0] and name not in ("ours", WINDOWED):
            seconds = median(name, "epoch_seconds")
            print(f"{name + ', an epoch':<32} {seconds:>8.2f} s   over ours {seconds / epoch:.2f}")


if __name__ == "__main__":
    main()
