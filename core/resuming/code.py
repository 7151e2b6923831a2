"""Which code of one's own a run goes on with: its own copies, or what is beside another config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checking import check
from core.errors import MistakeError
from core.own_code import copies as own_code
from core.own_code import project as own_project
from core.own_code import started as started_code

if TYPE_CHECKING:
    from pathlib import Path

    from core.config import Config
    from core.own_code.copies import Code
    from core.runs import Run
    from core.settings.jsontext import JsonText


def checked(
    text: JsonText, before: JsonText, run: Run, folder: Path | None
) -> tuple[Config, Code | None]:
    """The config that is meant, and the code of one's own that it needs, of which nothing is run.

    Without a folder for it that is the code the run was started on, or a part of it.
    """
    if folder is not None:
        return check.load(text.value, folder), own_code.of(folder, text.value)
    if not run.ours():
        own_project.refuse_without(run.path, text.value)
    known = started_code.of_run(run, before.value) if own_code.names_in(text.value) else None
    settings = check.load(text.value, run.code_path)
    code = own_code.of(run.code_path, text.value)
    if code is not None and (known is None or not code.files.items() <= known.files.items()):
        raise MistakeError(
            f"{run.code_path}: holds more than the run was started on: give -c with the config "
            "that the code is beside"
        )
    return settings, code


def has(run: Run, code: Code | None) -> bool:
    """Whether a run's own copies are that code."""
    if code is None or code.folder == run.code_path:
        return True
    return own_code.same(code, run.code_path)
