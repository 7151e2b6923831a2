"""The README, CI and the folders agree; what is tested is this checkout."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path

import pytest

from core.settings.file import PRESETS

PROJECT = Path(__file__).resolve().parents[2]
USE = "python3 -m venv .venv && .venv/bin/python -m pip install . && .venv/bin/mnist-tui"
DEVELOP = (
    "python3 -m venv .venv && .venv/bin/python -m pip install -e '.[dev]' "
    "&& .venv/bin/python -m pytest"
)


def fenced_lines(text: str) -> list[str]:
    """The lines of the text's fenced blocks."""
    blocks = text.split("\n```")[1::2]
    return [line for block in blocks for line in block.splitlines()[1:]]


@pytest.mark.parametrize("command", [USE, DEVELOP])
def test_the_readme_sets_up_with_one_command(command: str) -> None:
    assert fenced_lines((PROJECT / "README.md").read_text()).count(command) == 1


def test_ci_runs_the_readmes_command(tmp_path: Path) -> None:
    """.ci/run, on a repository of two files, with programs that only note how they were called."""
    copy, programs, notes = tmp_path / "copy", tmp_path / "bin", tmp_path / "notes"
    (copy / ".ci").mkdir(parents=True)
    programs.mkdir()
    (copy / ".ci/run").write_bytes((PROJECT / ".ci/run").read_bytes())
    (copy / "README.md").write_text(f"# A title\n\n```sh\n{DEVELOP}\n```\n")
    note = f'#!/bin/sh\necho "${{0##*/}}" "$@" >>{notes}\n'
    tool = programs / "tool"
    tool.write_text(note)
    python3 = programs / "python3"
    made = " ".join(f".venv/bin/{name}" for name in ("python", "ruff", "mypy", "lint-imports"))
    python3.write_text(
        f'{note}case "$*" in "-m venv .venv") mkdir -p .venv/bin; '
        f"for made in {made}; do cp {tool} $made; done;; esac\n"
    )
    for program in (tool, python3):
        program.chmod(0o755)

    def run(*command: str) -> str:
        path = f"{programs}:/usr/local/bin:/usr/bin:/bin"
        answer = subprocess.run(
            command,
            cwd=copy,
            env={"PATH": path, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
            check=True,
            capture_output=True,
            text=True,
        )
        return answer.stdout

    run("git", "init", "-q")
    run("git", "add", "-A")
    run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first")
    (copy / "unfinished").touch()
    shown = run("bash", ".ci/run")

    assert notes.read_text().splitlines()[1:] == [
        "python3 -m venv .venv",
        "python -m pip install -e .[dev]",
        "ruff format --check --extend-exclude .venv",
        "ruff check --extend-exclude .venv",
        "mypy",
        "lint-imports",
        "python -m pytest",
    ]
    assert "not committed and NOT tested:\n?? unfinished\n" in shown
    assert "All green" in shown
    assert not list(tmp_path.glob("mnist-tui-ci.*")), "its scratch folder is gone"


@pytest.mark.parametrize("name", ["core", "tui"])
def test_the_package_under_test_is_this_checkouts(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__) == PROJECT / name / "__init__.py"


def test_no_package_under_tests_can_hide_ours() -> None:
    assert list((PROJECT / "tests").rglob("__init__.py")) == []


def test_the_presets_of_an_editable_install_are_the_configs_of_the_checkout() -> None:
    assert PRESETS.resolve() == PROJECT / "configs"
    assert (PRESETS / "config.json").is_file()
