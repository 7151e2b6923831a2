"""Configs, run directories and copies of code that mean harm: refused in a sentence, or idle."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from in_process import command
from own_code import DATA, write_project
from tiny_data import train_here

from core.settings import file as config_file
from tui import starting

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs import Run

NAMES = (
    "os:system", "../../x.py:y", "/etc/passwd:root", "__main__:x", "model.py:__class__", "_x.py:N",
    "n" * 300 + ":N", "m/" * 150 + "a.py:N", "🙂.py:🙂", "a\nb.py:Net", "..:..", ":", "a:b:c",
    "[/x]\x1b[2J.py:Net", "model.py:Net\r", "mo\0del.py:Net", "sub/../model.py:Net", "CON:Net",
)  # fmt: skip
BLOCKS: dict[str, Any] = {
    "arch.type": lambda name: {"arch": {"type": name, "args": {}}},
    "data_loader.type": lambda name: {
        "data_loader": {"type": name, "args": {"batch_size": 8}}, "trainer.monitor": "off"
    },
    "loss": lambda name: {"loss": name},
    "metrics.1": lambda name: {"metrics": ["accuracy", name], "trainer.monitor": "off"},
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, tiny_mnist: Path) -> Path:
    folder = tmp_path / "in" / "project"
    write_project(folder, tiny_mnist)
    (folder / "data.py").write_text(DATA)
    (tmp_path / "x.py").write_text("raise SystemExit('it ran')\ny = 1\n")
    return folder


def begun(folder: Path) -> Run:
    return starting.create(config_file.read_text(folder / "config.json"), folder)


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("field", BLOCKS)
def test_a_hostile_name_is_one_sentence_and_leaves_nothing(
    field: str, project: Path, tmp_path: Path
) -> None:
    for name in NAMES:
        text = starting.edited(config_file.read_text(project / "config.json"), BLOCKS[field](name))
        (project / "hostile.json").write_text(text.text)
        before = everything(tmp_path)
        code, out, err = command(project, "train", "-c", "hostile.json")
        assert (code, out) == (2, ""), (name, err)
        (line,) = err.splitlines()
        assert line.startswith(f"mnist-tui: {field}: "), line
        assert line.isprintable()
        assert len(line) < 700
        assert everything(tmp_path) == before
    assert not (project / "ran").exists()


def test_the_folder_of_a_run_stays_below_the_save_folder(project: Path, tmp_path: Path) -> None:
    for name in ("..", "../x", "/x", "a/../../x", "\0", "n" * 300):
        before = everything(tmp_path)
        code, _, err = command(project, "train", "--name", name)
        assert code == 2, err
        assert err.startswith("mnist-tui: name: ")
        assert everything(tmp_path) == before


def test_a_record_of_copies_that_lies_does_no_harm(project: Path) -> None:
    run = begun(project)
    train_here(run)
    records: tuple[Any, ...] = (
        [], 3, {"folder": "/etc", "files": {"passwd": "0", "../shadow": "0"}},
        {"folder": 7, "files": {}}, {"folder": "/dev", "files": {"zero": "0", "stdin": "0"}},
        {"folder": str(project), "files": {"\x1b[2J": "0", "a\0": "0", "n" * 5000: "0"}},
        {"folder": str(project), "files": [["model.py", None]]}, {"files": 1},
    )  # fmt: skip
    for record in records:
        run.code_record_path.write_text(json.dumps(record))
        for arguments in (["show", "latest"], ["runs"], ["test", "-r", "latest"]):
            code, out, err = command(project, *arguments)
            assert code == 0, (record, err)
            assert "\x1b" not in out + err
            assert "passwd" not in out + err or "/etc" in out + err


def test_copies_that_lead_out_of_the_run_are_not_followed(project: Path, tmp_path: Path) -> None:
    run = begun(project)
    train_here(run)
    (run.code_path / "layers.py").unlink()
    (run.code_path / "layers.py").symlink_to(tmp_path / "x.py")
    code, out, err = command(project, "test", "-r", "latest")
    assert (code, out) == (2, "")
    assert "is a link out of the folder" in err
    shutil.rmtree(run.code_path)
    run.code_path.symlink_to(tmp_path)
    code, _, err = command(project, "train", "-r", "latest", "--epochs", "3")
    assert code == 2
    assert "arch.type: there is no model.py" in err


def test_a_symlinked_run_is_looked_at_and_its_code_is_that_of_another(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(project)
    train_here(run)
    outside = tmp_path / "outside"
    shutil.move(run.path, outside)
    run.path.symlink_to(outside)
    (outside / "code" / "ran").unlink()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another person"))
    before = everything(outside)
    for arguments in (["runs"], ["show", str(run.path)]):
        assert command(project, *arguments)[0] == 0
    code, _, err = command(project, "test", "-r", str(run.path / "last.pth"))
    assert code == 2
    assert "code that you never started a run on" in err
    assert everything(outside) == before
