"""The runs of another person: what may be read is shown, what may not is passed over or said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from privileges import UNKNOWN, without_privileges
from scratch import beginning

from core import launch, runs
from core.journal import Journal
from core.saved import finding
from tui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.runs import Run

pytestmark = pytest.mark.skipif(bool(UNKNOWN), reason=UNKNOWN)


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Run]:
    """Another person's live run, which everybody may read and nobody else may write."""
    run = runs.create(tmp_path, "theirs", '{"name": "theirs", "trainer": {"epochs": 9}}')
    with Journal(run.journal_path) as journal:
        for event in beginning():
            journal.append(event)
        run.requests_path.touch()
        for path in run.path.iterdir():
            path.chmod(0o444)
        run.path.chmod(0o555)
        yield run
        run.path.chmod(0o755)


@pytest.fixture
def say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """A function that runs a command; gives its exit code, and what it said."""

    def say(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["mnist-tui", *arguments, "--saved", str(tmp_path)])
        with without_privileges():
            code = main()
        said = capsys.readouterr()
        return code, said.out + said.err

    return say


def test_what_may_be_read_is_listed_and_known_to_be_live(theirs: Run, tmp_path: Path) -> None:
    with without_privileges():
        (found,) = finding.known(tmp_path)
        assert found.path == theirs.path
        assert found.live()
        assert found.state().status(live=found.live()) == "running"
        assert finding.find("latest", tmp_path, prefer_live=True).path == theirs.path


def test_it_cannot_be_trained_by_another_which_is_said(theirs: Run) -> None:
    with without_privileges():
        worker = launch.in_thread(theirs)
        assert worker.join(20)
    assert str(worker.error).startswith(f"{theirs.path}: cannot be trained in: ")


@pytest.mark.parametrize("command", ["stop", "pause", "resume"])
def test_it_cannot_be_asked_anything_which_is_said_in_a_sentence(
    command: str, theirs: Run, say: Callable[..., tuple[int, str]]
) -> None:
    assert say(command, "latest") == (
        2,
        f"mnist-tui: {theirs.requests_path}: cannot be written: Permission denied\n",
    )


def test_a_directory_that_may_not_be_entered_is_passed_over(
    theirs: Run, tmp_path: Path, say: Callable[..., tuple[int, str]]
) -> None:
    hidden = runs.create(tmp_path, "hidden", "{}")
    hidden.journal_path.touch()
    hidden.path.chmod(0)
    with without_privileges():
        assert [run.path for run in finding.known(tmp_path)] == [theirs.path]
        assert not hidden.live()
    assert say("show", f"hidden/{hidden.id}") == (
        2,
        f"mnist-tui: hidden/{hidden.id}: there is no such run: mnist-tui runs lists them\n",
    )
    hidden.path.chmod(0o755)


def test_a_journal_that_may_not_be_read_is_not_live(theirs: Run) -> None:
    theirs.journal_path.chmod(0)
    with without_privileges():
        assert not theirs.live()
        assert theirs.state().started is None
