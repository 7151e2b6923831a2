"""The confusion matrix, and the bars of a guess, as cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tui.digits.bars import bars
from tui.digits.matrix import Matrix

if TYPE_CHECKING:
    from tui.cells import Row

THREE = Matrix([[90, 1, 9], [0, 100, 0], [3, 0, 97]], ["a   ", "b   ", "c   "], 4)


def text(row: Row) -> str:
    return "".join(cell.char for cell in row)


def test_the_most_frequent_confusion_is_meant_first() -> None:
    assert THREE.worst == (0, 2)
    assert Matrix([[5]], ["a   "], 4).worst == (0, 0)


def test_each_row_is_a_true_class_with_its_share() -> None:
    head, *rows = map(text, THREE.rows(None, 0, 9))
    assert head.split() == ["true", "0", "1", "2", "right"]
    assert [row.split() for row in rows] == [
        ["a", "90", "1", "9", "90.0", "%"],
        ["b", "·", "100", "·", "100.0", "%"],
        ["c", "3", "·", "97", "97.0", "%"],
    ]
    assert len({len(row) for row in rows}) == 1
    assert all(len(row) == THREE.width for row in rows)


def role_of(row: Row, number: str) -> str:
    return row[text(row).index(number)].role


def test_more_mistakes_are_marked_more_strongly() -> None:
    _, first, _, third = THREE.rows(None, 0, 9)
    assert role_of(first, " 1").strip() == "dim"
    assert role_of(first, "9  ") == "bad"
    assert role_of(third, "3") == "text"
    assert role_of(first, "90") == "strong"


def test_the_cursor_marks_its_number_and_both_headings() -> None:
    head, _, _, third = THREE.rows((2, 0), 0, 9)
    assert role_of(third, "3") == "chosen"
    assert role_of(head, "0") == role_of(third, "c") == "accent"
    assert role_of(head, "1") == "dim"


def test_only_the_classes_in_view_are_drawn() -> None:
    rows = THREE.rows((2, 0), 1, 3)
    assert [text(row)[0] for row in rows[1:]] == ["b", "c"]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_bar_is_as_long_as_the_probability(ascii_only: bool) -> None:
    rows = [text(row) for row in bars(["0", "1"], [1.0, 0.25], 50, ascii_only=ascii_only)]
    full = "#" if ascii_only else "█"
    room = 50 - len("0 ") - len(" 100 %")
    assert rows[0].count(full) == room
    assert rows[1].count(full) == pytest.approx(room / 4, abs=1)
    assert rows[0].endswith("100 %")
    assert rows[1].endswith(" 25 %")
    assert all(row.isascii() for row in rows) == ascii_only


def test_the_likeliest_class_stands_out() -> None:
    rows = bars(["0", "1"], [0.2, 0.8], 30, ascii_only=True)
    assert [row[0].role for row in rows] == ["text", "strong"]


class Counted(list[list[int]]):
    """Rows that count how often one of them is looked at."""

    num_looks = 0

    def __getitem__(self, index: Any) -> Any:
        self.num_looks += 1
        return super().__getitem__(index)


def test_a_large_table_is_looked_through_once_not_at_each_of_its_numbers() -> None:
    num = 47  # letters and digits
    counts = Counted([[row * guess % 7 for guess in range(num)] for row in range(num)])
    matrix = Matrix(counts, [f"{row:>4}" for row in range(num)], 4)
    for height in (10, 30):
        matrix.rows((3, 4), 0, height)
    assert counts.num_looks < 2 * num**2
