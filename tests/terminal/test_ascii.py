"""Terminals that show ASCII alone, have no colours, or no mouse."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from pty_app import PtyApp, modes_left_on
from scratch import FOREVER, PATIENCE_SECONDS, Scratch, told_run

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = (sys.executable, "-m", "tui")
OLD_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m")


def app_in(
    scratch: Scratch,
    *arguments: str,
    columns: int = 80,
    env: Mapping[str, str] | None = None,
    warm: bool = False,
) -> PtyApp:
    rows = 40 if columns > 80 else 24
    command = [*COMMAND, *arguments]
    return PtyApp(command, rows=rows, columns=columns, cwd=scratch.path, env=env, warm=warm)


def wait(app: PtyApp, text: str) -> str:
    return app.wait_for(text, PATIENCE_SECONDS)


def escape(app: PtyApp, shown: str) -> None:
    """Leave a dialog; a key sent at once after the escape would be taken for one with alt."""
    app.press("esc")
    app.wait_for(lambda text: shown not in text, PATIENCE_SECONDS)


def walk(app: PtyApp, name: str) -> None:
    """Every pane, with a run, help, the palette, a prompt and a notice."""
    wait(app, "Nothing is running yet.")
    app.press("p")
    wait(app, "nothing is running")
    for key, text in (("1", "batch_size"), ("2", "cpu"), ("4", name)):
        app.press(key)
        wait(app, text)
        app.press("?")
        wait(app, ": help")
        escape(app, ": help")
    app.press("4", "enter")
    wait(app, "best val_loss 0.2500 at epoch 1")
    app.press("l")
    wait(app, f"training {name}")
    app.press(":")
    wait(app, "Search for commands")
    escape(app, "Search for commands")
    app.press("1", "/")
    wait(app, "empty shows everything")
    escape(app, "empty shows everything")


@pytest.mark.parametrize(
    ("arguments", "env", "columns"), [(["--ascii"], {}, 120), ([], OLD_LOCALE, 80)]
)
def test_every_byte_is_ascii(
    arguments: list[str], env: dict[str, str], columns: int, scratch: Scratch
) -> None:
    told_run(scratch, "한글 … é")
    with app_in(scratch, *arguments, columns=columns, env=env, warm=not env) as app:
        walk(app, "???? ~ ?")
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert app.raw.isascii()
        assert modes_left_on(app.raw) == set()


def test_a_training_is_drawn_in_ascii(scratch: Scratch) -> None:
    scratch.write_config(FOREVER)
    with app_in(scratch, "--ascii", "--start", warm=True) as app:
        wait(app, "* running")
        app.wait_for(lambda text: text.count("*") > 5, PATIENCE_SECONDS)
        app.press("p")
        wait(app, "= paused")
        app.press("q")
        wait(app, "stop and save, then leave")
        app.press("s")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert app.raw.isascii()
        assert "stopped" in app.text()


def test_with_no_color_no_colour_is_sent(scratch: Scratch) -> None:
    told_run(scratch, "told")
    with app_in(scratch, columns=120, env={"NO_COLOR": "1"}, warm=True) as app:
        walk(app, "told")
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert COLOUR.findall(app.raw) == []


def test_without_the_mouse_it_is_left_to_the_terminal(scratch: Scratch) -> None:
    with app_in(scratch, "--no-mouse") as app:
        wait(app, "Nothing is running yet.")
        app.press("q")
        assert app.wait(PATIENCE_SECONDS) == 0
        assert b"\x1b[?1000h" not in app.raw
        assert b"\x1b[?1003h" not in app.raw


def test_a_terminal_that_cannot_draw_is_refused_in_a_sentence(scratch: Scratch) -> None:
    with app_in(scratch, env={"TERM": "dumb"}) as app:
        assert app.wait() == 2
        assert b"\x1b" not in app.raw
        assert "mnist-tui train" in app.text().replace("\n", "")
