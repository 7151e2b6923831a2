"""The rows of a confusion matrix in words."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.class_labels import class_labels


@pytest.mark.parametrize("names", [(), ("0", "1", "2"), ("0", "1")])
def test_digits_are_their_own_names(names: tuple[str, ...]) -> None:
    assert class_labels(names, 3) == ["   0", "   1", "   2"]


def test_a_name_stands_beside_its_number() -> None:
    assert class_labels(("Bag", "Shirt"), 2) == ["0 Bag  ", "1 Shirt"]


def test_a_class_without_a_name_has_its_number() -> None:
    assert class_labels(("Bag",), 2) == ["0 Bag", "1 1  "]


def test_numbers_of_two_digits_are_aligned() -> None:
    labels = class_labels(("a",), 11)
    assert (labels[0], labels[10]) == (" 0 a ", "10 10")


@pytest.mark.parametrize("name", ["x" * 40, "猫" * 20, "\x1b[2J[red]", "a\nb"])
def test_every_label_is_as_wide_and_one_clean_line(name: str) -> None:
    labels = class_labels((name, "b"), 2)
    assert len({cell_len(label) for label in labels}) == 1
    assert cell_len(labels[0]) <= 18
    assert all(label.isprintable() for label in labels)
