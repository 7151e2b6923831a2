"""What is said of a text that is not JSON: its place, what is wrong, and the remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings.jsontext import JsonText, JsonTextError

PYTHONS_OWN = ("Expecting", "Unterminated", "Extra data", "Invalid", "delimiter", "char ")


def said(text: str) -> str:
    with pytest.raises(JsonTextError) as caught:
        _ = JsonText(text).value
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": 1,, "b": 2}', "line 1, column 9: … a comma too many: take it out"),
        ('{\n  "a": 1,\n  ,\n  "b": 2\n}', "line 3, column 3: … a comma too many: take it out"),
        ("[,]", "line 1, column 2: … a comma too many: take it out"),
        ('{"a": 1},', "line 1, column 9: … a comma after the end: take it out"),
        ('{"a": 1 "b": 2}', 'line 1, column 9: … a comma is missing between 1 and "b"'),
        ('{"a": "x" "y"}', 'line 1, column 11: … a comma is missing between "x" and "y"'),
        ('{"a" 1}', 'line 1, column 6: … a colon is missing after "a": put : before 1'),
        ('{"a"}', 'line 1, column 5: … a colon and a value are missing after "a"'),
        ('{"a" = 1}', "names and values have a colon between: write : in the place of ="),
        ('["a": 1]', "line 1, column 5: … a colon after \"a\": names stand before one"),
        ('{"a": }', "a value is missing after the colon"),
        ('{"a": "open}', 'line 1, column 7: … the text that begins here is not closed: put "'),
        ('{"a": "open,\n "b": 1}', "line 1, column 7: … the text that begins here is not closed"),
        ('{"a": "it"s"}', r'a quote inside a text is written \", or a comma is missing'),
        ('{"a: "x"}', r'a quote inside a text is written \", or one is missing before x'),
        ("{'a': 1}", 'line 1, column 2: … single quotes: JSON has double ones, "like this"'),
        ("""{"a": 'x'}""", 'line 1, column 7: … single quotes: JSON has double ones, "like this"'),
        ('{"a": “x”}', 'line 1, column 7: … “ is another sign than ": write "'),
        ('{a: 1}', 'line 1, column 2: … a has no quotes: names are written "a"'),
        ('{"a": Adam}', 'line 1, column 7: … Adam has no quotes: write "Adam"'),
        ('{"a": True}', "line 1, column 7: … True is not JSON: write true"),
        ('{"a": [False]}', "False is not JSON: write false"),
        ('{"a": None}', "None is not JSON: write null"),
        ('{"a": .5}', ".5 is no number in JSON: write 0.5"),
        ('{"a": +3}', "+3 is no number in JSON: write 3"),
        ('{"a": 01}', "01 is no number in JSON: write 1"),
        ('{"a": 1_000}', "1_000 is no number in JSON: write 1000"),
        ('{"a": 5px}', "5px is no number in JSON: a text has quotes"),
        ('{"a": (1, 2)}', "lists are written with other brackets: [1, 2]"),
        ('{\n "a": {\n  "b": 1', "line 3, column 9: … the { of line 2 is not closed: put } at"),
        ("[1, 2", "the [ of line 1 is not closed: put ] at its end"),
        ('{"a": [1, 2}', "line 1, column 12: … } does not close the [ of line 1: put ] first"),
        ('{"a": 1}}', "line 1, column 9: … one } too many: take it out"),
        ('{"a": 1} x', "line 1, column 10: … x comes after the last }: take it out"),
        ('{"a": 1 /* open }', "line 1, column 9: … the comment that begins here is not closed"),
        (r'{"a": "C:\new\data"}', r"a backslash inside a text is written twice: \\"),
        ('{"a": "\t"}', r"line 1, column 7: … the text that begins here has a tab in it: write \t"),
        (" \n", "there is nothing in it: a config begins with { and ends with }"),
        ('{"' + "n" * 99 + '" 1}', "…: put : before 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_plain_words_with_its_place_and_remedy(text: str, what: str) -> None:
    sentence = said(text)
    for part in what.split(" … "):
        assert part in sentence, sentence
    assert "not valid JSON" in sentence


PARTS = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "'", '"a"', '"b"', "1", ".5", "-", "True", "none", "x",
     "\n", " ", "\t", "\\", "\\u12", "/*", "//", "#", "“", "=", "(", ";", "é", "\ufeff", "\0"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=12).map("".join))
def test_whatever_is_wrong_has_a_sentence_of_our_own(text: str) -> None:
    try:
        _ = JsonText(text).value
    except JsonTextError as error:
        sentence = str(error)
        assert sentence.startswith("line ")
        assert "\n" not in sentence
        assert not any(word in sentence for word in PYTHONS_OWN)
