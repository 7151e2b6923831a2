"""config.json as a file: its text, edited in place and saved without loss, and its mistakes.

Apart from the values (`core.config`), because those cost a tenth of a second to import.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MistakeError
from core.files import write_atomic
from core.settings.jsontext import JsonText, JsonTextError

if TYPE_CHECKING:
    from collections.abc import Mapping

LENIENT = (
    "the config is not plain JSON (comments, commas or a byte order mark): it is read all the "
    "same, and saving writes plain JSON"
)

PRESETS = Path(__file__).parents[1] / "bundled" / "configs"


@dataclass(frozen=True)
class Problem:
    """One mistake in a config."""

    path: str
    """The field, dotted: `optimizer.args.lr`; empty for the file as a whole."""
    message: str
    """What is wrong and what to do, as the end of a sentence."""

    def __str__(self) -> str:
        """`field: what is wrong`."""
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigError(MistakeError):
    """A config cannot be used; it lists every problem, one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_text(path: Path) -> JsonText:
    """The text of a config file. Raises ConfigError if it is missing or not JSON."""
    try:
        text = JsonText(path.read_bytes().decode())  # not read_text: the line ends are the file's
        is_object = isinstance(text.value, dict)
    except FileNotFoundError as error:
        message = "there is no such file: give another, or leave out -c"
        raise ConfigError([Problem(path=str(path), message=message)]) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is not UTF-8: {error}"
        problem = Problem(path=str(path), message=f"cannot be read: {reason}")
        raise ConfigError([problem]) from error
    except JsonTextError as error:
        raise ConfigError([Problem(path=str(path), message=str(error))]) from error
    if not is_object:
        message = 'must be an object: { "name": …, "arch": …, … }'
        raise ConfigError([Problem(path=str(path), message=message)])
    return text


def save_text(path: Path, text: JsonText, *, backup: bool = True) -> None:
    """Write a config file atomically as plain JSON; `backup` keeps the former one as `.bak`."""
    path = path.resolve()  # a link stays one, what it leads to is written
    if backup and path.exists():
        write_atomic(path.with_name(path.name + ".bak"), path.read_bytes())
    write_atomic(path, text.plain.text.encode())


Stamp = tuple[int, int, int]
"""Of a file: when it was written, its size and its number, which a rename changes."""


def stamp(path: Path) -> Stamp | None:
    """What tells whether a file was written since; None where there is no file."""
    try:
        facts = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def says(path: Path, text: JsonText) -> bool:
    """Whether a file holds exactly that text."""
    try:
        return path.read_bytes() == text.text.encode()
    except OSError:
        return False


def default_path(folder: Path) -> Path:
    """The config a command uses when none is given: the folder's own, else the bundled one."""
    for candidate in (folder / "configs" / "config.json", folder / "config.json"):
        if candidate.is_file():
            return candidate
    return PRESETS / "config.json"


def asked_for(path: Path | None, folder: Path) -> Path:
    """The config that `-c` names: a file, else a bundled preset of that name; None is the default.

    An installed copy has no `configs` beside it, so `-c sprint.json` works in any folder. But
    `-c config.json` means one's own: in a wrong folder it is a mistake, not the bundled one.
    """
    if path is None:
        return default_path(folder)
    is_preset = path.name == str(path) != "config.json" and (PRESETS / path).is_file()
    return PRESETS / path if is_preset and not (folder / path).exists() else path


def with_values(text: JsonText, values: Mapping[str, object]) -> JsonText:
    """The text with values by dotted path, as `--set` has them. Raises JsonTextError."""
    for path, value in values.items():
        text = text.set(parse_path(path), value)
    return text


def parse_path(dotted: str) -> tuple[str, ...]:
    """`trainer.epochs` as the path of a value."""
    return tuple(dotted.split("."))
