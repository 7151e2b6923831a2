"""`python -m core.probe`: does a device work, and how fast does it train a config?

A process of its own: nothing of a live run is touched. It reads `{"device": …, "config": …}` from
stdin and writes one line of JSON. Without a config it is the self-test. What imports torch is
imported inside functions: what its threads do is settled before (`spinning.prepare`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core import devices
from core.errors import MistakeError
from core.own_code import copies as own_code
from core.processes import importing, spinning
from core.runs import Run
from core.settings.jsontext import JsonText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from core.loop.training import Training

WARM_UP_SECONDS, SECONDS = 0.7, 2.0
"""The first steps choose their algorithms and fill caches."""
MOST_DIFFERENCE = 0.02
"""Of a step's gradient from that of the CPU in 64 bits; GPUs may round to ten bits."""


def main() -> int:
    """Answer one question."""
    question = json.load(sys.stdin)
    try:
        answer = _answer(str(question["device"]), question.get("config"))
    except MistakeError as error:
        answer = {"mistake": str(error).splitlines()[0]}
    sys.stdout.write(f"{json.dumps(answer)}\n")
    return 0


def _answer(device: str, config: str | None) -> dict[str, Any]:
    spinning.prepare()
    importing.import_torch()
    device, _ = devices.choose(device, 1)
    if config is None:
        return self_test(device)
    with TemporaryDirectory(prefix="mnist-tui-") as folder, spinning.only_when_idle():
        return speed(Run(Path(folder)), config, device)


def self_test(device: str) -> dict[str, Any]:
    """One training step of a small network, compared with the same in 64 bits on the CPU."""
    import torch

    from core.losses import nll_loss
    from core.models import MnistModel

    torch.manual_seed(0)
    model = MnistModel().eval()  # no dropout, which draws differently on each device
    images, labels = torch.randn(64, 1, 28, 28), torch.arange(64) % 10

    def gradient(device: str, kind: torch.dtype) -> Tensor:
        network = model.to(device, kind)
        network.zero_grad()
        loss = nll_loss(network(images.to(device, kind)), labels.to(device))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return torch.cat(
            [
                item.grad.flatten().cpu().double()
                for item in network.parameters()
                if item.grad is not None
            ]
        )

    began = time.perf_counter()
    found = gradient(device, torch.float32)
    seconds = time.perf_counter() - began
    right = gradient("cpu", torch.float64)
    difference = float((found - right).norm() / right.norm())
    # Written so that nan is too much.
    return {"passed": difference <= MOST_DIFFERENCE, "difference": difference, "seconds": seconds}


def speed(run: Run, config: str, device: str) -> dict[str, Any]:
    """Train for a moment in a directory that is thrown away, with the trainer's own steps."""
    from core.control import Control
    from core.images.data_sets import LOADERS
    from core.loop.training import Training
    from core.requests import Inbox
    from core.resuming import beginning

    if names := own_code.names_in(JsonText(config).value):
        raise MistakeError(f"{names[0]} is code of your own, which runs only when a run is started")
    run.config_path.write_text(config, encoding="utf-8")
    changes = {"device": device, "trainer.tensorboard": False}
    loader = beginning.effective(run, changes).config.data_loader
    # A training would download them, for minutes.
    LOADERS[loader.type].find(loader.args.data_dir.expanduser(), training=loader.args.training)
    training = Training(run, changes, lambda event: None, Control(Inbox(run.requests_path), _drop))
    training.scheduler = None  # one of a fixed length would end
    batches = _batches(training)
    _train(training, batches, WARM_UP_SECONDS)
    num_images, seconds = _train(training, batches, SECONDS)
    return {
        "images_per_second": num_images / seconds,
        "seconds_an_epoch": training.num_steps
        * training.config.data_loader.args.batch_size
        * seconds
        / num_images,
        "threads": training.threads,
    }


def _train(training: Training, batches: Iterator[Tensor], seconds: float) -> tuple[int, float]:
    """Train for about so long; returns how many images it were in how many seconds."""
    num_images, began = 0, time.perf_counter()
    while True:
        for _ in range(8):
            indices = next(batches)
            training.step_on(indices)
            num_images += len(indices)
        training.averages.sum("loss")  # waits for a GPU to be done
        passed = time.perf_counter() - began
        if passed >= seconds:
            return num_images, passed


def _batches(training: Training) -> Iterator[Tensor]:
    """The batches of the first epoch, again and again."""
    while True:
        training.step_in_epoch = 0
        yield from training.rest_of_epoch()


def _drop(_event: object) -> None:
    """Nobody reads what happens here."""


if __name__ == "__main__":
    sys.exit(main())
