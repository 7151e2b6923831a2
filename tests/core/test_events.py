"""Events as lines of JSON, read by newer and older programs."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import beginning

from core.event_lines import from_line, to_line
from core.events import (
    EpochEnded,
    Event,
    Heartbeat,
    NoticeGiven,
    SettingChanged,
    StepEnded,
    StepMeasured,
)

KINDS = Event.__subclasses__()

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(max_size=5)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


def builds(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a kind, their numbers finite: the others do not come back."""
    types = {item.name: str(item.type) for item in dataclasses.fields(kind)}
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "float": finite,
        "float | None": st.none() | finite,
        "Metrics": st.dictionaries(names, st.none() | finite, max_size=3),
        "list[str]": st.lists(names, max_size=3),
        "dict[str, str]": st.dictionaries(names, names, max_size=3),
        "dict[str, Any]": st.dictionaries(names, plain, max_size=3),
    }
    by_name: dict[str, st.SearchStrategy[Any]] = {
        "num_steps": st.integers(1),
        "monitor": st.sampled_from(["off", "min val_loss"]),
    }
    own = {name: by_type[text] for name, text in types.items() if text in by_type}
    own |= {name: values for name, values in by_name.items() if name in types}
    return st.builds(kind, **own)


anything = st.one_of([builds(kind) for kind in KINDS])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=20)
def test_every_kind_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(builds(kind))
    assert from_line(to_line(event)) == event


@given(anything)
def test_an_event_is_one_line(event: Event) -> None:
    line = to_line(event)
    assert line.endswith(b"\n")
    assert len(line.splitlines()) == 1
    assert from_line(line) == event


@given(anything, st.text(), plain)
def test_fields_of_a_newer_program_are_skipped(event: Event, name: str, value: object) -> None:
    fields = json.loads(to_line(event))
    fields.setdefault(name, value)
    assert from_line(json.dumps(fields).encode()) == event


@given(anything, st.data())
def test_a_line_that_was_cut_is_no_event(event: Event, data: st.DataObject) -> None:
    line = to_line(event).rstrip(b"\n")
    cut = data.draw(st.integers(0, len(line) - 1))
    assert from_line(line[:cut]) is None


@given(st.binary())
def test_bytes_that_are_not_ours_are_no_event(line: bytes) -> None:
    assert from_line(line) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"3",
        b'"Heartbeat"',
        b'["kind", "Heartbeat"]',
        b"{}",
        b'{"kind": "Event"}',
        b'{"kind": "SomethingNew", "time": 1}',
        b'{"kind": ["Heartbeat"], "time": 1}',
        b'{"kind": "NoticeGiven", "time": 1}',
        b"[" * 100_000,
    ],
)
def test_other_lines_are_no_event(line: bytes) -> None:
    assert from_line(line) is None


@given(anything, st.data())
def test_what_a_field_cannot_have_is_no_event(event: Event, data: st.DataObject) -> None:
    fields = json.loads(to_line(event))
    name = data.draw(st.sampled_from([name for name in fields if name != "kind"]))
    fields[name] = {"odd": []} if isinstance(fields[name], list | str | int | float) else [[]]
    assert from_line(json.dumps(fields).encode()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("num_steps", 0), ("num_steps", True), ("monitor", ""), ("monitor", "min"), ("epochs", 1.5)],
)
def test_a_start_that_cannot_be_is_no_event(name: str, value: object) -> None:
    (started, *_) = beginning()
    fields = json.loads(to_line(started))
    assert from_line(json.dumps(fields).encode()) == started
    assert from_line(json.dumps({**fields, name: value}).encode()) is None


def test_a_metric_that_is_no_number_is_no_event() -> None:
    ended = beginning()[-1]
    line = to_line(ended).replace(b'"val_loss":0.25', b'"val_loss":"0.25"')
    assert line != to_line(ended)
    assert from_line(line) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("classes", [3]), ("names", [None]), ("code", {"model.py": 3}), ("versions", {"torch": 2})],
)
def test_a_start_with_something_else_than_texts_in_it_is_no_event(name: str, value: object) -> None:
    fields = json.loads(to_line(beginning()[0]))
    assert from_line(json.dumps({**fields, name: value}).encode()) is None


def test_a_measured_step_whose_seconds_are_texts_is_no_event() -> None:
    step = StepMeasured(epoch=1, step=1, num_images=8, seconds={"loss": 0.1}, gradient_norms={})
    assert from_line(to_line(step)) == step
    assert from_line(to_line(step).replace(b"0.1", b'"0.1"')) is None


@pytest.mark.parametrize("number", ["Infinity", "NaN", "1e999"])
def test_a_change_to_what_is_no_number_is_no_event(number: str) -> None:
    change = SettingChanged(path="trainer.epochs", before=2, after=3, epoch=1, step=1)
    assert from_line(to_line(change)) == change
    line = to_line(change).replace(b'"after":3', f'"after":{number}'.encode())
    assert from_line(line) is None


def test_numbers_that_are_not_finite_become_null() -> None:
    step = StepEnded(epoch=1, step=1, step_in_epoch=1, loss=math.nan, lr=0.1, images_per_second=1.0)
    line = to_line(step)
    assert b"NaN" not in line
    found = from_line(line)
    assert isinstance(found, StepEnded)
    assert found.loss is None
    ended: dict[str, Any] = json.loads(
        to_line(
            EpochEnded(
                epoch=1,
                step=1,
                metrics={"loss": math.inf, "val_loss": -math.inf, "accuracy": 0.5},
                lr=0.1,
                seconds=1,
                images_per_second=1,
                best=False,
                num_bad_epochs=0,
            )
        )
    )
    assert ended["metrics"] == {"loss": None, "val_loss": None, "accuracy": 0.5}


def test_a_path_that_is_not_utf8_can_be_told() -> None:
    event = NoticeGiven(message=os.fsdecode(b"caf\xe9"))
    assert from_line(to_line(event)) == event


def test_an_event_knows_its_time() -> None:
    assert Heartbeat(time=5.0).time == 5.0
    assert Heartbeat().time > 1_700_000_000
