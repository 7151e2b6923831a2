"""`mnist-tui new DIR`: what it writes trains and passes its tests; nothing is overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.checking import check
from core.errors import MistakeError
from core.own_code import new_project
from core.settings import normalize

PROJECT = Path(__file__).resolve().parents[2]


def in_folder(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of a newcomer in a folder, `mnist-tui` being `-m tui`."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=100, check=False,
    )  # fmt: skip


def test_a_new_project_trains_and_its_tests_pass(tmp_path: Path) -> None:
    made = in_folder(tmp_path, "-m", "tui", "new", "digits")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines() == [
        "digits: config.json, model.py, metric.py, test_project.py, README.md",
        "cd digits && mnist-tui",
    ]
    folder = tmp_path / "digits"
    assert sorted(path.name for path in folder.iterdir()) == sorted(new_project.FILES)
    tested = in_folder(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "2 passed" in tested.stdout
    settings = [f"--set={item}" for item in ("trainer.len_epoch=20", "threads=1", "device=cpu")]
    trained = in_folder(folder, "-m", "tui", "train", "--epochs", "1", *settings)
    assert trained.returncode == 0, trained.stderr
    assert "val_confidence" in trained.stdout
    shown = json.loads(in_folder(folder, "-m", "tui", "show", "latest", "--json").stdout)
    assert shown["history"][0]["accuracy"] > 0.3
    assert list(shown["code"]) == ["metric.py", "model.py"]
    assert shown["config"]["name"] == "digits"


def test_the_readme_is_short_and_its_config_is_good(tmp_path: Path) -> None:
    new_project.create(tmp_path / "my digits")
    readme = (tmp_path / "my digits" / "README.md").read_text().splitlines()
    assert readme[0] == "# my-digits"
    assert len(readme) <= 11
    config = normalize.read(tmp_path / "my digits" / "config.json")
    assert check.problems_of(config.value, tmp_path / "my digits") == []
    assert normalize.notes_of(config) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "model.py").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("full", "file", "link", "file/below", "n" * 300, "a\0b"):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(MistakeError) as caught:
            new_project.create(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "full" / "model.py").read_text() == (tmp_path / "file").read_text() == "mine"


def test_an_empty_folder_and_one_below_others_will_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "a/b/c", "🙂", "[/x]\x1b[2J"):
        new_project.create(tmp_path / name)
        config = json.loads((tmp_path / name / "config.json").read_text())
        assert config["name"].replace("-", "").isalnum()
