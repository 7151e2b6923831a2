"""Drawings shown to networks from the window."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from tiny_data import tiny_run, train_here

from core.images.pictures import Pictures
from tui.digits.predicting import ENDED, Guess, Predicting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def best(tiny_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tiny_run(tiny_mnist, tmp_path_factory.mktemp("predicting"))
    train_here(made)
    return made.path / "model_best.pth"


class Heard:
    """What was called."""

    def __init__(self) -> None:
        self.guesses: list[Guess] = []
        self.troubles: list[str] = []
        self._changed = threading.Condition()

    def guess(self, guess: Guess) -> None:
        with self._changed:
            self.guesses.append(guess)
            self._changed.notify()

    def trouble(self, why: str) -> None:
        with self._changed:
            self.troubles.append(why)
            self._changed.notify()

    def wait_for(self, what: list[object] | list[Guess] | list[str]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: what, PATIENCE_SECONDS)


@pytest.fixture
def heard() -> Iterator[Heard]:
    yield Heard()
    until_all_have_ended()


def until_all_have_ended() -> None:
    left = [thread for thread in threading.enumerate() if thread.name == "predicting"]
    for thread in left:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_a_drawing_gets_a_guess_the_newest_counts_and_a_process_that_is_killed_is_told(
    best: Path, heard: Heard
) -> None:
    predicting = Predicting([best, best], heard.guess, heard.trouble)
    predicting.start()
    pictures = Pictures.of_checkpoint(best)
    for index in range(5):  # long before anybody can look at the first one
        predicting.show(pictures.ink(index))
    heard.wait_for(heard.guesses)
    (guess,) = heard.guesses
    assert guess.picture == pictures.ink(4)
    assert len(guess.probabilities) == 2
    assert guess.probabilities[0] == guess.probabilities[1]
    assert sum(guess.probabilities[0]) == pytest.approx(1, abs=1e-5)
    assert not heard.troubles
    process = predicting._process
    assert process is not None
    process.kill()
    process.wait()
    predicting.show(bytes(784))
    heard.wait_for(heard.troubles)
    assert heard.troubles == [ENDED]


def test_a_file_that_is_no_checkpoint_is_a_sentence(tmp_path: Path, heard: Heard) -> None:
    path = tmp_path / "x.pth"
    path.write_bytes(b"nothing")
    predicting = Predicting([path], heard.guess, heard.trouble)
    predicting.start()
    heard.wait_for(heard.troubles)
    assert str(path) in heard.troubles[0]


def test_one_that_is_closed_is_not_told(best: Path, heard: Heard) -> None:
    predicting = Predicting([best], heard.guess, heard.trouble)
    predicting.start()
    predicting.close()
    until_all_have_ended()
    assert heard.troubles == []
