"""Text that is not ours."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.clean import ASCII, ascii_only, clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [/x] text", "plain [/x] text"),
        ("\x1b[2J", r"\x1b[2J"),
        ("two\nlines\tof\rit", r"two\nlines\tof\rit"),
        ("한글 실험 ü ◆", "한글 실험 ü ◆"),
        ("left\u202eright", r"left\u202eright"),
        ("wide\u200bless", r"wide\u200bless"),
        ("par\u2029agraph", r"par\u2029agraph"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\udcff", r"\udcff"),
        ("e\u0301", "e\u0301"),
        ("", ""),
    ],
)
def test_control_characters_become_visible_and_all_else_stays(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_what_is_no_text_is_made_one() -> None:
    assert clean(3.5) == "3.5"


@given(st.text(st.characters(codec=None)))
def test_nothing_that_was_cleaned_moves_a_cursor_or_fails_to_be_written(text: str) -> None:
    cleaned = clean(text)
    assert {unicodedata.category(char) for char in cleaned}.isdisjoint(("Cc", "Cf", "Cs"))
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


@given(st.text(st.characters(codec=None)))
def test_ascii_is_ascii_of_the_same_columns(text: str) -> None:
    assert ascii_only(text).isascii()
    assert len(ascii_only(text)) == sum(map(cell_len, clean(text)))


def test_our_own_signs_have_their_look_in_ascii() -> None:
    assert ascii_only("● ✓ ✗ ■ ‖ ◆ ▸ ▾ … · ─│╭ 한글") == "* + x # = o > v ~ . -|+ ????"


def test_each_sign_takes_its_own_columns() -> None:
    for code, shown in ASCII.items():
        assert shown.isascii()
        assert len(shown) == cell_len(chr(code)), chr(code)


def test_a_dashed_curve_and_a_solid_one_differ_in_ascii_too() -> None:
    assert ascii_only("── train   ┄┄ val") == "-- train   .. val"
