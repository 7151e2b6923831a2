"""The form of a config."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.settings import ranges, signatures
from tui.config import fields
from tui.config.draft import Draft, parse
from tui.config.fields import MISSING, Field, show

if TYPE_CHECKING:
    from scratch import Scratch


def all_fields(draft: Draft) -> dict[str, Field]:
    return {item.dotted: item for section in fields.sections(draft) for item in section.fields}


@pytest.fixture
def draft(scratch: Scratch) -> Draft:
    return Draft.read(scratch.config_path)


def test_every_value_of_the_config_has_a_row(draft: Draft) -> None:
    def leaves(value: object, path: tuple[str, ...]) -> list[str]:
        if not isinstance(value, dict):
            return [".".join(path)]
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]

    assert set(leaves(draft.value, ())) <= set(all_fields(draft))


def test_each_row_is_there_once_and_says_what_it_is(draft: Draft) -> None:
    rows = [item for section in fields.sections(draft) for item in section.fields]
    assert len({item.dotted for item in rows}) == len(rows)
    assert all(item.help for item in rows)


def test_a_row_without_a_value_shows_the_default(draft: Draft) -> None:
    seed = all_fields(draft)["seed"]
    assert not seed.given
    assert seed.value is MISSING
    assert seed.shown == "123"


def test_a_value_of_null_is_given(draft: Draft) -> None:
    draft.set(("trainer", "early_stop"), None)
    row = all_fields(draft)["trainer.early_stop"]
    assert row.given
    assert row.shown == "null"


def test_the_arguments_are_those_of_the_class(draft: Draft) -> None:
    assert "optimizer.args.amsgrad" in all_fields(draft)
    draft.set(("optimizer", "type"), "SGD")
    rows = all_fields(draft)
    assert "optimizer.args.amsgrad" not in rows
    assert (rows["optimizer.args.momentum"].given, rows["optimizer.args.momentum"].shown) == (
        False,
        "0",
    )


def test_an_argument_the_class_has_not_is_shown_with_the_remedy(draft: Draft) -> None:
    draft.set(("optimizer", "args", "speed"), 3)
    assert all_fields(draft)["optimizer.args.speed"].help == (
        "Adam has no such argument: del takes it out"
    )


def test_the_arguments_of_a_class_nobody_knows_are_still_there(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "Adamm")
    assert "optimizer.args.lr" in all_fields(draft)


def test_without_a_schedule_there_is_one_row_for_it(draft: Draft) -> None:
    draft.remove(("lr_scheduler",))
    (section,) = (item for item in fields.sections(draft) if item.title == "schedule")
    assert [(item.label, item.shown) for item in section.fields] == [("type", "none")]


@pytest.mark.parametrize("value", [None, 5, "text", [1], {"type": 3}, {"type": "Adam", "args": 4}])
def test_a_broken_block_is_no_reason_to_fail(draft: Draft, value: object) -> None:
    draft.set(("optimizer",), value)
    assert "optimizer.type" in all_fields(draft)
    assert draft.problems()


@pytest.mark.parametrize("value", [True, None, 0.001, [1, 2], {"a": "ü"}, 10**6])
def test_a_value_is_shown_as_it_would_be_typed(value: object) -> None:
    assert json.loads(show(value)) == value


def test_a_text_is_shown_bare_and_nothing_as_nothing() -> None:
    assert show("min val_loss") == "min val_loss"
    assert show(MISSING) == ""


def write(scratch: Scratch, config: object) -> Draft:
    scratch.config_path.write_text(json.dumps(config))
    return Draft.read(scratch.config_path)


def test_a_key_of_another_name_shows_in_the_field_it_is_read_as(draft: Draft) -> None:
    draft.set(("trainer", "save_freq"), 5)
    draft.remove(("trainer", "save_period"))
    rows = all_fields(draft)
    assert (rows["trainer.save_period"].shown, rows["trainer.save_period"].given) == ("5", True)
    assert rows["trainer.save_freq"].help == "kept, and not read here"
    draft.set(("trainer", "save_period"), 2)
    assert all_fields(draft)["trainer.save_period"].shown == "2"


def test_what_nobody_knows_has_rows_of_its_own(draft: Draft) -> None:
    draft.set(("data_loader", "args", "root"), "coco/")
    draft.set(("theirs", "deep", "value"), [1])
    (section,) = (item for item in fields.sections(draft) if item.title == "other keys")
    assert [(item.label, item.shown) for item in section.fields] == [
        ("data_loader.args.root", '"coco/"' if parse("coco/") != "coco/" else "coco/"),
        ("theirs.deep.value", "[1]"),
    ]


def test_an_old_format_is_shown_in_todays_fields(scratch: Scratch) -> None:
    draft = write(
        scratch,
        {
            "arch": "MnistModel",
            "optimizer_type": "SGD",
            "optimizer": {"lr": 0.5},
            "data_loader": {"data_dir": "data/", "batch_size": 32},
            "training": {"epochs": 3},
        },
    )
    rows = all_fields(draft)
    shown = {
        name: rows[name].shown for name in ("arch.type", "optimizer.args.lr", "trainer.epochs")
    }
    assert shown == {"arch.type": "MnistModel", "optimizer.args.lr": "0.5", "trainer.epochs": "3"}
    assert "optimizer.args.momentum" in rows
    assert "optimizer_type" not in rows


def test_a_plateau_says_what_it_looks_at_instead_of_when_it_steps(draft: Draft) -> None:
    draft.set(("lr_scheduler", "type"), "ReduceLROnPlateau")
    rows = all_fields(draft)
    assert rows["lr_scheduler.metric"].in_row == "as monitored"
    assert rows["lr_scheduler.args.mode"].in_row == "as monitored"
    assert "lr_scheduler.interval" not in rows
    draft.set(("lr_scheduler", "type"), "StepLR")
    rows = all_fields(draft)
    assert "lr_scheduler.metric" not in rows
    assert "lr_scheduler.interval" in rows


def test_no_schedule_at_all_has_no_other_row(draft: Draft) -> None:
    draft.set(("lr_scheduler",), None)
    assert all(section.title != "other keys" for section in fields.sections(draft))


def test_a_range_beside_a_field_is_the_one_that_is_checked(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "SGD")
    unit = all_fields(draft)["optimizer.args.momentum"].unit
    assert unit == "0 to 1"
    assert "must be from 0 to 1" in draft.problem_with(("optimizer", "args", "momentum"), 1.5)
    assert all_fields(draft)["data_loader.augment.scale"].unit == "0 to below 1"


@pytest.mark.parametrize("block", ["optimizer", "lr_scheduler", "arch"])
def test_no_default_of_a_class_is_out_of_its_range(block: str) -> None:
    for name, signature in signatures.offered(block).items():
        for parameter in signature.parameters:
            found = ranges.problem(name, parameter.name, parameter.default)
            assert not found, (name, parameter.name, found)
