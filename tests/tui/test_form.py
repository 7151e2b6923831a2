"""The rows of the form, what they say, and the help of each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.settings import signatures
from tui.config import calls, field_help, fields, form
from tui.config import facts as config_facts
from tui.config import words as config_words
from tui.config.differences import Difference, differences
from tui.config.draft import Draft, parse
from tui.config.numbers import stepped
from tui.widgets.json_view import changed_lines

if TYPE_CHECKING:
    from scratch import Scratch

    from tui.config.form import Marks


@pytest.fixture
def draft(scratch: Scratch) -> Draft:
    return Draft.read(scratch.config_path)


def marks_of(draft: Draft) -> Marks:
    return config_facts.marks(draft, fields.sections(draft), None)


def line(draft: Draft, dotted: str, width: int = 46) -> str:
    sections = fields.sections(draft)
    entry = next(item for item in form.entries(sections, (), "") if item.key == dotted)
    rows = form.rows(entry, marks_of(draft), width, form.label_width(sections, width))
    return "\n".join("".join(cell.char for cell in row).rstrip() for row in rows)


def test_a_row_says_value_unit_and_what_it_comes_to(draft: Draft) -> None:
    assert line(draft, "trainer.epochs").split() == ["epochs", "2", "epochs"]
    assert line(draft, "data_loader.args.validation_split").split()[-3:] == ["135", "+", "15"]
    assert "9 steps an epoch" in line(draft, "data_loader.args.batch_size")
    assert line(draft, "optimizer.type").split() == ["type", "Adam", "▾"]


def test_a_rate_that_the_schedule_sets_says_so(draft: Draft) -> None:
    draft.set(("lr_scheduler",), {"type": "OneCycleLR", "args": {"max_lr": 0.1}})
    assert line(draft, "optimizer.args.lr").endswith("max_lr counts")
    draft.set(("optimizer", "args", "lr"), 0.2)
    assert line(draft, "optimizer.args.lr", width=76).endswith("was 0.001, max_lr counts")
    draft.set(("lr_scheduler",), {"type": "StepLR", "args": {"step_size": 5}})
    assert "counts" not in line(draft, "optimizer.args.lr")


def test_the_device_says_in_how_many_processes(draft: Draft) -> None:
    draft.asked_processes = 2
    assert "processes" not in line(draft, "device", width=76)  # they are for the CPU alone
    draft.set(("device",), "cpu")
    assert line(draft, "device", width=76).endswith("in 2 processes")


def test_a_changed_row_says_what_it_was_in_any_width(draft: Draft) -> None:
    draft.set(("name",), "a name that is very much longer than the row of the form " * 2)
    draft.set(("optimizer", "type"), "SGD")
    draft.set(("optimizer", "args", "momentum"), 0.9)
    draft.remove(("trainer", "early_stop"))
    for width in (46, 78, 120):
        assert line(draft, "name", width).startswith("● name")
        assert line(draft, "name", width).endswith("was Mnist_LeNet")
        assert line(draft, "trainer.early_stop", width).endswith("was 10")
        assert all(len(text) <= width for text in line(draft, "name", width).splitlines())
    momentum = " ".join(line(draft, "optimizer.args.momentum").split())
    assert momentum == "● momentum 0.9 not in the file"


def test_what_is_wrong_stands_below_its_row(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "Adamm")
    first, *below = line(draft, "optimizer.type").splitlines()
    assert first.startswith("✗ type")
    assert (
        " ".join(" ".join(below).split()) == '✗ there is no optimizer "Adamm": did you mean Adam?'
    )


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("arch",), None, "arch.type"),
        (("metrics",), ["accurac"], "metrics"),
        (("trainer",), {}, "trainer.epochs"),
        (("optimizer", "args", "speed"), 3, "optimizer.args.speed"),
    ],
)
def test_each_problem_has_a_row(
    path: tuple[str, ...], value: object, place: str, draft: Draft
) -> None:
    draft.set(path, value)
    assert place in marks_of(draft).problems
    assert "" not in marks_of(draft).problems


def test_a_folded_section_counts_what_is_in_it(draft: Draft) -> None:
    draft.set(("trainer", "epochs"), -1)
    draft.set(("trainer", "save_period"), 2)
    sections = fields.sections(draft)
    entry = form.entries(sections, {"training"}, "")[-1]
    (row,) = form.rows(entry, marks_of(draft), 60, 12)
    assert "".join(cell.char for cell in row) == "▸ training  11 fields, ● 2 changed, ✗ 1 wrong"


def test_a_search_finds_fields_and_whole_sections(draft: Draft) -> None:
    sections = fields.sections(draft)
    keys = [entry.key for entry in form.entries(sections, {"optimizer"}, "optim")]
    assert keys[:3] == [" optimizer", "optimizer.type", "optimizer.args.lr"]


@pytest.mark.parametrize("block", ["optimizer", "lr_scheduler", "arch"])
def test_each_class_and_argument_has_a_help_of_its_own(block: str) -> None:
    for name, signature in signatures.offered(block).items():
        assert name in field_help.CLASSES
        for parameter in signature.parameters:
            text = field_help.of_argument(parameter.name, name)
            assert text != f"an argument of {name}", (name, parameter.name)
    assert field_help.of_argument("speed", "Theirs") == "an argument of Theirs"


def test_a_block_is_shown_as_the_call_it_becomes(draft: Draft) -> None:
    draft.set(("optimizer", "type"), "SGD")
    draft.set(("optimizer", "args"), {"lr": 0.05, "momentum": 0.9})
    call = "torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)"
    assert calls.call(draft, "optimizer") == call
    assert calls.lines(draft, "optimizer", 48) == [
        "torch.optim.SGD(model.parameters(), lr=0.05,",
        "                momentum=0.9)",
    ]
    schedule = "torch.optim.lr_scheduler.StepLR(optimizer, step_size=50, gamma=0.1)"
    assert calls.call(draft, "lr_scheduler") == schedule
    assert calls.call(draft, "arch") == "core.models.MnistModel()"
    assert calls.call(draft, "loss") == "core.losses.nll_loss(output, target)"
    draft.set(("optimizer",), [1])
    assert calls.lines(draft, "optimizer", 48) == []


def test_metrics_are_typed_with_commas(draft: Draft) -> None:
    rows = {item.dotted: item for part in fields.sections(draft) for item in part.fields}
    metrics, monitor = rows["metrics"], rows["trainer.monitor"]
    assert metrics.shown == "accuracy, top_k_acc"
    assert metrics.parse("accuracy,top_k_acc") == ["accuracy", "top_k_acc"]
    assert metrics.parse('[{"type": "top_k_acc"}]') == [{"type": "top_k_acc"}]
    assert monitor.choices[:4] == ("off", "min val_loss", "max val_accuracy", "max val_top_k_acc")
    assert rows["optimizer.args.fused"].choices == ("null", "true", "false")


@pytest.mark.parametrize(
    ("text", "up", "down"),
    [
        ("0.001", "0.002", "0.0005"),
        ("0.05", "0.1", "0.02"),
        ("0.03", "0.05", "0.02"),
        ("10", "11", "9"),
        ("1e-05", "2e-05", "5e-06"),
        ("many", "many", "many"),
        ("0.0", "0.0", "0.0"),
        ("", "", ""),
    ],
)
def test_a_number_goes_up_and_down_as_people_try_it(text: str, up: str, down: str) -> None:
    assert (stepped(text, 1), stepped(text, -1)) == (up, down)


def test_a_fraction_may_be_typed_without_its_zero() -> None:
    assert (parse(".01"), parse("5."), parse(".")) == (0.01, 5.0, ".")


def test_two_configs_differ_in_what_they_mean(draft: Draft) -> None:
    before = draft.saved.value
    assert differences(draft.value, {**before, "loss": "NLLLoss"}) == []
    draft.set(("optimizer", "args", "lr"), 0.05)
    draft.set(("seed",), 7)
    draft.remove(("trainer", "early_stop"))
    assert differences(draft.value, before) == [
        Difference("optimizer.args.lr", "0.05", "0.001"),
        Difference("seed", "7", "not there"),
        Difference("trainer.early_stop", "not there", "10"),
    ]


def test_the_lines_that_differ_are_known() -> None:
    assert changed_lines("a\nb\nc", "a\nB\nc") == {2}
    assert changed_lines("a\nb\nc", "a\nc") == {2}
    assert changed_lines("a\nb", "a\nb\nc\nd") == {3, 4}
    assert changed_lines("a", "a") == frozenset()


def test_folders_that_are_spelled_differently_are_no_change(draft: Draft) -> None:
    before = draft.value
    given = before["trainer"]["save_dir"]
    for spelled in (
        (f"{given}/", f"./{given}", f"{given}/sub/..") if given[0] != "/" else (f"{given}/",)
    ):
        draft.set(("trainer", "save_dir"), spelled)
        assert differences(draft.value, before) == []
        assert line(draft, "trainer.save_dir").startswith("  save_dir")
    draft.set(("trainer", "save_dir"), f"{given}2")
    assert [item.path for item in differences(draft.value, before)] == ["trainer.save_dir"]
    assert line(draft, "trainer.save_dir").startswith("● save_dir")


def test_enter_is_named_where_it_lists_something_and_not_in_the_list_itself(draft: Draft) -> None:
    for section in fields.sections(draft):
        for item in section.fields:
            assert "enter" not in item.help
            said = config_words.help_of(form.Entry(item.dotted, section, item))
            assert ("; enter lists what there is" in said) == bool(item.choices)
