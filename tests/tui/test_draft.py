"""The config being edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.config_file import ConfigError
from tui.draft import Draft, choices, parse, signature_of

if TYPE_CHECKING:
    from scratch import Scratch

EPOCHS = ("trainer", "epochs")


@pytest.fixture
def draft(scratch: Scratch) -> Draft:
    return Draft.read(scratch.config_path)


def test_a_missing_file_is_a_sentence(scratch: Scratch) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json: there is no such file"):
        Draft.read(scratch.path / "nowhere.json")


def test_a_change_is_known_with_what_was_there(draft: Draft) -> None:
    assert not draft.changed
    draft.set(EPOCHS, 7)
    assert draft.changed
    assert (draft.get(EPOCHS), draft.was(EPOCHS)) == (7, 2)


def test_a_value_that_is_not_there_is_none(draft: Draft) -> None:
    assert draft.get(("trainer", "nothing")) is None
    assert draft.get(("name", "deeper", "still")) is None


def test_undo_goes_back_change_by_change_and_redo_forth(draft: Draft) -> None:
    for epochs in (3, 4):
        draft.set(EPOCHS, epochs)
    steps = (draft.undo, draft.undo, draft.undo, draft.redo, draft.redo, draft.redo)
    seen = [(step(), draft.get(EPOCHS)) for step in steps]
    assert seen == [(True, 3), (True, 2), (False, 2), (True, 3), (True, 4), (False, 4)]


def test_a_new_change_forgets_what_was_undone(draft: Draft) -> None:
    draft.set(EPOCHS, 3)
    draft.undo()
    draft.set(EPOCHS, 5)
    assert not draft.redo()
    assert draft.get(EPOCHS) == 5


def test_undo_brings_back_the_text_to_the_last_byte(draft: Draft) -> None:
    before = draft.text.text
    draft.set(("optimizer", "type"), "SGD")
    draft.remove(("lr_scheduler",))
    draft.undo()
    draft.undo()
    assert draft.text.text == before
    assert not draft.changed


def test_a_new_optimizer_keeps_of_the_arguments_those_it_has(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "SGD")
    assert draft.get(("optimizer", "args")) == {"lr": 0.001, "weight_decay": 0}
    assert draft.problems() == []


def test_a_class_nobody_knows_loses_no_arguments(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "Adamm")
    assert draft.get(("optimizer", "args", "amsgrad")) is True
    assert [str(problem) for problem in draft.problems()] == [
        'optimizer.type: there is no optimizer "Adamm": did you mean Adam?'
    ]


def test_taking_out_what_is_not_there_is_no_change(draft: Draft) -> None:
    draft.remove(("seed",))
    assert not draft.changed
    assert not draft.undo()


def test_a_saved_draft_is_unchanged_and_can_still_be_undone(draft: Draft, scratch: Scratch) -> None:
    draft.set(EPOCHS, 7)
    draft.save()
    assert not draft.changed
    assert Draft.read(scratch.config_path).get(EPOCHS) == 7
    draft.undo()
    assert draft.changed


def test_saving_elsewhere_leaves_the_first_file_alone(draft: Draft, scratch: Scratch) -> None:
    before = scratch.config_path.read_bytes()
    draft.set(EPOCHS, 7)
    draft.save(scratch.path / "other.json")
    assert scratch.config_path.read_bytes() == before
    assert Draft.read(scratch.path / "other.json").get(EPOCHS) == 7


@pytest.mark.parametrize("block", ["optimizer", "lr_scheduler", "arch"])
def test_each_class_that_is_offered_has_a_signature(block: str) -> None:
    assert choices(block)
    assert all(signature_of(block, name) is not None for name in choices(block))


def test_what_cannot_be_chosen_has_no_signature() -> None:
    assert choices("trainer") == []
    assert signature_of("optimizer", "Nothing") is None
    assert signature_of("optimizer", ["SGD"]) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("1e-3", 0.001),
        ("true", True),
        ("null", None),
        ("[0.9, 0.99]", [0.9, 0.99]),
        ("min val_loss", "min val_loss"),
        ('"7"', "7"),
        ("", ""),
    ],
)
def test_what_is_typed_is_json_or_else_a_text(text: str, value: object) -> None:
    assert parse(text) == value
    assert type(parse(text)) is type(value)
