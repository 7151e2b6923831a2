"""Editing JSON in place: what is not touched stays as it was, to the last space."""

from __future__ import annotations

import copy
import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings.file import PRESETS
from core.settings.jsontext import JsonText, JsonTextError, Path

SHIPPED = (PRESETS / "config.json").read_text(encoding="utf-8")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=5)
spaces = st.text(" \n\t\r", max_size=3)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """JSON texts whose spaces, escapes and number forms are not those of json.dumps."""
    value = draw(objects)
    text = json.dumps(
        value,
        indent=draw(st.sampled_from([None, 0, 1, 4])),
        ensure_ascii=draw(st.booleans()),
        separators=(draw(spaces) + "," + draw(spaces), draw(spaces) + ":" + draw(spaces)),
    )
    return draw(spaces) + text + draw(spaces)


def get(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def put(value: Any, path: Path, new: object) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    get(changed, path[:-1])[path[-1]] = new
    return changed


@given(texts(), values, st.data())
def test_setting_a_value_changes_that_value_and_no_other_text(
    text: str, new: object, data: st.DataObject
) -> None:
    before = JsonText(text)
    path = data.draw(st.sampled_from(sorted(before.spans, key=repr)))
    start, end = before.spans[path]
    after = before.set(path, new)
    assert after.value == put(before.value, path, new)
    assert after.text.startswith(text[:start])
    assert after.text.endswith(text[end:])


@given(texts(), st.data())
def test_every_span_holds_its_value(text: str, data: st.DataObject) -> None:
    json_text = JsonText(text)
    path = data.draw(st.sampled_from(sorted(json_text.spans, key=repr)))
    start, end = json_text.spans[path]
    assert json.loads(text[start:end]) == get(json_text.value, path)


@given(texts(), st.data())
def test_setting_the_value_it_has_changes_nothing(text: str, data: st.DataObject) -> None:
    json_text = JsonText(text)
    path = data.draw(st.sampled_from(sorted(json_text.spans, key=repr)))
    same = copy.deepcopy(get(json_text.value, path))
    assert json_text.set(path, same).text == text


@pytest.mark.parametrize(("old", "new"), [("1", True), ("1", 1.0), ("0", False), ("1.0", 1)])
def test_a_value_of_another_kind_is_another_value(old: str, new: object) -> None:
    after = JsonText(f'{{"a": {old}}}').set(("a",), new).value["a"]
    assert (type(after), after) == (type(new), new)


@given(texts(), st.text(min_size=5, max_size=6), values, st.data())
def test_a_new_key_comes_last_and_leaves_the_others(
    text: str, key: str, new: object, data: st.DataObject
) -> None:
    before = JsonText(text)
    holders = [path for path in before.spans if isinstance(get(before.value, path), dict)]
    path = (*data.draw(st.sampled_from(sorted(holders, key=repr))), key)
    after = before.set(path, new)
    assert after.value == put(before.value, path, new)
    assert list(get(after.value, path[:-1]))[-1] == key


@given(texts(), st.data())
def test_a_removed_key_takes_its_comma_along(text: str, data: st.DataObject) -> None:
    before = JsonText(text)
    members = [path for path in before.spans if path and isinstance(path[-1], str)]
    path = data.draw(st.sampled_from(sorted(members, key=repr)))
    expected = copy.deepcopy(before.value)
    del get(expected, path[:-1])[path[-1]]
    assert before.remove(path).value == expected


def test_editing_the_shipped_config_changes_one_line() -> None:
    after = JsonText(SHIPPED).set(("trainer", "epochs"), 3).text
    pairs = list(zip(SHIPPED.splitlines(), after.splitlines(), strict=True))
    assert [pair for pair in pairs if pair[0] != pair[1]] == [
        ('        "epochs": 100,', '        "epochs": 3,')
    ]


def test_the_line_of_a_value_is_counted_from_one() -> None:
    lines = SHIPPED.splitlines()
    number = JsonText(SHIPPED).line(("optimizer", "args", "lr"))
    assert lines[number - 1].strip() == '"lr": 0.001,'
    assert JsonText("5").line(()) == 1


def test_missing_parents_are_made() -> None:
    after = JsonText('{\n    "a": {}\n}').set(("a", "b", "c"), [1, 2])
    assert after.text == (
        '{\n    "a": {\n        "b": {\n            "c": [1, 2]\n        }\n    }\n}'
    )


def test_null_makes_way_for_an_object() -> None:
    assert JsonText('{"lr_scheduler": null}').set(("lr_scheduler", "type"), "StepLR").value == {
        "lr_scheduler": {"type": "StepLR"}
    }


def test_an_empty_object_and_an_empty_list_can_be_filled_and_emptied() -> None:
    text = JsonText("{ }").set(("a",), []).set(("a",), [[], {}])
    assert text.value == {"a": [[], {}]}
    assert text.set(("a", 1, "b"), "é").value == {"a": [[], {"b": "é"}]}
    assert text.remove(("a",)).value == {}


def test_a_place_in_a_list_may_be_given_as_text() -> None:
    text = JsonText('{"metrics": ["accuracy", {"type": "top_k_acc"}]}')
    assert text.set(("metrics", "0"), "x").value["metrics"][0] == "x"
    assert text.set(("metrics", "1", "type"), "y").value["metrics"][1] == {"type": "y"}


@pytest.mark.parametrize("step", ["2", "-1", "x", 2])
def test_a_place_outside_a_list_is_refused(step: str | int) -> None:
    with pytest.raises(JsonTextError, match=r"^metrics: has no item .*: it has 2, from 0"):
        JsonText('{"metrics": ["a", "b"]}').set(("metrics", step), "c")


def test_of_a_key_that_comes_twice_the_last_one_counts() -> None:
    text = JsonText('{"a": {"x": 1}, "b": 2, "a": {"y": 3}}')
    assert text.set(("a", "y"), 4).value == {"a": {"y": 4}, "b": 2}
    assert text.set(("a", "x"), 5).value == {"a": {"y": 3, "x": 5}, "b": 2}
    assert text.remove(("a",)).value == {"b": 2}


def test_unicode_is_written_as_it_is() -> None:
    assert JsonText('{"name": "Ziffer"}').set(("name",), "数字 é").text == '{"name": "数字 é"}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, float("-inf")]])
def test_a_number_that_json_does_not_have_is_not_written(value: object) -> None:
    with pytest.raises(JsonTextError, match=r"^optimizer\.lr: .*finite"):
        JsonText('{"optimizer": {"lr": 1}}').set(("optimizer", "lr"), value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "a" 1\n}', "line 2, column 7: not valid JSON: a colon is missing after"),
        ('{"a": 1 "b": 2}', "line 1, column 9: not valid JSON: a comma is missing"),
        ("", "line 1, column 1: not valid JSON: there is nothing in it"),
        ('{"a": 1} x', "line 1, column 10: not valid JSON: x comes after the last }"),
        ('{"NaN": "NaN",\n "a\\"NaN": [NaN]}', "line 2, column 13: NaN is not JSON: give a number"),
        ("[-Infinity]", "line 1, column 2: -Infinity is not JSON: give a number"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(JsonTextError, match="^" + re.escape(message)):
        _ = JsonText(text).value


def test_deep_but_valid_json_is_no_crash() -> None:
    text = JsonText('{"a": 1, "b": ' + "[" * 900 + "]" * 900 + "}")
    try:
        assert text.set(("a",), 2).value["a"] == 2
    except JsonTextError as error:
        assert "nested too deeply" in str(error)  # either answer is a good one


@st.composite
def commented(draw: st.DrawFn, text: str) -> str:
    """The text with comments where JSON has spaces between values, and commas before ends."""
    comments = st.sampled_from(["", " ", '/* a, "b": {[ */', "# it's\n", '// NaN "\n', "\n"])
    tokens = re.findall(r'"(?:\\.|[^"\\])*"|[\[\]{},:]|[^\s\[\]{},:"]+', text)
    parts = []
    for before, token in itertools.pairwise(["", *tokens]):
        if token in ("}", "]") and before not in ("{", "[") and draw(st.booleans()):
            parts += [draw(comments), ","]
        parts += [draw(comments), token]
    return draw(st.sampled_from(["", "\ufeff"])) + "".join([*parts, draw(comments)])


@given(texts(), st.data())
def test_comments_and_commas_before_an_end_are_read_over(text: str, data: st.DataObject) -> None:
    plain, lenient = JsonText(text), JsonText(data.draw(commented(text)))
    assert lenient.value == plain.value
    assert lenient.plain.is_plain
    assert lenient.plain.value == plain.value
    path = data.draw(st.sampled_from(sorted(lenient.spans, key=repr)))
    start, end = lenient.spans[path]
    if not isinstance(get(plain.value, path), dict | list):
        assert json.loads(lenient.text[start:end]) == get(plain.value, path)
    new = data.draw(values)
    after = lenient.set(path, new)
    assert after.value == put(plain.value, path, new)
    assert after is lenient or after.is_plain
    assert lenient.set((), plain.value) is lenient


@given(texts())
def test_what_is_json_already_is_never_touched(text: str) -> None:
    assert JsonText(text).is_plain
    assert JsonText(text).plain.text == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{\n  "a": 1, // one\n  // two\n  "b": 2,\n}\n', '{\n  "a": 1,\n  "b": 2\n}\n'),
        ('// top\n{"a": /* x */ 1}', '{"a": 1}'),
        ('{"a": 1} # end', '{"a": 1}'),
        ('\ufeff{"a": 1}', '{"a": 1}'),
        ('{"a": [1, 2,], "b": {"c": 3,},}', '{"a": [1, 2], "b": {"c": 3}}'),
        ('{\n  "a": 1 // one\n  "b": {}\n\n  "c": 3\n}', '{\n  "a": 1,\n  "b": {},\n\n  "c": 3\n}'),
        ('{"a": 1\n"b": 2}', '{"a": 1,\n"b": 2}'),
        ('{"a": "b // c # d /* e */,}" // f\n}', '{"a": "b // c # d /* e */,}"\n}'),
        ('{\n  /* several\n     lines */\n  "a": 1\n}', '{\n  "a": 1\n}'),
    ],
)
def test_what_is_written_is_plain_and_tidy(text: str, plain: str) -> None:
    json.loads(plain)
    assert JsonText(text).plain.text == plain
    assert JsonText(text).value == json.loads(plain)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1 "b": 2}', "[,]", "{,}", "[1,,]", '{"a" 1}', '{"a": 1 /* open }', "{'a': 1}",
        '{"a": // nothing\n}', "[1] [2]", '{"a": "open}',
    ],
)  # fmt: skip
def test_what_is_not_certain_stays_an_error(text: str) -> None:
    with pytest.raises(JsonTextError, match="not valid JSON"):
        _ = JsonText(text).value


def test_a_mistake_behind_comments_is_told_where_it_stands() -> None:
    text = '// one\n{ /* two */\n  "a": 1, # three\n  "b" 2\n}'
    with pytest.raises(JsonTextError, match=r"^line 4, column 7: .* a colon is missing"):
        _ = JsonText(text).value
    assert JsonText('// one\n{\n"a": 1 }').line(("a",)) == 3
