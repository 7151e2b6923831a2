"""A monkey at the window: keys, text, mouse and sizes at random, the same ones for a seed.

It trains nothing, starts no process, and can write in one folder only.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import recorded
from scratch import Scratch, beginning, told_run
from textual.events import (
    MouseDown,
    MouseMove,
    MouseScrollDown,
    MouseScrollUp,
    MouseUp,
    Paste,
)
from textual.widgets import Input, TextArea
from window import Window, opened

import core
from core import launch, runs
from core.errors import MistakeError
from core.event_lines import to_line
from core.events import (
    CheckpointFailed,
    CheckpointSaved,
    Event,
    NoticeGiven,
    RequestHandled,
    RunContinued,
    RunEnded,
    RunPaused,
    SettingChanged,
)
from core.journal import Journal
from tui.app import MnistApp
from tui.config.draft import Draft
from tui.screens.ask import Ask
from tui.screens.editor import Editor
from tui.screens.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.events import MouseEvent

    from core.runs import Run
    from core.settings.jsontext import JsonText

KEYS = (
    *"abcdefghijklmnopqrstuvwxyzMN0",
    *"1111222334444",
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown") * 2,
    *("enter", "escape", "tab") * 5,
    *("space", "delete", "backspace", "shift+tab", "shift+left", "shift+right", "plus", "minus"),
    *("left_square_bracket", "right_square_bracket", "colon", "question_mark", "slash"),
    *("f1", "f5", "f6", "f7", "f8", "ctrl+p", "ctrl+z", "ctrl+y", "ctrl+s", "ctrl+c", "ctrl+q"),
)
TEXTS = (
    "0.01", "-5", "1e400", ".5", "true", "null", "[1, 2]", '{"a": 1}', "[[", "lr", "val", "zz",
    "é漢", "SGD", "mine.json", "~zz", "n" * 300, "tiny", "log", "theme", "speed", "auto", "max",
)  # fmt: skip
"""None has a slash: wherever it is typed as a path, it stays in the folder."""
LONG = 20
"""Characters that are rather pasted."""
LONGEST_DIALOG = 6
"""Things done in one before it is closed."""
NUM_LAST_SHOWN = 40
_NAMES = {
    "[": "left_square_bracket", "]": "right_square_bracket", "{": "left_curly_bracket",
    "}": "right_curly_bracket", '"': "quotation_mark", ":": "colon", ",": "comma", " ": "space",
    ".": "full_stop", "-": "minus", "~": "tilde",
}  # fmt: skip


async def play(scratch: Scratch, seed: int, count: int) -> None:
    """Do `count` things; raises what the window raised, with the last of them."""
    import torch  # noqa: F401 - with files in /tmp it looks for libraries, which is refused below

    chance = random.Random(seed)
    told_run(scratch, "tiny_one")
    shown = told_run(scratch, "tiny_two", CheckpointSaved(file="no.pth", epoch=1, step=9,
                                                          num_bytes=1))  # fmt: skip
    (shown.path / "model_best.pth").write_bytes(b"no checkpoint")
    with (
        recorded.recorded(scratch.path / scratch.saved, "running") as run,
        _nothing_real(scratch),
        _writing_only_in(scratch.path, Path(os.environ["XDG_STATE_HOME"]).parent),
    ):
        async with opened(scratch, shown=[run], frames=True) as window:
            monkey = Monkey(window, chance, run)
            try:
                for _ in range(count):
                    await monkey.act()
                    assert window.app.crash is None
                await monkey.go_home()
            except Exception as error:
                cause = window.app.crash or error
                last = "\n".join(monkey.last)
                raise AssertionError(f"seed {seed}, after\n{last}\n{cause!r}") from cause


class Monkey:
    """Does one thing after the other."""

    def __init__(self, window: Window, chance: random.Random, run: Run) -> None:
        self.window, self.app, self.pilot = window, window.app, window.pilot
        self._chance = chance
        self.last: deque[str] = deque(maxlen=NUM_LAST_SHOWN)
        """What it did, to be told where something goes wrong."""
        self._num_in_dialog = 0
        self._journal = run.journal_path
        every, told = (list(recorded.told(moment)) for moment in ("completed", "running"))
        self._events = iter(every[len(told) : -1])

    async def act(self) -> None:
        """Do something; in a field rather type, and stay in no dialog for long."""
        self._num_in_dialog = 0 if self.app.screen is self.window.main else self._num_in_dialog + 1
        if self._num_in_dialog > LONGEST_DIALOG:
            self._num_in_dialog = 0
            await self._close()
            return
        if isinstance(self.app.focused, Input) and self._chance.random() < 0.4:
            await self._type()
            return
        acts: tuple[tuple[Callable[[], Any], int], ...] = (
            (self._press, 64), (self._type, 8), (self._click, 10), (self._scroll, 5),
            (self._drag, 3), (self._resize, 4), (self._tell, 6),
        )  # fmt: skip
        (act,) = self._chance.choices([act for act, _ in acts], [weight for _, weight in acts])
        await act()

    async def go_home(self) -> None:
        """Close what is open; `?` and escape answer as ever."""
        await self._resized(80, 24)
        for _ in range(20):
            if self.app.screen is self.window.main:
                break
            await self._close()
        assert self.app.screen is self.window.main, self.window.text()
        self.app.clear_notifications()  # they may lie over what is looked for
        await self.window.press("question_mark")
        await self.window.until(lambda: isinstance(self.app.screen, Page), "the help")
        await self.window.until_shown("esc closes this")
        await self.window.press("escape")
        assert self.app.screen is self.window.main

    async def _close(self) -> None:
        """Close a dialog, be it an editor that asks whether to."""
        drops = isinstance(self.app.screen, Ask) and any(
            isinstance(screen, Editor) for screen in self.app.screen_stack
        )
        key = "d" if drops else "escape"
        self._note(key)
        await self.window.press(key)

    async def _press(self) -> None:
        key = self._chance.choice(KEYS)
        if key == "slash" and isinstance(self.app.focused, Input | TextArea):
            key = "enter"
        self._note(key)
        await self.pilot.press(key)

    async def _type(self) -> None:
        text = self._chance.choice(TEXTS)
        self._note(f"type {text}")
        if len(text) < LONG and self._chance.random() < 0.5:
            await self.pilot.press(*(_NAMES.get(letter, letter) for letter in text))
        else:
            self.app.post_message(Paste(text))
            await self.window.settle()
        if self._chance.random() < 0.7:
            await self.pilot.press("enter")

    async def _click(self) -> None:
        place = self._place()
        for kind in (MouseDown, MouseUp) * self._chance.choice((1, 1, 2)):
            await self._mouse(kind, *place)

    async def _scroll(self) -> None:
        kind = self._chance.choice((MouseScrollUp, MouseScrollDown))
        await self._mouse(kind, *self._place())

    async def _drag(self) -> None:
        for kind in (MouseMove, MouseDown, MouseMove, MouseMove, MouseUp):
            await self._mouse(kind, *self._place())

    async def _mouse(self, kind: type[MouseEvent], x: int, y: int) -> None:
        """As from a terminal: the Pilot's go to a screen that may be closed by then."""
        self._note(f"{kind.__name__} {x} {y}")
        button = 1 if kind in (MouseDown, MouseUp) else 0
        self.app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))
        await self.window.settle()

    async def _resize(self) -> None:
        await self._resized(self._chance.randint(20, 200), self._chance.randint(5, 60))

    async def _resized(self, width: int, height: int) -> None:
        self._note(f"resize {width} {height}")
        await self.pilot.resize_terminal(width, height)

    async def _tell(self) -> None:
        """The run that was live at first says something."""
        others = (
            RunPaused(), RunContinued(), NoticeGiven(message="\x1b[31ma notice [/b]"),
            CheckpointFailed(file="last.pth", reason="no space [b"),
            RequestHandled(id="1", outcome="done"),
            SettingChanged(path="trainer.epochs", before=5, after=self._chance.randint(1, 9),
                           epoch=3, step=9),
        )  # fmt: skip
        events: list[Event] = [self._chance.choice(others)]
        if self._chance.random() < 0.7:
            events = [event for event, _ in zip(self._events, range(40), strict=False)]
        self._note(f"told {[type(event).__name__ for event in events[-3:]]}")
        with contextlib.suppress(OSError), self._journal.open("ab") as file:
            for event in events:
                file.write(to_line(event))
        await self.pilot.pause(0.12)

    def _place(self) -> tuple[int, int]:
        width, height = self.app.size
        return self._chance.randrange(width), self._chance.randrange(height)

    def _note(self, act: str) -> None:
        self.last.append(act)


class _Worker(launch.Worker):
    """Says that it trains, and one epoch of what it would say."""

    _journal: Journal | None = None

    def start(self) -> None:
        self._journal = Journal(self.run.journal_path)
        for event in beginning():
            self._journal.append(event)

    @property
    def alive(self) -> bool:
        return self._journal is not None

    def stop(self, signal_name: str) -> None:
        if self._journal is not None:
            self._journal.append(RunEnded(outcome="stopped", reason=signal_name, seconds=1.0))
            self._journal.close()
            self._journal = None


class _Process:
    """Of a training beside it: it ends at once."""

    def poll(self) -> int:
        return 0


@contextlib.contextmanager
def _nothing_real(scratch: Scratch) -> Iterator[None]:
    """Nothing is trained, tested or probed, and the window stays open."""

    def new_run(text: JsonText) -> Run:
        return runs.create(scratch.path / scratch.saved, "tiny_more", text.text)

    async def refuse(*_: object) -> Any:
        raise MistakeError("not here: a monkey has the keys")

    text = Draft.read(scratch.config_path).text
    plan = SimpleNamespace(notices=["a notice"], changes={}, realize=lambda: new_run(text))
    resume = SimpleNamespace(
        plan=lambda *_: plan,
        config_to_fine_tune=lambda _: (text, ["another notice"]),
        fine_tuning_with=lambda _, text, __: SimpleNamespace(realize=lambda: new_run(text)),
    )
    with (
        patch.object(launch, "Worker", _Worker),
        patch.object(launch, "in_process", lambda *_: _Process()),
        patch.object(core, "resume", resume, create=True),
        patch("tui.testing.test", refuse),
        patch("tui.device.probing._ask", refuse),
        patch.object(MnistApp, "exit", lambda *_, **__: None),
        patch.dict(os.environ, {"HOME": str(scratch.path)}),
    ):
        yield


_folders: tuple[Path, ...] = ()
"""Where may be written now; everywhere if empty."""
_broke_out: list[str] = []
_hooks: list[object] = []
"""An audit hook stays as long as the process."""


@contextlib.contextmanager
def _writing_only_in(*folders: Path) -> Iterator[None]:
    """Whatever else is written, made, moved or started is refused, and fails at the end."""
    global _folders
    if _refuse not in _hooks:
        _hooks.append(_refuse)
        sys.addaudithook(_refuse)
    _broke_out.clear()
    _folders = tuple(folder.resolve() for folder in folders)
    try:
        yield
    finally:
        _folders = ()
    assert not _broke_out, "\n".join(_broke_out)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not _folders:
        return
    if event == "open":
        path, _, flags = args
        written = [path] if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else []
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate"):
        written = [args[0]]
    elif event == "os.rename":
        written = [args[0], args[1]]
    elif event == "subprocess.Popen":
        written = [f"/started/{args[1]}"]
    else:
        return
    for path in written:
        if not _is_ours(path):
            _broke_out.append(f"{event} {path}")
            raise PermissionError(13, "outside of the monkey's folder", str(path))


def _is_ours(path: object) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):  # a descriptor
        return True
    place = Path(os.path.realpath(os.fsdecode(path)))
    return (
        place.is_relative_to("/dev")
        or "__pycache__" in place.parts
        or any(place.is_relative_to(folder) for folder in _folders)
    )
