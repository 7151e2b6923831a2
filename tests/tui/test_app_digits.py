"""What a network gets wrong, and drawing for it."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pytest
from drawing import PredictingHere, play
from recorded import recorded
from scratch import PATIENCE_SECONDS
from tiny_data import NUM_TEST
from window import NARROW, USUAL, WIDE, Window, opened

from core.evaluate import evaluate
from core.event_lines import from_line
from core.events import CheckpointSaved
from core.images.pictures import Pictures
from core.predict import Predictor
from core.runs import Run
from core.saved import results
from tui.digits.exhibits import Exhibits
from tui.digits.picture import Look, picture
from tui.messages import DigitsAsked, RunOpened
from tui.screens.drawing import Drawing
from tui.widgets.digits_pane import DigitsPane
from tui.widgets.gallery import Gallery
from tui.widgets.guess_view import GuessView
from tui.widgets.matrix_view import MatrixView
from tui.widgets.pad_view import PadView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scratch import Scratch

    from tui.digits.predicting import Guess


@pytest.fixture
def here() -> Iterator[None]:
    """Guesses without a process of their own, which takes seconds to import torch."""
    with patch("tui.screens.drawing.Predicting", PredictingHere):
        yield


@pytest.fixture
def best(finished: Run) -> Path:
    return finished.path / "model_best.pth"


@pytest.fixture
def tested(best: Path) -> dict[str, Any]:
    """What testing the best checkpoint gave, kept beside it."""
    return evaluate(best)


def pane(window: Window) -> DigitsPane:
    return window.main.query_one(DigitsPane)


def looked_at(window: Window) -> Path | None:
    return next((found.checkpoint for found in window.main.query(DigitsPane)), None)


async def open_digits(window: Window) -> None:
    await window.press("5")
    await window.until(lambda: pane(window).exhibits, "the checkpoint")
    await window.settle()


async def test_before_any_run_it_says_what_will_be_here(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await window.press("5")
        await window.until_shown("Nothing was trained yet.")
        await window.press("t", "d", "b", "m", "enter")  # nothing to do any of it with


async def test_a_checkpoint_is_tested_and_its_numbers_are_those_of_the_command(
    scratch: Scratch, best: Path
) -> None:
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.until_shown(f"test it on the {NUM_TEST} test images")
        await window.press("t")
        await window.until(lambda: window.main.query_one(MatrixView).matrix, "the matrix")
        found = json.loads(results.path_of(best).read_text())
        assert found == evaluate(best)
        wrong = len(found["mistakes"])
        share = 100 * (1 - wrong / NUM_TEST)
        await window.until_shown(f"{share:.2f} % of {NUM_TEST} right, {wrong} wrong")
        rows = [line.split() for line in window.text().splitlines() if line.endswith("%")]
        numbers = [[int(cell.replace("·", "0")) for cell in row[1:11]] for row in rows]
        assert numbers == found["confusion"]


async def test_mistakes_are_offered_once_there_are_some(scratch: Scratch, best: Path) -> None:
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        assert "pictures" not in window.text().splitlines()[-1]
        assert "t test" in window.text().splitlines()[-1]
        await window.press("enter")  # there is nothing to open yet
        await window.until_shown("was not tested yet")
        await window.press("4")
        evaluate(best)
        await open_digits(window)
        await window.until_shown("enter pictures")


@pytest.mark.usefixtures("tested")
async def test_mistakes_are_three_keys_from_the_first_screen(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await open_digits(window)  # 5
        await window.press("enter")
        await window.until_shown(", taken for")
        assert " % sure   no. " in window.text()


async def test_behind_each_number_are_that_many_pictures_and_they_are_the_test_images(
    scratch: Scratch, best: Path, tested: dict[str, Any]
) -> None:
    pictures = Pictures.of_checkpoint(best)
    async with opened(scratch, WIDE) as window:
        await open_digits(window)
        view, gallery = window.main.query_one(MatrixView), window.main.query_one(Gallery)
        target, guess = view.cursor
        assert target != guess
        assert len(gallery.shown.indices) == tested["confusion"][target][guess] > 0
        for index in gallery.shown.indices:
            assert pictures.labels[index] == target
            assert gallery.shown.ink(index) == pictures.ink(index)
        await window.press("home", *["up"] * 10, *["left"] * 10)
        assert view.cursor == (0, 0)
        assert len(gallery.shown.indices) == tested["confusion"][0][0]


async def test_three_mistakes_look_like_the_test_images_that_they_are(
    scratch: Scratch, best: Path, tested: dict[str, Any]
) -> None:
    pictures = Pictures.of_checkpoint(best)
    async with opened(scratch, USUAL) as window:
        window.app.ascii = True
        await open_digits(window)
        await window.press("m")
        await window.until_shown("all mistakes")
        for place, item in enumerate(tested["mistakes"][:3]):
            if place == 2:  # two stand side by side
                await window.press("down")
            drawn = picture(pictures.ink(item["index"]), Look.ASCII)
            shown = window.text()
            for row in drawn:
                assert "".join(cell.char for cell in row).strip() in shown
            assert f"is {item['target']}, taken for {item['predicted']}" in shown
            share = f"{item['probability']:.1%}".replace("%", " %")
            assert f"{share} sure   no. {item['index']:,}" in shown


async def test_all_pictures_can_be_looked_through(scratch: Scratch, best: Path) -> None:
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.press("b")
        await window.until_shown("all test images")
        assert "is 7" in window.text()  # the first test image of MNIST
        assert "no. 0" in window.text()
        assert "esc close" in window.text().splitlines()[-1]
        await window.press("end")
        await window.until_shown(f"no. {NUM_TEST - 1}")
        await window.press("home")
        await window.until_shown("no. 0")
        await window.press("escape")
        await window.until_shown("not tested yet")
        assert best.exists()


async def test_a_test_image_is_gone_to_by_its_number(scratch: Scratch, best: Path) -> None:
    assert best.exists()
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.press("g")
        await window.type(str(NUM_TEST))
        await window.until_shown(f"give a whole number from 0 to {NUM_TEST - 1}")
        await window.press("escape", "g")
        await window.type("57")
        await window.press("enter")
        await window.until_shown("no. 57")
        await window.until_shown(f"56 to 57 of {NUM_TEST}")  # as the captions count, from 0 on


@pytest.mark.usefixtures("tested")
@pytest.mark.parametrize(("size", "number"), [(USUAL, 2), (WIDE, 8), ((200, 60), 18)])
async def test_as_many_pictures_stand_side_by_side_as_fit(
    scratch: Scratch, size: tuple[int, int], number: int
) -> None:
    async with opened(scratch, size) as window:
        await open_digits(window)
        await window.press("b")
        await window.until_shown("all test images")
        await window.until(lambda: window.text().count("no. ") == number, f"{number} pictures")


def exhibits(names: tuple[str, ...], *mistakes: tuple[int, int, int, float]) -> Exhibits:
    """Of a label of each class; mistakes are the picture, what it is, its guess, the certainty."""
    found = [
        {"index": index, "target": target, "predicted": guess, "probability": sure}
        for index, target, guess, sure in mistakes
    ]
    pictures = Pictures(b"", bytes(range(len(names))), names)
    return Exhibits(Path("model_best.pth"), pictures, {"mistakes": found})


def test_a_caption_says_what_it_is_what_it_was_taken_for_and_how_surely() -> None:
    shown = exhibits(tuple("0123456789"), (4, 4, 9, 0.942)).all_mistakes()
    assert shown.caption(4) == ("is 4, taken for 9", "94.2 % sure   no. 4")
    assert shown.note == ""
    right = exhibits(tuple("0123456789")).everything()
    assert right.caption(7) == ("is 7, taken for 7", "no. 7")


def test_long_names_have_an_arrow_between_them_which_is_explained_once() -> None:
    names = ("T-shirt/top", "Sneaker", "Ankle boot")
    shown = exhibits(names, (0, 0, 2, 0.5)).all_mistakes()
    assert shown.caption(0)[0] == "T-shirt/top → Ankle boot"
    assert shown.note == "what it is → what it was taken for"


async def test_esc_leads_from_the_pictures_to_the_table_to_the_live_pane(
    scratch: Scratch, tested: dict[str, Any]
) -> None:
    assert tested
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.press("enter", "escape")
        assert isinstance(window.app.focused, MatrixView)
        await window.press("escape")
        assert window.main.pane == "live"


async def test_a_checkpoint_is_chosen_in_the_runs_pane(scratch: Scratch, finished: Run) -> None:
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.press("c")
        await window.until(lambda: window.runs.rows, "the run")
        await window.until_shown("last.pth")  # its checkpoints come a moment after it
        last = [path.name for path in finished.checkpoints()].index("last.pth")
        await window.press(*["down"] * (last + 1), "d")
        await window.until(lambda: pane(window).checkpoint == finished.path / "last.pth")


async def test_what_was_chosen_counts_until_another_run_is_shown(
    scratch: Scratch, finished: Run, tmp_path: Path
) -> None:
    other = Run(shutil.copytree(finished.path, tmp_path / scratch.saved / "other" / "1"))
    async with opened(scratch, USUAL) as window:
        window.app.post_message(DigitsAsked(finished.path / "last.pth"))
        await window.until(lambda: looked_at(window) == finished.path / "last.pth")
        window.app.post_message(RunOpened(other))
        await window.until(lambda: window.live.run == other)
        await window.press("5")
        await window.until(lambda: looked_at(window) == other.best_checkpoint())


async def test_a_live_run_without_a_checkpoint_is_waited_for(
    scratch: Scratch, finished: Run
) -> None:
    """Another run's mistakes in its place would be taken for its own."""
    with recorded(scratch.saved.resolve(), "running") as run:
        best = run.path / "model_best.pth"
        journal = run.journal_path.read_bytes().splitlines(keepends=True)
        saved = [line for line in journal if isinstance(from_line(line), CheckpointSaved)]
        begun = [line for line in journal if line not in saved]
        for path in [*run.checkpoints()]:
            path.unlink()
        with run.journal_path.open("r+b") as file:  # the same file: its lock says that it is live
            file.write(b"".join(begun))
            file.truncate()
        async with opened(scratch, USUAL, shown=[run]) as window:
            await window.until_shown("● running")
            await window.press("5")
            await window.until_shown("The run that is trained has no checkpoint yet.")
            shutil.copy(finished.path / "model_best.pth", best)
            with run.journal_path.open("ab") as file:
                file.write(saved[0])
            await window.until(lambda: looked_at(window) == best, "its first checkpoint")
            await window.until_hidden("has no checkpoint yet")


async def test_a_window_too_small_for_it_says_so(scratch: Scratch, best: Path) -> None:
    async with opened(scratch, NARROW) as window:
        await window.press("5")
        await window.until_shown("Digits needs 80×24")
        assert best.exists()


async def test_images_that_are_gone_are_a_sentence(scratch: Scratch, finished: Run) -> None:
    text = finished.config_path.read_text().replace("MnistDataLoader", "NoDataLoader")
    finished.config_path.write_text(text)
    async with opened(scratch, USUAL) as window:
        await window.press("5")
        await window.until(lambda: "NoDataLoader" in window.notices(), "the sentence")


# The pad


async def open_pad(window: Window) -> Drawing:
    await open_digits(window)
    await window.press("d")
    await window.until(lambda: isinstance(window.app.screen, Drawing), "the pad")
    screen = window.app.screen
    assert isinstance(screen, Drawing)
    await window.until(lambda: screen.query_one(GuessView).guess, "a guess")
    return screen


def guess_of(screen: Drawing) -> Guess:
    guess = screen.query_one(GuessView).guess
    assert guess is not None
    return guess


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_two_keys_lead_to_the_pad_which_is_drawn_on_with_the_arrows(
    scratch: Scratch, best: Path, size: tuple[int, int]
) -> None:
    async with opened(scratch, size) as window:
        screen = await open_pad(window)  # 5, d
        before = guess_of(screen)
        await window.until_shown("Nothing is drawn yet")
        await window.until_hidden(" %")  # what a network thinks of an empty sheet
        await window.press("space", *["down"] * 6, "space", "right")
        await window.until(lambda: any(guess_of(screen).picture), "the drawing")
        pad = screen.query_one(PadView).pad
        assert sum(value == 255 for value in pad.ink) == 7
        assert guess_of(screen).probabilities != before.probabilities
        await window.until_shown(" %")
        await window.press("u")
        assert pad.empty
        await window.press("escape")
        assert window.main.is_active
        assert best.exists()


@pytest.mark.usefixtures("best")
@pytest.mark.usefixtures("here")
async def test_a_drawing_is_there_again_and_the_pad_has_its_help(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        screen = await open_pad(window)
        await window.press("space", "down", "down")
        drawn = bytes(screen.query_one(PadView).pad.ink)
        assert any(drawn)
        await window.press("question_mark")
        await window.until_shown("put the pen down, or lift it")
        assert "The drawing stays" in window.text()
        await window.press("escape", "escape", "d")
        await window.until(lambda: isinstance(window.app.screen, Drawing), "the pad")
        assert bytes(window.app.screen.query_one(PadView).pad.ink) == drawn


async def until_looked_at(window: Window, screen: Drawing, drawn: bytes) -> None:
    await window.until(lambda: guess_of(screen).picture == drawn, "the guess")


async def test_real_images_played_by_the_mouse_are_taken_for_what_they_are_taken_for(
    scratch: Scratch, best: Path
) -> None:
    pictures, predictor = Pictures.of_checkpoint(best), Predictor(best)
    async with opened(scratch, WIDE) as window:
        screen = await open_pad(window)
        for index in (0, 3, 8):
            ink = pictures.ink(index)
            expected = int(np.argmax(predictor.probabilities(as_array(ink))))
            await play(window, ink)
            drawn = bytes(screen.query_one(PadView).pad.ink)
            assert max(abs(a - b) for a, b in zip(drawn, ink, strict=True)) <= 8
            await until_looked_at(window, screen, drawn)
            assert int(np.argmax(guess_of(screen).probabilities[0])) == expected


@pytest.mark.usefixtures("here")
async def test_another_checkpoint_of_the_run_is_shown_the_same_drawing(
    scratch: Scratch, finished: Run
) -> None:
    async with opened(scratch, WIDE) as window:
        screen = await open_pad(window)
        await window.press("space", "down", "down", "space", "o")
        await window.until_shown("checkpoint-epoch1.pth")
        await window.until(
            lambda: (guess := screen.query_one(GuessView).guess) and len(guess.probabilities) == 2
        )
        first, second = guess_of(screen).probabilities
        assert first != second
        for _ in finished.checkpoints()[1:]:
            await window.press("o")
        await window.until(
            lambda: (guess := screen.query_one(GuessView).guess) and len(guess.probabilities) == 1
        )


@pytest.mark.usefixtures("here")
async def test_the_best_of_another_run_is_shown_the_same_drawing(
    scratch: Scratch, finished: Run
) -> None:
    other = Run(shutil.copytree(finished.path, scratch.saved / "other" / "20200101_000000"))
    async with opened(scratch, USUAL) as window:
        screen = await open_pad(window)
        await window.press("space", "down", "down", "space", "O")
        await window.until_shown(other.id)
        await window.until_shown(finished.id)
        assert screen.other == other.path.resolve() / "model_best.pth"
        await window.until(
            lambda: (guess := screen.query_one(GuessView).guess) and len(guess.probabilities) == 2
        )
        await window.press("O")
        await window.until_hidden(other.id)


@pytest.mark.usefixtures("here", "best")
async def test_where_no_other_run_has_a_checkpoint_that_is_said(scratch: Scratch) -> None:
    async with opened(scratch, USUAL) as window:
        await open_pad(window)
        await window.press("O")
        await window.until(lambda: "no other run has a checkpoint" in window.notices(), "it")


async def test_a_checkpoint_that_cannot_be_read_is_a_sentence_on_the_pad(
    scratch: Scratch, best: Path
) -> None:
    best.write_bytes(b"nothing")
    async with opened(scratch, USUAL) as window:
        await open_digits(window)
        await window.press("d")
        await window.until(lambda: window.app.screen.query_one(GuessView).trouble, "the sentence")


@pytest.mark.usefixtures("here")
async def test_a_search_that_ends_while_the_pad_closes_harms_nothing(
    scratch: Scratch, best: Path
) -> None:
    found, searched = threading.Event(), threading.Event()

    def find(*_: object) -> list[Path]:
        found.wait(PATIENCE_SECONDS)
        searched.set()
        return [best]

    async def unmount_slowly(_: PadView) -> None:
        """The guesses are gone by then, and the pad's own end is waited for."""
        found.set()
        await asyncio.to_thread(searched.wait, PATIENCE_SECONDS)
        await asyncio.sleep(0.1)

    with (
        patch("tui.digits.rivals.of_other_runs", find),
        patch.object(PadView, "_on_unmount", unmount_slowly),
    ):
        async with opened(scratch, WIDE) as window:
            window.app.push_screen(Drawing(best, scratch.saved))
            await window.until(lambda: isinstance(window.app.screen, Drawing), "the pad")
            await window.press("O", "escape")
            await window.until(searched.is_set, "the search is over")
            await window.until(lambda: window.app.screen is window.main, "the pad closed")
            assert window.app.crash is None


def as_array(ink: bytes) -> Any:
    return np.frombuffer(ink, np.uint8).reshape(28, 28)
