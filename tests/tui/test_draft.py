"""The config being edited."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import file as config_file
from core.settings.file import ConfigError
from core.settings.jsontext import JsonText
from tui.config.draft import Draft, choices, parse, signature_of

if TYPE_CHECKING:
    from scratch import Scratch

EPOCHS = ("trainer", "epochs")


@pytest.fixture
def draft(scratch: Scratch) -> Draft:
    return Draft.read(scratch.config_path)


def test_a_missing_file_is_a_sentence(scratch: Scratch) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json: there is no such file"):
        Draft.read(scratch.path / "nowhere.json")


def test_a_change_is_known(draft: Draft) -> None:
    assert not draft.changed
    draft.set(EPOCHS, 7)
    assert draft.changed
    assert draft.get(EPOCHS) == 7


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


@pytest.mark.parametrize("typed", ["NaN", "-Infinity", "1e999", "[1e999]", "[" * 100_000])
def test_what_json_does_not_have_is_a_problem_of_its_field(typed: str, draft: Draft) -> None:
    problem = draft.problem_with(("optimizer", "args", "lr"), parse(typed))
    assert problem.startswith("optimizer.args.lr: must be")


def test_half_a_character_can_be_saved(draft: Draft, scratch: Scratch) -> None:
    draft.set(("name",), "half \ud800")
    draft.save()
    assert json.loads(scratch.config_path.read_text())["name"] == "half \ud800"


def test_the_file_is_known_to_be_changed_by_somebody_else(draft: Draft) -> None:
    assert not draft.changed_on_disk()
    draft.path.write_text(draft.saved.text)
    assert not draft.changed_on_disk()
    draft.path.write_text("{}")
    assert draft.changed_on_disk()
    draft.save()
    assert not draft.changed_on_disk()
    draft.path.unlink()
    assert not draft.changed_on_disk()  # there is nothing that saving would overwrite


def test_a_class_without_some_arguments_names_them(draft: Draft) -> None:
    assert draft.set(("optimizer", "type"), "SGD") == ["amsgrad"]
    assert draft.set(("optimizer", "type"), "Adam") == []


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


# What is not edited stays, whatever there is

unknown = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
ODD_VALUES: list[tuple[tuple[str, ...], list[Any]]] = [
    (("optimizer", "args", "lr"), ["1e-3", 0.001]),
    (("metrics",), [["my_metric"], ["accuracy"], []]),
    (("loss",), ["NLLLoss", {"type": "nll_loss"}]),
    (("lr_scheduler",), [{}, None, {"type": "ExponentialLR", "args": {"gamma": 0.9}}]),
    (("trainer", "save_freq"), [1, 5]),
    (("trainer", "monitor"), ["OFF", "min  val_loss", None]),
    (("data_loader", "args", "validation_split"), [0, 1, "0.1", 6000]),
]


@st.composite
def config_texts(draw: st.DrawFn) -> str:
    """The shipped config with odd values, keys that nobody knows, and any indentation."""
    text = JsonText((config_file.PRESETS / "config.json").read_text())
    for path, choice in ODD_VALUES:
        if draw(st.booleans()):
            text = text.set(path, draw(st.sampled_from(choice)))
    blocks: list[tuple[str, ...]] = [(), ("trainer",), ("arch",), ("optimizer",)]
    for _ in range(draw(st.integers(0, 4))):
        key = "their_" + draw(st.text(max_size=4))
        text = text.set((*draw(st.sampled_from(blocks)), key), draw(unknown))
    indent = draw(st.sampled_from(["as it is", None, 1, 2, 4, "\t"]))
    if indent == "as it is":
        return text.text
    return json.dumps(text.value, indent=indent, ensure_ascii=draw(st.booleans()))


@given(config_texts())
def test_an_edit_changes_its_own_line_alone(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(text)
        draft = Draft.read(path)
        draft.save()
        assert path.read_text() == text
        draft.set(EPOCHS, 77)
        draft.save()
        written = path.read_text()
    expected = copy.deepcopy(json.loads(text))
    expected["trainer"]["epochs"] = 77
    assert json.loads(written) == expected
    assert list(json.loads(written)) == list(expected)
    assert written == text.replace('"epochs": 100', '"epochs": 77')


COMMENTED = Path(__file__).parents[1] / "data" / "commented_config.json"


def test_a_commented_config_is_kept_until_it_is_saved(scratch: Scratch) -> None:
    scratch.config_path.write_bytes(COMMENTED.read_bytes())
    draft = Draft.read(scratch.config_path)
    assert not draft.changed
    assert draft.problems() == []
    assert draft.notes() == [
        config_file.LENIENT,
        "trainer.save_freq: is read as trainer.save_period",
    ]
    draft.set(EPOCHS, 7)
    draft.undo()
    assert not draft.changed
    draft.redo()
    draft.save()
    assert not draft.changed
    lines = scratch.config_path.read_text().splitlines()
    assert '    "epochs": 7,' in lines
    assert '      "lr": 0.001,' in lines
    assert not any("//" in line and "https" not in line for line in lines)
    assert draft.notes() == ["trainer.save_freq: is read as trainer.save_period"]


OLD: dict[str, Any] = {
    "name": "old",
    "arch": "MnistModel",
    "optimizer_type": "Adam",
    "optimizer": {"lr": 0.5},
    "data_loader": {"data_dir": "data/", "batch_size": 32},
    "loss": "my_loss",
    "metrics": [],
    "trainer": {"epochs": 3, "save_dir": "saved/"},
}


def test_an_old_format_is_edited_in_todays_keys_and_can_be_undone(scratch: Scratch) -> None:
    scratch.config_path.write_text(json.dumps(OLD, indent=4))
    draft = Draft.read(scratch.config_path)
    assert not draft.changed
    assert draft.get(("optimizer", "args", "lr")) == 0.5
    assert draft.meant["loss"] == "nll_loss"
    draft.set(("optimizer", "type"), "SGD")
    assert draft.value["optimizer"] == {"type": "SGD", "args": {"lr": 0.5}}
    assert "optimizer_type" not in draft.value
    assert any(note.startswith("optimizer_type") for note in draft.notes())
    assert draft.undo()
    assert draft.value == OLD
    assert not draft.changed


def test_somebody_elses_config_can_be_edited_and_saved(scratch: Scratch) -> None:
    theirs: dict[str, Any] = {
        "datasets": {"train": {"type": "A", "kwargs": {}}},
        "models": {},
        "losses": {},
    }
    scratch.config_path.write_text(json.dumps(theirs, indent=2))
    draft = Draft.read(scratch.config_path)
    (problem,) = draft.problems()
    assert problem.message.startswith("this is a config of")
    draft.set(("datasets", "train", "type"), "B")
    draft.save()
    theirs["datasets"]["train"]["type"] = "B"
    assert scratch.config_path.read_text() == json.dumps(theirs, indent=2)
