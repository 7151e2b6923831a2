"""Drawings shown to networks, in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import in_process
import numpy as np
import pytest
from tiny_data import tiny_run, train_here

from core import predict
from core.evaluate import evaluate
from core.images.pictures import Pictures
from core.predict import Predictor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def best(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tiny_run(tiny_mnist, tmp_path_factory.mktemp("predict"))
    train_here(made)
    return made.path / "model_best.pth"


def ask(checkpoints: list[Path], pictures: list[bytes]) -> list[dict[str, Any]]:
    text = "".join(f"{picture.hex()}\n" for picture in pictures)
    said = in_process.module(predict.main, text, *map(str, checkpoints))
    return [json.loads(line) for line in said.splitlines()]


def test_the_test_images_are_taken_for_what_the_test_says(best: Path) -> None:
    pictures, mistakes = Pictures.of_checkpoint(best), evaluate(best)["mistakes"]
    said = {item["index"]: item for item in mistakes}
    predictor = Predictor(best)
    for index in range(len(pictures)):
        ink = np.frombuffer(pictures.ink(index), np.uint8).reshape(28, 28)
        values = predictor.probabilities(ink)
        guess = int(np.argmax(values))
        assert sum(values) == pytest.approx(1, abs=1e-5)
        if index in said:
            assert guess == said[index]["predicted"]
            assert values[guess] == pytest.approx(said[index]["probability"], abs=1e-5)
        else:
            assert guess == pictures.labels[index]


def test_two_checkpoints_are_shown_the_same_drawing(best: Path) -> None:
    pictures = Pictures.of_checkpoint(best)
    drawn = [pictures.ink(0), bytes(784)]
    first, *answers = ask([best, best.with_name("last.pth")], drawn)
    assert first == {"num_classes": [10, 10]}
    assert len(answers) == 2
    assert bytes.fromhex(answers[0]["picture"]) == drawn[0]
    ink = np.frombuffer(drawn[0], np.uint8).reshape(28, 28)
    assert answers[0]["probabilities"][0] == pytest.approx(
        Predictor(best).probabilities(ink), abs=1e-6
    )
    assert not any(bytes.fromhex(answers[1]["picture"]))


def test_a_file_that_is_none_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    path.write_bytes(b"not a checkpoint")
    (answer,) = ask([path], [])
    assert str(path) in answer["mistake"]
