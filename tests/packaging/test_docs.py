"""What the docs say and show is so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pictures
import pytest
import reference
import tour

if TYPE_CHECKING:
    from pathlib import Path


def test_the_pictures_show_what_the_screens_show_now(tmp_path: Path) -> None:
    for name, svg in pictures.draw(tmp_path, "dark").items():
        message = f"{name} is old: python docs/pictures.py"
        assert pictures.words(_kept(name)) == pictures.words(svg), message


def test_each_picture_is_there_in_both_themes_and_both_show_the_same() -> None:
    for name in pictures.NAMES:
        dark, light = (_kept(f"{name}-{theme}") for theme in pictures.THEMES)
        assert pictures.words(dark) == pictures.words(light)
        assert dark != light


def test_the_pictures_need_nothing_from_elsewhere_and_stay_small() -> None:
    files = list(pictures.PICTURES.iterdir())
    assert sum(path.stat().st_size for path in files) < 2_000_000
    svgs = [path for path in files if path.suffix == ".svg"]
    assert len(svgs) == len(pictures.NAMES) * len(pictures.THEMES)
    assert not any("url(" in path.read_text("utf-8").replace("url(#", "") for path in svgs)


@pytest.mark.parametrize("page", reference.PAGES)
def test_what_is_written_from_the_code_says_what_the_code_says(page: str) -> None:
    kept = (reference.DOCS / page).read_text(encoding="utf-8")
    assert kept == reference.write(page), f"docs/{page} is old: python docs/reference.py"


def test_the_tour_is_a_short_recording_of_the_real_program() -> None:
    assert tour.CAST.stat().st_size < 300_000
    head, *lines = tour.CAST.read_text(encoding="utf-8").splitlines()
    assert json.loads(head).items() >= {"version": 2, "width": tour.COLUMNS}.items()
    times, kinds, texts = zip(*map(json.loads, lines), strict=True)
    assert list(times) == sorted(times)
    assert set(kinds) == {"o"}
    shown = "".join(texts)
    assert all(word in shown for word in ("Config", "quick run", "finished", "file ok"))
    assert "/tmp" not in shown


def test_a_recording_is_shortened_to_the_same() -> None:
    text = "\x1b[0m\x1b[1mA\x1b[0m\x1b[1mB\x1b[0m\x1b[2mC\x1b[0mD"
    assert tour.shorten(text) == "\x1b[0;1mAB\x1b[0;2mC\x1b[0mD"


def _kept(name: str) -> str:
    return (pictures.PICTURES / f"{name}.svg").read_text(encoding="utf-8")
