"""A checkpoint on the test set: loss, metrics, confusion matrix, mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from core.building import build
from core.building.trained import Trained, probabilities
from core.images.idx import DataError
from core.loop.averages import Averages
from core.saved import results as results_files

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def evaluate(path: Path, device_name: str = "cpu", beside: Path | None = None) -> dict[str, Any]:
    """Test the checkpoint at `path` on the test images of its data set.

    Code of one's own is that of its run, or the one in the folder `beside`.

    Returns {loss, <metric>…, num_samples, confusion[target][predicted], mistakes: [{index, target,
    predicted, probability}]}, the most certain mistake first, and keeps it in `<file>.test.json`.
    Raises MistakeError. Touches neither torch's global generator nor its thread count.
    """
    trained = Trained.read(path, device_name, beside)
    samples = trained.test_images()
    loss_of = build.loss(trained.config, trained.own)
    metrics = build.metric_functions(trained.config, trained.own)
    averages, outputs, targets = Averages(trained.device), [], []
    with torch.inference_mode():
        for images, labels in samples.in_order():
            output = trained.outputs(images)
            _check_labels(labels, output.shape[1])
            measured = {name: metric(output, labels) for name, metric in metrics.items()}
            averages.add({"loss": loss_of(output, labels), **measured}, len(labels))
            outputs.append(output)
            targets.append(labels)
        results = {
            **averages.means(),
            "num_samples": len(samples),
            **_mistakes(torch.cat(outputs).cpu(), torch.cat(targets).cpu()),
        }
    results_files.keep(path, results)
    return results


def _check_labels(labels: Tensor, num_classes: int) -> None:
    highest = int(labels.max())
    if highest >= num_classes:
        raise DataError(
            f"data_loader.args.data_dir: the test labels go up to {highest}, but the network tells "
            f"only {num_classes} classes apart: give the data set that it was trained on"
        )


def _mistakes(output: Tensor, targets: Tensor) -> dict[str, Any]:
    certainty, predicted = probabilities(output).max(dim=1)
    num_classes = output.shape[1]
    pairs = targets * num_classes + predicted
    confusion = torch.bincount(pairs, minlength=num_classes**2).reshape(num_classes, -1)
    wrong = (predicted != targets).nonzero().flatten()
    wrong = wrong[certainty[wrong].argsort(descending=True, stable=True)]
    return {
        "confusion": confusion.tolist(),
        "mistakes": [
            {
                "index": index,
                "target": int(targets[index]),
                "predicted": int(predicted[index]),
                "probability": float(certainty[index]),
            }
            for index in wrong.tolist()
        ],
    }
