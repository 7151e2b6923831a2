"""systemd-logind: whether it ends the processes of a user who logs out."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import TYPE_CHECKING

from tui.doctor.findings import exists, output_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path("/")
FOLDERS = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd")
"""Where logind.conf and its drop-ins lie, the first one winning."""
TRUE, FALSE = ("yes", "true", "on", "1", "y", "t"), ("no", "false", "off", "0", "n", "f")


def kills_user_processes(root: Path = ROOT) -> bool | None:
    """What logind says, else its files; None where neither does.

    The default differs: upstream kills, most distributions do not.
    """
    if root == ROOT:
        command = ("loginctl", "show-user", "--property=KillUserProcesses")
        answered = _truth(output_of(*command).partition("=")[2])
        if answered is not None:
            return answered
    return _truth(_settings(root).get("killuserprocesses", ""))


def spares(user: str | None, root: Path = ROOT) -> bool:
    """Whether a user is left alone all the same; root is, where nothing else is said."""
    settings = _settings(root)
    only = settings.get("killonlyusers", "").split()
    excluded = settings.get("killexcludeusers", "root").split()
    return user in excluded or (bool(only) and user not in only)


def lingers(user: str, root: Path = ROOT) -> bool:
    """Whether the user's own service manager runs without a login."""
    return exists(root / "var/lib/systemd/linger" / user)


def _settings(root: Path) -> dict[str, str]:
    """The values under [Login], as the files set them one after the other."""
    found: dict[str, str] = {}
    for path in _files(root):
        parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters="=")
        try:
            parser.read_string(text_of(path))
        except configparser.Error:  # what cannot be read says nothing
            continue
        if parser.has_section("Login"):
            found.update(parser["Login"])
    return found


def _files(root: Path) -> Iterator[Path]:
    """The main file, then the drop-ins by name; of two with one name the first folder's."""
    mains = [root / folder / "logind.conf" for folder in FOLDERS]
    yield from [path for path in mains if exists(path)][:1]
    drop_ins: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in (root / folder / "logind.conf.d").glob("*.conf"):
            drop_ins.setdefault(path.name, path)
    yield from (drop_ins[name] for name in sorted(drop_ins))


def _truth(word: str) -> bool | None:
    word = word.strip().lower()
    return True if word in TRUE else False if word in FALSE else None
