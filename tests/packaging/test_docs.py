"""What the docs say and show is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pictures
import pytest
import reference

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


def _kept(name: str) -> str:
    return (pictures.PICTURES / f"{name}.svg").read_text(encoding="utf-8")
