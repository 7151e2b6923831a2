"""A file that runs code when it is unpickled never runs it, whatever command it is given to."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import many
import pytest
import torch
import warm

if TYPE_CHECKING:
    from collections.abc import Callable

    from scratch import Scratch

    from core.runs import Run

TRAP = "trap"
"""A folder that a hostile file makes where the command is run."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "train -r FILE": ("train", "-r", "{file}"),
    "train -r RUN": ("train", "-r", "{run}", "--epochs", "3"),
    "train --fine-tune FILE": ("train", "--fine-tune", "{file}"),
    "train -c FILE": ("train", "-c", "{file}"),
    "test FILE": ("test", "-r", "{file}"),
    "test RUN": ("test", "-r", "{run}"),
    "runs": ("runs", "--json"),
    "show": ("show", "{run}", "--json"),
    "show FILE": ("show", "{file}"),
    "resume": ("resume", "{run}"),
    "follow": ("follow", "{run}"),
    "stop": ("stop", "{run}"),
}


class Trap:
    """Unpickled, it makes a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.mkdir, (Path(TRAP),))


def zipped(path: Path) -> None:
    keys = ("arch", "epoch", "state_dict", "optimizer", "monitor_best")
    torch.save({**dict.fromkeys(keys, 0), "config": Trap()}, path)


def legacy(path: Path) -> None:
    torch.save({"config": Trap()}, path, _use_new_zipfile_serialization=False)


def bare(path: Path) -> None:
    path.write_bytes(pickle.dumps(Trap()))


@pytest.mark.parametrize("write", [zipped, legacy, bare])
def test_a_hostile_file_runs_nothing_whatever_command_it_is_given_to(
    write: Callable[[Path], None], scratch: Scratch, finished: Run
) -> None:
    for path in finished.checkpoints():
        write(path)
    file = str(finished.path / "last.pth")
    calls = [
        [word.format(file=file, run=finished.path) for word in words] for words in COMMANDS.values()
    ]
    done = warm.run([json.dumps(calls)], cwd=scratch.path, module="many")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    codes = zip(COMMANDS, many.codes(done.stdout), strict=True)
    refused = {name for name, code in codes if code == "2"}
    assert refused == {*COMMANDS} - {"runs", "show", "follow"}
    assert not (scratch.path / TRAP).exists()


def test_the_trap_would_snap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bare(tmp_path / "file")
    pickle.loads((tmp_path / "file").read_bytes())
    assert (tmp_path / TRAP).is_dir()
