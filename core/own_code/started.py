"""Which code of one's own this person has started a run on, by its sha256.

It is remembered outside of the run directories: a directory from elsewhere may hold code and say
of itself what it likes, and still none of it runs because somebody looks at a checkpoint in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import MistakeError
from core.own_code import copies as own_code
from core.saved.folders import state_home
from core.settings.own_names import OwnCodeError

if TYPE_CHECKING:
    from pathlib import Path

    from core.own_code.copies import Code, Files
    from core.runs import Run


def remember(files: Files) -> None:
    """Say that this person starts a run on these very files. Raises OwnCodeError."""
    memory = _memory(files)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.touch()  # a file each, so that two starts at a time lose nothing
    except OSError as error:
        raise OwnCodeError(
            f"{memory.parent} cannot be written ({error.strerror}), where it is kept which code "
            "is yours: set XDG_STATE_HOME to a folder that can be"
        ) from error


def begin(folder: Path, config: object) -> Code | None:
    """The code of one's own for a run that this person starts on a config; None if it names none.

    `folder` is where it is looked up. Raises OwnCodeError.
    """
    code = own_code.of(folder, config)
    if code is not None:
        remember(code.files)
    return code


def of_run(run: Run, config: object) -> Code | None:
    """The code of a run whose config names some; None if it names none. Nothing is run.

    Raises MistakeError where this person never started a run on it.
    """
    names = own_code.names_in(config)
    if not names:
        return None
    if not run.code_record_path.is_file() or run.code_path.is_symlink():
        raise MistakeError(
            f"{run.path}: holds no code of a run, and its config names {names[0]}: use the "
            "checkpoint in the run directory that it was made in, or give -c with the config that "
            "the code is beside"
        )
    try:
        code = own_code.of(run.code_path, config)
    except OwnCodeError as error:
        raise MistakeError(f"{names[0]}: {error}") from error
    if code is None or not is_known(code.files):
        raise MistakeError(
            f"{run.code_path}: is code that you never started a run on, or that was changed since, "
            f"so it was not run: read it, then give -c with the config that {names[0]} is beside"
        )
    return code


def is_known(files: Files) -> bool:
    """Whether this person once started a run on these very files."""
    return _memory(files).exists()


def _memory(files: Files) -> Path:
    return state_home() / "own_code" / own_code.digest(files)
