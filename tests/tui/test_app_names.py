"""Names that would do something if they were taken for more than text."""

from __future__ import annotations

import unicodedata

import pytest
from scratch import Scratch, beginning, told_run
from window import WIDE, opened

from core.events import NoticeGiven, PhaseChanged
from tui.clean import ascii_only, clean
from tui.cli import main

NAMES = [
    "[/x] [b]run[/b] [bold",
    "[@click=app.exit()]",
    "back\\slash\\[red] ends in \\",
    "\x1b[2J two\nlines\tof it",
    "한글 실험 turned\u202eround",
    "$primary ${HOME} %s {0}",
]


def named(scratch: Scratch, name: str) -> str:
    """Make a run of that name; returns it as a person should see it."""
    return f"{clean(name)}/{told_run(scratch, name).id}"


def assert_harmless(text: str) -> None:
    assert {unicodedata.category(char) for char in text.replace("\n", "")} <= {
        "Ll", "Lu", "Lo", "Lm", "Nd", "No", "Zs", "So", "Sm", "Sc", "Sk",
        "Po", "Ps", "Pe", "Pd", "Pc", "Pi", "Pf", "Mn",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_itself_in_every_pane_dialog_and_notice(
    name: str, scratch: Scratch
) -> None:
    shown = named(scratch, name)
    scratch.write_config({"name": name, "device": name})
    async with opened(scratch, WIDE) as window:
        await window.until_shown(clean(name))
        assert_harmless(window.text())
        for keys, text in (
            (("2",), "cpu"),
            (("1", "slash", *"name", "enter"), clean(name)),
            (("enter",), "name"),
            (("escape", "escape", "colon"), "Search for commands"),
            (("escape",), "1 Config"),
        ):
            await window.press(*keys)
            await window.until_shown(text)
            assert_harmless(window.text())
        await window.list_runs()
        await window.until_shown(shown)
        assert_harmless(window.text())
        await window.press("enter")
        await window.until_shown("✓ finished")
        await window.until_shown(f"3 Live ─ {shown}")
        for keys, text in (
            (("l",), "training"),
            (("question_mark",), ": help"),
            (("escape", "r"), "Train up to which epoch"),
        ):
            await window.press(*keys)
            await window.until_shown(text)
            assert_harmless(window.text())
        assert window.app.is_running


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_itself_in_the_list_of_the_command_line(
    name: str,
    scratch: Scratch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = named(scratch, name)
    monkeypatch.setattr("sys.argv", ["mnist-tui", "runs"])
    assert main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split("\t")[0] == shown
    assert_harmless(line.replace("\t", " "))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_ascii_above_an_ascii_chart(
    name: str,
    scratch: Scratch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = named(scratch, name)
    monkeypatch.setattr("sys.argv", ["mnist-tui", "show", "latest", "--ascii"])
    assert main() == 0
    text = capsys.readouterr().out
    assert text.isascii()
    assert "loss of " in text
    assert ascii_only(shown) in text.replace("\n", "")
    assert_harmless(text)


HOSTILE = "x\x1b[2J[/x]"


def hostile_run(scratch: Scratch) -> None:
    """A run whose journal somebody else wrote."""
    events = beginning(device=HOSTILE, phase=HOSTILE)
    told_run(
        scratch, "harmless", *events, NoticeGiven(message=HOSTILE), PhaseChanged(phase=HOSTILE)
    )


@pytest.mark.parametrize("command", [["runs"], ["show", "latest"], ["follow", "latest"]])
def test_a_strange_journal_writes_no_control_characters(
    command: list[str],
    scratch: Scratch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile_run(scratch)
    monkeypatch.setattr("sys.argv", ["mnist-tui", *command])
    assert main() == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err


async def test_a_strange_journal_does_no_harm_to_the_window(scratch: Scratch) -> None:
    hostile_run(scratch)
    async with opened(scratch, WIDE) as window:
        await window.list_runs()
        await window.press("enter")
        await window.until_shown("✓ finished")
        await window.until_shown(clean(HOSTILE))
        assert_harmless(window.text())


async def test_the_phase_of_a_strange_journal_is_text_while_it_is_live(scratch: Scratch) -> None:
    from core import runs
    from core.journal import Journal

    run = runs.create(scratch.saved, "live", scratch.config_path.read_text())
    with Journal(run.journal_path) as journal:
        for event in (PhaseChanged(phase=HOSTILE), *beginning(phase=HOSTILE)):
            journal.append(event)
        async with opened(scratch, WIDE, shown=[run]) as window:
            await window.until_shown("● running")
            assert_harmless(window.text())
            await window.until_shown(clean(HOSTILE))
