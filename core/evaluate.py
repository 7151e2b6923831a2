"""A checkpoint on the test set: loss, metrics, confusion matrix, mistakes."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import torch

from core import build, checkpoint, data_sets, dataset, download, resume
from core.averages import Averages
from core.config import Config
from core.data_sets import Normalization
from core.files import write_json
from core.idx import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from core.checkpoint import Checkpoint
    from core.dataset import Samples


def evaluate(path: Path, device_name: str = "cpu") -> dict[str, Any]:
    """Test the checkpoint at `path` on the test images of its data set.

    Returns {loss, <metric>…, num_samples, confusion[target][predicted], mistakes: [{index, target,
    predicted, probability}]}, the most certain mistake first, and keeps it in `<file>.test.json`.
    Raises MistakeError. Touches neither torch's global generator nor its thread count.
    """
    found = checkpoint.load(path)
    settings = resume.where_its_data_was(Config.parse(found.config), found)
    device = torch.device(device_name)
    model = build.empty_model(settings.arch)
    checkpoint.load_weights(model, found, assign=True)
    model.to(device).eval()
    samples = _test_images(settings, found).to(device)

    loss_of, metrics = build.loss(settings), build.metric_functions(settings)
    averages, outputs = Averages(device), []
    with torch.inference_mode():
        for images, labels in samples.in_order():
            output = model(images)
            _check_labels(labels, output.shape[1])
            measured = {name: metric(output, labels) for name, metric in metrics.items()}
            averages.add({"loss": loss_of(output, labels), **measured}, len(labels))
            outputs.append(output)
        results = {
            **averages.means(),
            "num_samples": len(samples),
            **_mistakes(torch.cat(outputs).cpu(), samples.labels.cpu()),
        }
    if _may_write_beside(path):
        with contextlib.suppress(OSError):  # a disk may be full
            write_json(checkpoint.test_path(path), results)
    return results


def _may_write_beside(path: Path) -> bool:
    # Root may write anywhere; a file that nobody may write to was put aside to stay as it is.
    return os.access(path.parent, os.W_OK) and bool(path.stat().st_mode & 0o222)


def _test_images(settings: Config, start: Checkpoint) -> Samples:
    """Scaled as the images were that the network learned from."""
    loader, kept = settings.data_loader, start.ours.get("data_set")
    data_set, data_dir = data_sets.named(loader.type), loader.args.data_dir.expanduser()
    download.ensure(data_set, data_dir, training=False)
    scale = Normalization(kept["mean"], kept["deviation"]) if kept else None
    return dataset.load(data_dir, training=False, data_set=data_set, scale=scale)


def _check_labels(labels: Tensor, num_classes: int) -> None:
    highest = int(labels.max())
    if highest >= num_classes:
        raise DataError(
            f"data_loader.args.data_dir: the test labels go up to {highest}, but the network tells "
            f"only {num_classes} classes apart: give the data set that it was trained on"
        )


def _mistakes(output: Tensor, targets: Tensor) -> dict[str, Any]:
    probabilities, predicted = output.exp().max(dim=1)
    num_classes = output.shape[1]
    pairs = targets * num_classes + predicted
    confusion = torch.bincount(pairs, minlength=num_classes**2).reshape(num_classes, -1)
    wrong = (predicted != targets).nonzero().flatten()
    wrong = wrong[probabilities[wrong].argsort(descending=True, stable=True)]
    return {
        "confusion": confusion.tolist(),
        "mistakes": [
            {
                "index": index,
                "target": int(targets[index]),
                "predicted": int(predicted[index]),
                "probability": float(probabilities[index]),
            }
            for index in wrong.tolist()
        ],
    }
