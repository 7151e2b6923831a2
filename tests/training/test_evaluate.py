"""A checkpoint on the test set, in a process that may be training something else."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import torch
from tiny_data import NUM_TEST, tiny_run, train_here

from core import checkpoint, dataset, evaluate
from core.building.trained import probabilities
from core.checkpoint import CheckpointError
from core.models import MnistModel
from core.saved import results as results_files

if TYPE_CHECKING:
    from pathlib import Path

    from core.events import Event
    from core.runs import Run


@pytest.fixture(scope="module")
def run(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = tiny_run(tiny_mnist, tmp_path_factory.mktemp("evaluate"))
    train_here(made)
    return made


@pytest.fixture(scope="module")
def results(run: Run) -> dict[str, Any]:
    return evaluate.evaluate(run.path / "model_best.pth")


def test_every_image_is_counted_once(results: dict[str, Any]) -> None:
    confusion = torch.tensor(results["confusion"])
    assert results["num_samples"] == NUM_TEST
    assert confusion.shape == (10, 10)
    assert confusion.sum() == NUM_TEST
    assert list(results) == [
        "loss", "accuracy", "top_k_acc", "num_samples", "confusion", "mistakes",
    ]  # fmt: skip


def test_rows_are_the_truth_and_the_diagonal_is_right(
    results: dict[str, Any], tiny_mnist: Path
) -> None:
    confusion = torch.tensor(results["confusion"])
    labels = dataset.load(tiny_mnist, training=False).labels
    assert confusion.sum(dim=1).tolist() == torch.bincount(labels, minlength=10).tolist()
    assert confusion.trace().item() == round(results["accuracy"] * NUM_TEST)


def test_mistakes_are_those_of_the_confusion_matrix_most_certain_first(
    results: dict[str, Any], tiny_mnist: Path
) -> None:
    mistakes = results["mistakes"]
    labels = dataset.load(tiny_mnist, training=False).labels
    counted = torch.zeros(10, 10, dtype=torch.long)
    for mistake in mistakes:
        assert mistake["target"] == labels[mistake["index"]]
        assert 0.1 <= mistake["probability"] <= 1
        counted[mistake["target"], mistake["predicted"]] += 1
    expected = torch.tensor(results["confusion"])
    expected.fill_diagonal_(0)
    assert counted.tolist() == expected.tolist()
    assert len({mistake["index"] for mistake in mistakes}) == len(mistakes) > 0
    probabilities = [mistake["probability"] for mistake in mistakes]
    assert probabilities == sorted(probabilities, reverse=True)


def test_the_numbers_are_those_of_the_network(
    run: Run, results: dict[str, Any], tiny_mnist: Path
) -> None:
    model = MnistModel().eval()
    checkpoint.load_weights(model, checkpoint.load(run.path / "model_best.pth"))
    images, labels = next(dataset.load(tiny_mnist, training=False).in_order())
    with torch.no_grad():
        output = model(images)
    loss = torch.nn.functional.nll_loss(output, labels)
    assert results["loss"] == pytest.approx(loss.item(), abs=1e-5)
    assert results["accuracy"] == pytest.approx((output.argmax(1) == labels).float().mean().item())


def test_results_are_kept_beside_the_checkpoint(run: Run, results: dict[str, Any]) -> None:
    kept = run.path / "model_best.pth.test.json"
    assert json.loads(kept.read_text()) == results


def test_results_that_cannot_be_kept_are_given_all_the_same(
    run: Run, results: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_arguments: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(results_files, "write_json", read_only)
    assert evaluate.evaluate(run.path / "model_best.pth") == results


def test_testing_leaves_the_generator_and_the_threads_alone(run: Run) -> None:
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    evaluate.evaluate(run.path / "last.pth")
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads


def test_testing_between_the_steps_of_a_run_does_not_change_its_bits(
    tiny_mnist: Path, tmp_path: Path, run: Run
) -> None:
    busy = tiny_run(tiny_mnist, tmp_path)

    def test_meanwhile(_event: Event) -> None:
        evaluate.evaluate(run.path / "last.pth")

    train_here(busy, on_event=test_meanwhile)
    one, other = (
        torch.load(item.path / "last.pth", weights_only=True)["state_dict"] for item in (run, busy)
    )
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_network_nobody_here_knows_is_one_sentence(run: Run, tmp_path: Path) -> None:
    content = torch.load(run.path / "last.pth", weights_only=True)
    content["config"]["arch"]["type"] = "TheirModel"
    torch.save(content, tmp_path / "theirs.pth")
    with pytest.raises(ValueError, match=r"arch\.type: there is no \"TheirModel\" here"):
        evaluate.evaluate(tmp_path / "theirs.pth")


def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such file"):
        evaluate.evaluate(tmp_path / "none.pth")


def test_probabilities_are_those_of_log_probabilities_and_of_scores() -> None:
    scores = torch.tensor([[3.0, -1.0, 0.5], [40.0, 2.0, -7.0]])
    told = torch.log_softmax(scores, dim=1)
    assert torch.allclose(probabilities(told), told.exp())
    assert torch.allclose(probabilities(scores), told.exp())
