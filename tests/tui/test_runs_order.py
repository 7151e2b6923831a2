"""The list of runs in any order, as a pure function."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tui.clean import ascii_only
from tui.runs.order import COLUMNS, Order, ordered


def row(name: str, **more: Any) -> dict[str, Any]:
    """A finished run as the list tells of it."""
    return {
        "run": f"/saved/x/{name}", "name": "x", "id": name, "status": "completed", "epoch": 1,
        "epochs": 3, "device": "cpu", "origin": "mnist-tui", "parent": None, "started": 0.0,
        "best": None, "bytes": 0, "optimizer": None, "lr": None, "test": None, **more,
    }  # fmt: skip


def best(metric: str, value: float | None) -> dict[str, Any]:
    return {"best": {"metric": metric, "value": value, "epoch": 1}}


def ids(rows: list[dict[str, Any]], column: str, *, descending: bool = False) -> str:
    return "".join(item["id"] for item in ordered(rows, Order(column, descending)))


def test_the_newest_come_first_unless_another_order_is_asked_for() -> None:
    rows = [row("a", started=1.0), row("b", started=3.0), row("c", started=2.0)]
    assert "".join(item["id"] for item in ordered(rows, Order())) == "bca"
    assert ids(rows, "age", descending=True) == "acb"


def test_live_runs_stay_on_top_in_every_order() -> None:
    rows = [row("a"), row("b", status="running"), row("c", status="paused", epoch=9), row("d")]
    for column in COLUMNS:
        for descending in (False, True):
            found = ids(rows, column, descending=descending)
            assert set(found[:2]) == {"b", "c"}, (column, descending)


def test_the_best_come_first_whether_more_or_less_is_better() -> None:
    values = zip("abc", (0.3, 0.1, 0.2), strict=True)
    losses = [row(name, **best("val_loss", value)) for name, value in values]
    assert ids(losses, "best", descending=True) == "bca"
    accuracies = [row("a", **best("accuracy", 0.9)), row("b", **best("accuracy", 0.95))]
    assert ids(accuracies, "best", descending=True) == "ba"
    mixed = ids([*losses, row("x", **best("val_accuracy", 0.9))], "best", descending=True)
    assert mixed == "bcax"  # metrics are not compared with each other


def test_how_a_run_learns_and_what_its_test_gave_are_in_order_too() -> None:
    found = [("a", "SGD", 0.1), ("b", "adam", 1e-4), ("c", "Adam", 0.0), ("d", None, None)]
    rows = [row(name, optimizer=optimizer, lr=lr) for name, optimizer, lr in found]
    assert ids(rows, "optimizer") == "bcad"
    assert ids(rows, "lr") == "cbad"
    rows = [
        row("a", test={"metric": "accuracy", "value": 0.98}), row("b"),
        row("c", test={"metric": "accuracy", "value": 0.99}),
    ]  # fmt: skip
    assert ids(rows, "test", descending=True) == "cab"
    assert Order().by("test") == Order("test", descending=True)


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_not_known_comes_last_either_way(descending: bool) -> None:
    rows = [row("a"), row("b", **best("loss", None)), row("c", **best("loss", 1.0))]
    assert ids(rows, "best", descending=descending) == "cab"
    rows = [row("a", device=None), row("b", device="cuda:0")]
    assert ids(rows, "device", descending=descending) == "ba"
    rows = [row("a"), row("b", parent="/saved/x/1/last.pth")]
    assert ids(rows, "parent", descending=descending) == "ba"


def test_a_size_is_that_of_all_checkpoints_together() -> None:
    rows = [
        row("a", bytes=11),
        row("b", bytes=10),
        row("c"),
    ]
    assert ids(rows, "size", descending=True) == "abc"


@pytest.mark.parametrize("column", COLUMNS)
def test_rows_that_are_alike_stay_as_they_were(column: str) -> None:
    rows = [row(name) for name in "abc"]
    if column != "run":
        assert ids(rows, column) == "abc"
    random.shuffle(rows)
    assert ids(rows, "run") == "abc"
    assert ids(rows, "run", descending=True) == "cba"


def test_a_column_asked_for_twice_is_turned_round() -> None:
    assert Order().by("size") == Order("size", descending=True)
    assert Order().by("size").by("size") == Order("size")
    assert Order().by("age") == Order("age", descending=True)
    order = Order()
    for _ in COLUMNS:
        order = order.next()
    assert order == Order()


@pytest.mark.parametrize("order", [Order(), Order("size", descending=True), Order("run")])
def test_an_order_is_kept_in_the_preferences(order: Order) -> None:
    assert Order.read(order.written()) == order


@pytest.mark.parametrize("nonsense", [None, 7, "", "-", "--age", ["age"], "weight"])
def test_nonsense_in_the_preferences_is_the_newest_first(nonsense: object) -> None:
    assert Order.read(nonsense) == Order()


def test_the_column_has_a_sign_in_ascii_too() -> None:
    assert Order("size", descending=True).heading("size") == "size ▼"
    assert ascii_only(Order("size", descending=True).heading("size")) == "size v"
    assert ascii_only(Order("size").heading("size")) == "size ^"
    assert Order("size").heading("age") == "age"
