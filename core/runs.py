"""Run directories: their paths, making one, finding them again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import folders, sidecar, template, template_log
from core.errors import MistakeError
from core.events import RunStarted, from_line
from core.files import write_atomic, write_json
from core.journal import Follower, is_live
from core.outline import Outline
from core.state import RunState, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.own_code import Code

BEST, LAST = "model_best.pth", "last.pth"
CHECKPOINT_ENDINGS = (".pth", ".pth.tar")
"""The second one is pytorch-template's of 2018."""
TRASH = ".trash"
"""In a save folder: what was deleted there, and can be taken back."""
MAX_DEPTH = 6
"""Folders below a save folder that are searched: a name may hold slashes."""


class NotFoundError(MistakeError):
    """No run, or more than one, answers to what was asked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """The paths of one run directory."""

    path: Path

    @property
    def id(self) -> str:
        """The name of the directory: when it was made."""
        return self.path.name

    @property
    def config_path(self) -> Path:
        """What was asked, as it was."""
        return self.path / "config.json"

    @property
    def journal_path(self) -> Path:
        """What happened."""
        return self.path / "events.jsonl"

    @property
    def requests_path(self) -> Path:
        """What was asked meanwhile."""
        return self.path / "requests.jsonl"

    @property
    def log_path(self) -> Path:
        """The log in words."""
        return self.path / "train.log"

    @property
    def parent_path(self) -> Path:
        """The checkpoint of another run that this one starts from."""
        return self.path / "parent.json"

    @property
    def code_path(self) -> Path:
        """Copies of the code of one's own that it was started on; absent where it uses none."""
        return self.path / "code"

    @property
    def code_record_path(self) -> Path:
        """Where those copies are from, and their sha256."""
        return self.path / "code.json"

    def config(self) -> dict[str, Any]:
        """config.json as it stands; empty if it cannot be read."""
        try:
            value = json.loads(self.config_path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def name(self) -> str:
        """The run's name in its config."""
        return str(self.config().get("name", self.path.parent.name))

    def save_dir(self) -> Path:
        """The save folder it lies in: a name with slashes is several folders deep."""
        steps = Path(self.name()).parts
        named = self.path.parent.parts[-len(steps) :] == steps
        return self.path.parents[len(steps) if named else 1]

    def parent(self) -> Path | None:
        """The checkpoint it starts from where it is another run's."""
        checkpoint = self._of_parent("checkpoint")
        return Path(checkpoint) if isinstance(checkpoint, str) else None

    def fine_tunes(self) -> bool:
        """Whether it takes nothing but the weights from its parent."""
        return self._of_parent("weights_only") is True

    def _of_parent(self, key: str) -> object:
        try:
            return json.loads(self.parent_path.read_text(encoding="utf-8"))[key]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def ours(self) -> bool:
        """Whether it has a journal; without one it is pytorch-template's."""
        return self.journal_path.exists()

    def state(self) -> RunState:
        """The whole journal, folded; of pytorch-template's runs what their log tells."""
        if self.ours():
            return fold(RunState(), Follower(self.journal_path).read())
        epochs = [position(path)[0] for path in self.checkpoints()]
        return template.state(self, max([0, *epochs]))

    def outline(self) -> RunState:
        """The journal folded without what a list does not show, in a fraction of the time."""
        if not self.ours():
            return self.state()
        return Outline(self.journal_path).read()

    def first_start(self) -> RunStarted | None:
        """How it was first started: among the first lines of its journal, so it costs little."""
        try:
            with self.journal_path.open("rb") as file:
                for line in file:
                    if isinstance(event := from_line(line), RunStarted):
                        return event
        except OSError:
            pass
        return None

    def live(self) -> bool:
        """Whether somebody trains it now."""
        return is_live(self.journal_path)

    def checkpoints(self) -> list[Path]:
        """Its checkpoint files, by (epoch, step); those without a sidecar by their name."""
        return sorted(_checkpoints_in(self.path), key=_order)

    def best_checkpoint(self) -> Path | None:
        """The one to test: the best, else the furthest; None where there is none."""
        named = (self.path / name for name in template.BEST_NAMES)
        best = next((path for path in named if path.exists()), None)
        return best if best is not None else next(iter(self.checkpoints()[-1:]), None)


def create(
    save_dir: Path,
    name: str,
    config_text: str,
    parent: Path | None = None,
    *,
    weights_only: bool = False,
    code: Code | None = None,
) -> Run:
    """Claim a new run directory and put the config in it; on OSError none is left behind.

    With `weights_only` nothing else is taken from the parent. `code` is copied into it. Its journal
    is there, empty, before the config is: whatever ends the program before it writes its first
    event, the run can be found and begun again.
    """
    folder = save_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(_claim(folder).resolve())
    try:
        if parent is not None:
            facts = {"checkpoint": str(parent.resolve()), "weights_only": weights_only}
            write_json(run.parent_path, facts)
        if code is not None:
            code.keep(run.code_path, run.code_record_path)
        run.journal_path.touch()
        write_atomic(run.config_path, config_text.encode())
    except BaseException:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    folders.remember(save_dir)
    return run


@dataclass(frozen=True, slots=True)
class Search:
    """What a search of the save folders found."""

    runs: list[Run]
    folders: dict[str, int]
    """What lists them, and when each was changed last: another time, and there may be others."""


def scan(save_dir: Path) -> list[Run]:
    """Every run below a save folder, newest first."""
    return _scan(save_dir, {})


def known(save_dir: Path) -> list[Run]:
    """The runs of `save_dir`, then those of the other known save folders; each once."""
    return search(save_dir).runs


def search(save_dir: Path) -> Search:
    """The same, with all that was looked into."""
    memory = str(folders.memory_path())
    looked_into = {memory: changed_at(memory)}
    found: dict[str, Run] = {}
    for folder in [save_dir, *folders.known()]:
        # Below it no link is followed: to resolve it alone is enough, and there may be a thousand.
        real, start = os.path.realpath(folder), len(str(folder.absolute()))
        for run in _scan(folder, looked_into):
            found.setdefault(real + str(run.path)[start:], run)
    return Search(list(found.values()), looked_into)


def changed_at(path: str) -> int:
    """When a file or folder was changed, in nanoseconds since 1970; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 -- half as long, and there may be many
    except (OSError, ValueError):  # ValueError: no path can be like that
        return 0


def find(reference: str, save_dir: Path, *, prefer_live: bool = False) -> Run:
    """The run a person means: a path, an id, NAME/ID, or `latest`. Raises NotFoundError.

    With `prefer_live`, `latest` is the newest live run if there is one.
    """
    path = Path(os.path.expanduser(reference))  # noqa: PTH111 -- of unknown users it makes nothing
    if _is_run(path):
        return Run(path.resolve())
    runs = known(save_dir)
    if reference == "latest":
        runs = sorted(runs, key=_age, reverse=True)
        live = [run for run in runs if run.live()] if prefer_live else []
        if not runs:
            raise NotFoundError(f"there is no run in {save_dir} yet: start one with mnist-tui")
        return (live or runs)[0]
    matches = [run for run in runs if _answers_to(run, reference)]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NotFoundError(f"{reference}: there is no such run: mnist-tui runs lists them")
    paths = "\n".join(str(run.path) for run in matches)
    raise NotFoundError(f"{reference}: is the id of several runs, give a path:\n{paths}")


def started(run: Run) -> float:
    """When a run was first started, in seconds since 1970: by its id, else by its files."""
    with contextlib.suppress(ValueError, OverflowError):
        return time.mktime(time.strptime(run.id[:15], "%Y%m%d_%H%M%S"))
    if (began := template_log.read(run.path).began) is not None:
        return began
    with contextlib.suppress(OSError):
        return run.config_path.stat().st_mtime
    return 0.0


def is_checkpoint(path: Path) -> bool:
    """Whether a path is named as checkpoints are."""
    return path.name.endswith(CHECKPOINT_ENDINGS)


def position(checkpoint: Path) -> tuple[int, int, str]:
    """(epoch, step, name) of a checkpoint file, without opening it."""
    facts = sidecar.read(checkpoint)
    if facts is not None:
        return facts.epoch, facts.step, checkpoint.name
    number = re.search(r"epoch(\d+)", checkpoint.name)
    epoch = int(number[1]) if number else template.epoch_of_best(checkpoint)
    return -1 if epoch is None else epoch, 0, checkpoint.name


def _order(checkpoint: Path) -> tuple[int, int, int, str]:
    epoch, step, name = position(checkpoint)
    rank = 0 if name in template.BEST_NAMES else 2 if name == LAST else 1
    return epoch, step, rank, name  # where several say the same, the last one speaks


def _checkpoints_in(folder: Path) -> Iterable[Path]:
    return (path for path in folder.glob("*.pth*") if is_checkpoint(path))


def _claim(folder: Path) -> Path:
    # mkdir succeeds for one of all who try, so two runs never share a directory.
    stamp = time.strftime("%Y%m%d_%H%M%S")
    for attempt in range(1000):
        path = folder / (stamp if attempt == 0 else f"{stamp}_{attempt + 1}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{folder}: a thousand runs were started in this second")


def _age(run: Run) -> tuple[float, int, str]:
    # Of those that were started in one second the later ones have a number, _2 before _10.
    return started(run), len(run.id), run.id


def _scan(save_dir: Path, looked_into: dict[str, int]) -> list[Run]:
    found = [Run(path) for path in _walk(str(save_dir.absolute()), MAX_DEPTH, looked_into)]
    return sorted(found, key=_age, reverse=True)


def _walk(folder: str, depth: int, looked_into: dict[str, int]) -> Iterable[Path]:
    looked_into[folder] = changed_at(folder)
    try:
        with os.scandir(folder) as entries:
            folders_in_it = sorted(entry.path for entry in entries if _is_folder(entry))
    except (OSError, ValueError):  # ValueError: no path can be like that
        return
    for path in folders_in_it:
        if _is_run(path):
            yield Path(path)
        elif depth > 1:
            yield from _walk(path, depth - 1, looked_into)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.name != TRASH and entry.is_dir(follow_symlinks=False)
    return False


def _is_run(path: str | Path) -> bool:
    # Without pathlib, which takes three times as long: there may be a thousand.
    if not os.path.isfile(os.path.join(path, "config.json")):  # noqa: PTH113, PTH118
        return False
    if os.path.exists(os.path.join(path, "events.jsonl")):  # noqa: PTH110, PTH118
        return True
    with contextlib.suppress(OSError):  # a folder that may not be entered
        return any(_checkpoints_in(Path(path)))
    return False


def _answers_to(run: Run, reference: str) -> bool:
    reference = reference.rstrip("/")
    return run.id == reference or str(run.path).endswith(f"/{reference}")
