"""`mnist-tui predict`: pictures in, what they are taken for out."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tui.cli import main
from tui.digits.guesses import print_guesses
from tui.digits.guessing import FileGuess

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    sheet = np.full((200, 160), 240, np.uint8)
    sheet[40:-40, 72:88] = 20
    path = tmp_path / "one.png"
    Image.fromarray(sheet).save(path)
    return path


def predict(finished: Run, *arguments: str | Path, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The arguments of the whole command."""
    checkpoint = finished.path / "model_best.pth"
    return ("mnist-tui", *before, "predict", "-r", str(checkpoint), *map(str, arguments))


def call(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", list(arguments))
    code = main()
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_line_and_the_digit_as_it_was_seen(
    finished: Run,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = call(predict(finished, picture), monkeypatch, capsys)
    assert (code, err) == (0, "")
    first, *rows = out.splitlines()
    assert re.match(rf"{re.escape(str(picture))}: \d \(\d+\.\d%\)", first)
    assert len(rows) == 16
    assert {len(row) for row in rows} == {30}
    assert sum(row.count("█") for row in rows) >= 18
    assert not {unicodedata.category(sign) for sign in out.replace("\n", "")} & {"Cc", "Cf"}


@pytest.mark.parametrize("before", [True, False])
def test_in_ascii_if_asked(
    before: bool,
    finished: Run,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flag = ("--ascii",)
    asked = predict(finished, picture, before=flag) if before else predict(finished, *flag, picture)
    code, out, _ = call(asked, monkeypatch, capsys)
    assert code == 0
    assert out.isascii()
    assert "@" in out


def test_the_shape_of_predict(
    finished: Run,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = call(predict(finished, "--json", picture, picture), monkeypatch, capsys)
    assert code == 0
    first, second = json.loads(out)
    assert first == second
    assert list(first) == ["file", "digit", "probability", "probabilities"]
    assert first["file"] == str(picture)
    assert len(first["probabilities"]) == 10
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert first["probability"] == max(first["probabilities"])
    assert first["probabilities"][first["digit"]] == first["probability"]


def test_those_that_can_be_read_are_answered_and_the_others_said(
    finished: Run,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = picture.with_name("\x1b[2J\u202e.png")
    hostile.write_bytes(b"no picture")
    copy = picture.with_name("\x1b[31m.png")
    copy.write_bytes(picture.read_bytes())
    asked = predict(finished, hostile, copy, picture.with_name("none.png"))
    code, out, err = call(asked, monkeypatch, capsys)
    assert code == 2
    assert r"\x1b[31m.png: " in out
    assert "\x1b" not in out + err
    assert "\u202e" not in err
    first, second = err.splitlines()
    assert r"\x1b[2J\u202e.png: is no picture that can be read" in first
    assert "none.png: there is no such file" in second


def test_without_a_picture_that_can_be_read_nothing_is_printed(
    finished: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = call(predict(finished, tmp_path, "--json"), monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert "is a folder" in err


class Terminal(io.TextIOWrapper):
    """Where output is seen by a person."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_gets_shades_unless_it_wants_no_colour(
    no_color: bool, finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = np.zeros((28, 28), np.uint8)
    seen[4:24, 12:16] = 200
    guess = FileGuess("one.png", seen.tobytes(), (0.04, 0.95, 0.0001, *[0.0] * 7))
    monkeypatch.setenv("COLORTERM", "truecolor")
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", Terminal(written, encoding="utf-8", write_through=True))
    print_guesses(finished.path / "model_best.pth", [guess], ascii_glyphs=False)
    text = written.getvalue().decode()
    assert text.startswith("one.png: 1 (95.0%), else 0 (4.0%)\n")
    assert ("\x1b[" in text) is not no_color
    assert ("┌" in text) is no_color
