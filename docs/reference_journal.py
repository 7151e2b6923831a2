"""The page of the journal, from the events and what is said of them."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from reference_words import WRITTEN, prose, table

from core import events, requests

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> Iterator[str]:
    """Every event and its keys."""
    yield "# The journal of a run\n"
    yield WRITTEN
    yield prose("""
        `events.jsonl` in a run's folder: one event a line, as JSON, in ASCII, only ever appended
        to. `kind` names the event, the other keys are below. Its writer holds a lock (`flock`) on
        it while it lives. A reader takes whole lines alone and skips kinds and keys that it does
        not know: a newer or older writer is no error. A number that was not finite is null.
    """)
    yield "```sh"
    yield "tail -f saved/NAME/ID/events.jsonl | grep --line-buffered EpochEnded"
    yield "mnist-tui show latest --json      # what comes of them"
    yield "```\n"
    said = _field_docstrings(events)
    yield "Every event has `time`: seconds since 1970, by the writer's clock.\n"
    for kind in events.Event.__subclasses__():
        yield f"## {kind.__name__}\n"
        yield f"{inspect.getdoc(kind)}\n"
        rows = [
            (f"`{name}`", _type_words(str(item.type)), said.get((kind.__name__, name), ""))
            for item in fields(kind)
            if (name := item.name) != "time"
        ]
        if rows:
            yield from table(("key", "what it is", "more"), rows)
            yield ""
    yield "## requests.jsonl\n"
    kinds = ", ".join(f"`{kind}`" for kind in requests.KINDS)
    yield prose(f"""
        What is asked of a live run is a line too: `{{id, time, pid, host, kind, …}}`, appended to
        `requests.jsonl` beside the journal, and answered in the journal by `RequestHandled`. A
        writer reads those that come while it lives. Kinds: {kinds}; `set` has a `path`,
        `{requests.LR}` or `{requests.EPOCHS}`, and a `value`.
    """)


def _field_docstrings(module: Any) -> dict[tuple[str, str], str]:
    """The text under each field of the classes of a module."""
    found = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            for field, text in zip(node.body, node.body[1:], strict=False):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and isinstance(text, ast.Expr)
                    and isinstance(text.value, ast.Constant)
                ):
                    words = " ".join(inspect.cleandoc(str(text.value.value)).split())
                    found[node.name, field.target.id] = words.replace("None", "null")
    return found


def _type_words(annotation: str) -> str:
    words = {
        "int": "whole number", "float": "number", "str": "text", "bool": "true or false",
        "None": "null", "Metrics": "object of numbers", "list[str]": "list of texts",
        "dict[str, str]": "object of texts", "dict[str, Any]": "object",
    }  # fmt: skip
    return " or ".join(words[part] for part in annotation.split(" | "))
