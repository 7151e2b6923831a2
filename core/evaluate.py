"""A checkpoint on the test set: loss, metrics, confusion matrix, mistakes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch

from core import build, checkpoint, dataset, position, resume
from core.averages import Averages
from core.config import Config
from core.files import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


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
    position.load_weights(model, found, assign=True)
    model.to(device).eval()
    samples = dataset.load(settings.data_loader.args.data_dir.expanduser(), training=False)
    samples = samples.to(device)

    loss_of, metrics = build.loss(settings), build.metric_functions(settings)
    averages, outputs = Averages(device), []
    with torch.inference_mode():
        for images, labels in samples.in_order():
            output = model(images)
            measured = {name: metric(output, labels) for name, metric in metrics.items()}
            averages.add({"loss": loss_of(output, labels), **measured}, len(labels))
            outputs.append(output)
        results = {
            **averages.means(),
            "num_samples": len(samples),
            **_mistakes(torch.cat(outputs).cpu(), samples.labels.cpu()),
        }
    with contextlib.suppress(OSError):  # not every folder may be written to
        write_json(checkpoint.test_path(path), results)
    return results


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
