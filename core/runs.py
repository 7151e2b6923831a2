"""Run directories: their paths, what is in them, making one."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.event_lines import from_line
from core.events import RunStarted
from core.files import new_folder, read_json, write_atomic, write_json
from core.journal import Follower, is_live
from core.record.outline import Outline
from core.saved import folders, sidecar
from core.state import RunState, fold
from core.template import folder as template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.own_code.copies import Code

BEST, LAST = "model_best.pth", "last.pth"
CHECKPOINT_ENDINGS = (".pth", ".pth.tar")
"""The second one is pytorch-template's of 2018."""
TRASH = ".trash"
"""In a save folder: what was deleted there, and can be taken back."""


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
        value = read_json(self.config_path)
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
        facts = read_json(self.parent_path)
        return facts.get(key) if isinstance(facts, dict) else None

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
        return sorted(checkpoints_in(self.path), key=_order)

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
    run = Run(new_folder(folder, time.strftime("%Y%m%d_%H%M%S")).resolve())
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


def checkpoints_in(folder: Path) -> Iterable[Path]:
    """The checkpoint files of a folder, in no order."""
    return (path for path in folder.glob("*.pth*") if is_checkpoint(path))
