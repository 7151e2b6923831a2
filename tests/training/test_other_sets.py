"""Images that are not MNIST's: trained on, tested, scaled alike each time, named by their class."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from tiny_data import NUM_TEST, NUM_TRAIN, STEPS, tiny_config, tiny_run, train_here, write_cut

from core import checkpoint, dataset, evaluate, runs
from core.checking import check
from core.events import RunStarted
from core.images import classes, idx
from core.images.data_sets import FASHION_MNIST, MNIST, Normalization
from core.images.idx import DataError
from tui import console, testing

if TYPE_CHECKING:
    from pathlib import Path

    from core.images.data_sets import DataSet
    from core.runs import Run

FASHION = {"data_loader.type": "FashionMnistDataLoader"}

WHY_NOT = f"{FASHION_MNIST.spare} is not here: apt-get install {FASHION_MNIST.package}"


def cut(
    data_set: DataSet, folder: Path, num_train: int = NUM_TRAIN, num_test: int = NUM_TEST
) -> None:
    """The first images of a set, lying bare in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for training, number in ((True, num_train), (False, num_test)):
        write_cut(data_set.find(folder / "none", training=training), folder, number)


@pytest.fixture(scope="module")
def fashion_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two epochs on 150 real images of Fashion-MNIST."""
    if not FASHION_MNIST.spare.is_dir():
        pytest.skip(WHY_NOT)
    folder = tmp_path_factory.mktemp("fashion")
    cut(FASHION_MNIST, FASHION_MNIST.raw_folder(folder / "data"))
    made = tiny_run(folder / "data", folder / "saved", FASHION)
    assert train_here(made).outcome == "completed"
    return made


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of one's own: MNIST's pictures at half their brightness, under other names."""
    folder = tmp_path_factory.mktemp("letters")
    cut(MNIST, folder)
    for name in ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte"):
        content = bytearray((folder / name).read_bytes())
        pixels = np.frombuffer(content, np.uint8)[16:]
        (folder / name).write_bytes(content[:16] + (pixels // 2).tobytes())
    names = "\n".join(["ä", "b", "c", "d", "e", "f", "g", "h", "i", "a very very long name"])
    (folder / "classes.txt").write_text(names, encoding="utf-8")
    return folder


# The numbers that pixels are scaled by


@pytest.mark.skipif(not FASHION_MNIST.spare.is_dir(), reason=WHY_NOT)
def test_fashions_numbers_are_those_of_its_training_pixels() -> None:
    split = FASHION_MNIST.find(FASHION_MNIST.spare, training=True)
    assert dataset.measure(idx.read(split.images)[1]) == FASHION_MNIST.normalization


def test_mnists_numbers_are_those_of_its_training_pixels(tmp_path: Path) -> None:
    split = MNIST.find(tmp_path, training=True)
    assert dataset.measure(idx.read(split.images)[1]) == MNIST.normalization


def test_pixels_are_measured_as_numpy_would() -> None:
    pixels = np.random.RandomState(0).randint(0, 256, 3_000_000).astype(np.uint8)
    mean, deviation = dataset.measure(bytearray(pixels.tobytes()))
    assert mean == round(float((pixels / 255).mean()), 4)
    assert deviation == round(float((pixels / 255).std()), 4)


def test_pictures_of_one_grey_can_be_scaled() -> None:
    assert dataset.measure(bytearray(b"\xff" * 784)) == (1.0, 1.0)
    assert dataset.measure(bytearray()) == (0.0, 1.0)


def test_the_test_images_are_scaled_as_the_training_images(letters: Path) -> None:
    training = dataset.load(letters, training=True)
    assert training.normalization == dataset.measure(bytearray(training.images.numpy().tobytes()))
    assert dataset.load(letters, training=False).normalization == training.normalization
    images, _ = training.batch(torch.arange(NUM_TRAIN))
    assert abs(images.mean().item()) < 0.01
    assert abs(images.std().item() - 1) < 0.01
    for part in (training.select(torch.arange(3)), training.to(torch.device("cpu"))):
        assert part.normalization == training.normalization


def test_a_checkpoint_keeps_what_its_images_were_scaled_by(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(letters, tmp_path, {"trainer.epochs": 1})
    train_here(run)
    kept = checkpoint.load(run.path / "last.pth").ours["data_set"]
    expected = dataset.load(letters, training=True).normalization
    assert Normalization(kept["mean"], kept["deviation"]) == expected
    assert kept["classes"][0] == "ä"
    results = evaluate.evaluate(run.path / "last.pth")
    monkeypatch.setattr(dataset, "measure", lambda _: pytest.fail("measured anew"))
    assert evaluate.evaluate(run.path / "last.pth") == results


def test_fashion_bits_do_not_depend_on_where_its_files_lie(fashion_run: Run) -> None:
    content = checkpoint.load(fashion_run.path / "last.pth").ours["data_set"]
    assert (content["mean"], content["deviation"]) == FASHION_MNIST.normalization


# Training and testing


def test_real_fashion_trains_and_tests_under_its_own_names(
    fashion_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    history = fashion_run.state().history
    assert [row.step for row in history] == [STEPS, 2 * STEPS]
    first, last = (row.metrics["val_loss"] for row in (history[0], history[-1]))
    assert first is not None
    assert last is not None
    assert last < first < 2.4
    path = fashion_run.path / "model_best.pth"
    results = evaluate.evaluate(path)
    assert list(results) == [
        "loss", "accuracy", "top_k_acc", "num_samples", "confusion", "mistakes",
    ]  # fmt: skip
    assert results["num_samples"] == NUM_TEST
    assert results["accuracy"] > 0.2
    assert classes.of_checkpoint(path) == FASHION_MNIST.classes
    console.test_result(path, results)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("0 T-shirt/top  ")
    assert lines[11].startswith("9 Ankle boot   ")
    assert all(len(line) < 80 for line in lines[1:12])
    page = testing.page(path, json.loads(json.dumps(results))).plain
    assert "0 T-shirt/top " in page
    assert max(map(len, page.splitlines()[3:])) < 80


def test_a_set_of_ones_own_has_its_names(
    letters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tiny_run(letters, tmp_path, {"trainer.epochs": 1})
    (started,) = train_here(run).all(RunStarted)
    assert started.classes[:2] == ["ä", "b"]
    path = run.path / "last.pth"
    console.test_result(path, evaluate.evaluate(path))
    out = capsys.readouterr().out
    assert "\n0 ä                 " in out
    assert "\n9 a very very long  " in out


def test_two_classes_train_with_the_shipped_metrics(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    cut(MNIST, folder, 60, 30)
    for name in ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:8] + bytes(label % 2 for label in content[8:]))
    edits = {"arch.args.num_classes": 2, "trainer.epochs": 1}
    assert check.problems_of(tiny_config(folder, tmp_path, edits).value) == []
    run = tiny_run(folder, tmp_path / "saved", edits)
    assert train_here(run).metrics[0]["top_k_acc"] == 1.0
    results = evaluate.evaluate(run.path / "last.pth")
    assert np.array(results["confusion"]).shape == (2, 2)


def test_test_labels_that_the_network_does_not_know_are_told(tmp_path: Path) -> None:
    cut(MNIST, tmp_path / "data", 100, 50)
    run = tiny_run(tmp_path / "data", tmp_path / "saved", {"trainer.epochs": 1})
    train_here(run)
    path = tmp_path / "data" / "t10k-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x0c")
    with pytest.raises(DataError, match=r"labels go up to 12, but the network tells only 10"):
        evaluate.evaluate(run.path / "last.pth")


def test_going_on_with_another_data_set_is_another_run(
    fashion_run: Run, tmp_path: Path, tiny_mnist: Path
) -> None:
    from core.resuming import plan as resume

    edits: dict[str, Any] = {
        "data_loader.type": "MnistDataLoader",
        "data_loader.args.data_dir": str(tiny_mnist),
        "trainer.epochs": 3,
        "trainer.save_dir": str(tmp_path),
    }
    plan = resume.plan(str(fashion_run.path), tmp_path, None, edits)
    assert plan.run is None
    made = plan.realize()
    assert train_here(made).outcome == "completed"
    kept = checkpoint.load(made.path / "last.pth").ours["data_set"]
    assert (kept["mean"], kept["deviation"]) == MNIST.normalization
    assert classes.of_checkpoint(made.path / "last.pth") == MNIST.classes


# The names, without torch


def test_names_come_from_the_config_where_no_journal_tells_them(tmp_path: Path) -> None:
    text = tiny_config(tmp_path / "data", tmp_path / "saved", FASHION).text
    run = runs.create(tmp_path / "saved", "theirs", text)
    assert classes.of_checkpoint(run.path / "model_best.pth") == FASHION_MNIST.classes


@pytest.mark.parametrize(
    "config", ["{", "[]", '{"data_loader": 3}', '{"data_loader": {"type": 3}}']
)
def test_what_nobody_named_has_no_names(tmp_path: Path, config: str) -> None:
    assert classes.of_checkpoint(tmp_path / "none" / "last.pth") == ()
    (tmp_path / "config.json").write_text(config)
    assert classes.of_checkpoint(tmp_path / "last.pth") == ()


def test_a_run_without_its_config_still_has_its_names(fashion_run: Run, tmp_path: Path) -> None:
    shutil.copy(fashion_run.journal_path, tmp_path)
    assert classes.of_checkpoint(tmp_path / "last.pth") == FASHION_MNIST.classes
